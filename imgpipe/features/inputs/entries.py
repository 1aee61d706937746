"""What a file of settings may hold: each key, its kind, and the words above it."""

from typing import Any, NamedTuple

from imgpipe.features.inputs.new_grid import resampling_from
from imgpipe.features.inputs.settings import DEFAULT_BINS


class Entry(NamedTuple):
    """A key of a file of settings.

    Attributes
    ----------
    key : str
        That of the file, and of `imgpipe.features.extract`.
    kind : str
        Of its values, one of `KINDS`.
    default : object
        Where the file does not have it.
    comment : str
        For who reads the file.
    """

    key: str
    kind: str
    default: Any
    comment: str


KINDS = {
    "names": "a name, or a list of names",
    "count": "a whole number, or null",
    "counts": "a whole number, or a list of them",
    "number": "a number, or null",
    "range": "two numbers [LOW, HIGH], or null",
    "lengths": "a length in mm for each axis such as [0.7, 0.7], or null",
    "region": "mask, box or image, or null",
    "resampling": "null, or lines of its own: spacing, interpolation, rounding, ...",
}
REGIONS = ("mask", "box", "image")
ENTRIES: tuple[Entry, ...] = (
    Entry("families", "names", "default", "Families of features; default, ibsi or all."),
    Entry(
        "aggregation", "names", "default",
        "How texture matrices are brought together: IBSI codes, default or all.",
    ),
    Entry(
        "region", "region", None,
        "Where features are measured: mask, box (around the mask) or image. null: mask, where "
        "there is one.",
    ),
    Entry("label", "number", None, "Only where the mask has this value. null: wherever not 0."),
    Entry(
        "spacing", "lengths", None,
        "Given spacing: size of the pixels as they come, mm, one for each axis (z, y, x). null: "
        "as the files say.",
    ),
    Entry(
        "resampling", "resampling", None,
        "Image interpolation: spacing that image and mask are brought to first, mm, one for each "
        "axis (null keeps that of an axis) or one for all; interpolation and mask_interpolation "
        "linear, nearest or cubic; rounding of intensities to whole numbers, true, false, or null: "
        "where they are Hounsfield units; mask_threshold, least share of a mask that counts. null: "
        "pixels stay as they are.",
    ),
    Entry(
        "channel_axis", "count", None,
        "Axis of the colour channels, such as -1. null: as the files say.",
    ),
    Entry(
        "range", "range", None,
        "Re-segmentation by range: only intensities from LOW to HIGH count; .inf leaves a side "
        "open.",
    ),
    Entry(
        "outliers", "number", None,
        "Re-segmentation by outliers: left out beyond this many standard deviations.",
    ),
    Entry(
        "bins", "count", DEFAULT_BINS,
        "Discretisation with a fixed number of gray levels. null: pixels are gray levels 1, 2, "
        "... already.",
    ),
    Entry(
        "bin_width", "number", None,
        "Discretisation with bins of a fixed size instead, in the unit of the image.",
    ),
    Entry(
        "low", "number", None,
        "Start of the first bin of bin_width. null: the lower end of range, else the minimum.",
    ),
    Entry("distance", "counts", 1, "Chebyshev distances of neighbours in glcm, in pixels."),
    Entry("ivh_bins", "count", None, "Number of bins of the intensity-volume histogram."),
    Entry("ivh_bin_width", "number", None, "Size of the bins of that histogram instead."),
)  # fmt: skip
BY_KEY = {entry.key: entry for entry in ENTRIES}


def fits(kind: str, value: Any) -> bool:
    """Whether a value read from a file is of a kind; what it means is checked elsewhere."""
    if kind == "names":
        return _is(str, value) or (_several(str, value) and bool(value))
    if kind == "counts":
        return _is(int, value) or (_several(int, value) and bool(value))
    if value is None or kind == "count":
        return value is None or _is(int, value)
    if kind == "range":
        return _several((int, float), value) and len(value) == 2
    if kind == "lengths":
        return _several((int, float), value) and len(value) in (2, 3)
    if kind == "resampling":
        return isinstance(value, dict) or _is((int, float), value) or isinstance(value, list)
    if kind == "region":
        return value in REGIONS
    return _is((int, float), value)


def settled(kind: str, value: Any) -> Any:
    """Give the value in one form: floats where numbers are meant, lists of names and counts."""
    if kind in ("names", "counts"):
        return list(value) if isinstance(value, (list, tuple)) else [value]
    if kind == "resampling" and value is not None:
        made = resampling_from(value)
        return made and made.parts()
    if value is None or kind in ("count", "region"):
        return value
    return tuple(map(float, value)) if kind in ("range", "lengths") else float(value)


def _is(types: Any, value: Any) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _several(types: Any, value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(_is(types, item) for item in value)
