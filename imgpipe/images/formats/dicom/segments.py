"""Segments of a DICOM segmentation (SEG): labels on a grid of their own, by the place of frames."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images.formats.dicom.elements import element, items, numbers, text, whole
from imgpipe.images.formats.dicom.frames import BETWEEN, frame_count, places, planes_of
from imgpipe.images.formats.dicom.pixels import stored
from imgpipe.images.formats.dicom.planes import Plane, check_alike
from imgpipe.images.image import check_budget
from imgpipe.images.place import Place

_SEGMENT = ("SegmentIdentificationSequence", "ReferencedSegmentNumber")
_THICKNESS = ("PixelMeasuresSequence", "SliceThickness")
_ON = 0.05  # share of the distance of slices by which a frame may be off its place
_ASIDE = 0.1  # share of a pixel by which frames may be shifted against each other


class Slices(NamedTuple):
    """Normal and distance of the slices that segments were drawn on."""

    normal: np.ndarray
    distance: float


@dataclass(frozen=True, eq=False)
class SegmentLabels:
    """Segments on the grid of their frames; bool for one, their numbers for several."""

    labels: np.ndarray
    spacing: tuple[float, ...] | None
    place: Place | None
    patient: str
    warnings: tuple[Text, ...]


def is_segmentation(dataset: Any) -> bool:
    """Whether a file holds segments."""
    return str(dataset.get("Modality", "")) == "SEG" or "SegmentSequence" in dataset


def segment_labels(
    name: str, dataset: Any, region: str | int | None, slices: Slices | None = None
) -> SegmentLabels:
    """Labels of one segment, or of all.

    Parameters
    ----------
    name : str
        What errors call the file.
    dataset : Dataset
    region : str, int or None
        Label or number of a segment; None for all.
    slices : Slices, optional
        Of the image: frames without a pixel inside are often left out, so that the distance of the
        others need not be that of the slices.
    """
    frames = frame_count(name, dataset)
    kind = text(name, dataset, "SegmentationType")
    known = _segments(name, dataset)
    chosen = list(known) if region is None else [_chosen(name, known, region)]
    values = stored(name, dataset, colours=False).reshape(frames, -1)
    shape = (whole(name, dataset, "Rows"), whole(name, dataset, "Columns"))
    notes: list[Text] = []
    segments: list[int | None] = [None] * frames
    if kind != "LABELMAP":
        values = _inside(name, dataset, kind, values, notes)
        segments = _numbers(name, dataset, frames)
    planes = planes_of(name, dataset, frames)
    at, spacing, place = _stacked(name, dataset, planes, slices)
    # frames far from one another are many slices of nothing
    check_budget(name, (max(at) + 1, *shape))
    labels = _joined(name, values, segments, at, chosen, known)
    labels = labels.reshape(-1, *shape)
    if place is None:
        labels = labels[0]
    patient = text(name, dataset, "PatientID")
    return SegmentLabels(labels, spacing, place, patient, tuple(notes))


def _segments(name: str, dataset: Any) -> dict[int, str]:
    """Numbers and labels."""
    found = {
        whole(name, item, "SegmentNumber"): text(name, item, "SegmentLabel")
        for item in items(name, dataset, "SegmentSequence")
    }
    found.pop(0, None)  # the background of a label map
    if not found:
        raise InputError(f"{name}: damaged: a segmentation that names no segment")
    return found


def _chosen(name: str, known: dict[int, str], region: str | int) -> int:
    """Number of the segment that is meant: by its label, else by its number."""
    numbers_of = [number for number, label in known.items() if label == str(region)]
    if len(numbers_of) > 1:
        raise InputError(
            f"{name}: holds {len(numbers_of)} segments named {region!r}; give the number: "
            f"{', '.join(map(str, numbers_of))}"
        )
    if numbers_of and not isinstance(region, int):
        return numbers_of[0]
    if str(region).isdecimal() and int(region) in known:
        return int(region)
    raise InputError(f"{name}: no segment {region!r} in it; there is {_named(known)}")


def _named(known: dict[int, str]) -> str:
    """Numbers and labels of the first segments."""
    told = ", ".join(f"{number} {label!r}" for number, label in list(known.items())[:6])
    return told + (f" and {len(known) - 6} more" if len(known) > 6 else "")


def _inside(
    name: str, dataset: Any, kind: str, values: np.ndarray, notes: list[Text]
) -> np.ndarray:
    """Where each frame is inside its segment."""
    if kind != "FRACTIONAL":
        return values != 0
    most = whole(name, dataset, "MaximumFractionalValue", 255)
    if most < 1:
        raise InputError(f"{name}: damaged: its MaximumFractionalValue is {most}")
    if ((values > 0) & (values < most)).any():
        notes.append(say("a segmentation of fractions: what is at least one half counts as inside"))
    return values >= most / 2


def _numbers(name: str, dataset: Any, frames: int) -> list[int | None]:
    """Segment of each frame."""
    found: list[int | None] = []
    for holder, keyword in places(name, dataset, _SEGMENT, frames):
        if element(name, holder, keyword) is None:
            raise InputError(f"{name}: damaged: frame {len(found) + 1} names no segment")
        found.append(whole(name, holder, keyword))
    return found


def _stacked(
    name: str, dataset: Any, planes: list[Plane] | None, slices: Slices | None
) -> tuple[list[int], tuple[float, ...] | None, Place | None]:
    """Slice of each frame, and the grid that they make; no place for one plane without position."""
    if planes is None:
        return [0] * frame_count(name, dataset), None, None
    check_alike(planes)
    first = planes[0]
    normal = first.axes[0]
    positions = np.array([plane.position for plane in planes])
    along = positions @ normal
    lowest = int(along.argmin())
    aside = positions - positions[lowest] - np.outer(along - along[lowest], normal)
    if np.abs(aside).max() > _ASIDE * min(first.spacing):
        raise InputError(f"{name}: frames are shifted against each other; no grid holds them")
    distance, at = _distance(name, dataset, first, along, slices)
    spacing = (distance, *first.spacing)
    place = Place(positions[lowest], first.axes, text(name, dataset, "FrameOfReferenceUID"))
    return at, spacing, place


def _distance(
    name: str, dataset: Any, first: Plane, along: np.ndarray, slices: Slices | None
) -> tuple[float, list[int]]:
    """Distance of slices on which all frames lie, and the slice of each frame."""
    from_first = along - along.min()
    candidates = []
    if slices is not None and abs(abs(first.axes[0] @ slices.normal) - 1) < 1e-4:
        candidates.append(slices.distance)
    for macro in (BETWEEN, _THICKNESS):
        candidates += [abs(n) for n in numbers(name, *places(name, dataset, macro, 1)[0])[:1]]
    steps = np.diff(np.unique(np.round(from_first, 4)))
    candidates += [float(steps.min())] if len(steps) else []
    for distance in candidates:
        if np.isfinite(distance) and distance > 1e-3:
            at = from_first / distance
            if np.abs(at - np.rint(at)).max() <= _ON:
                return distance, np.rint(at).astype(int).tolist()
    if not len(steps):
        return 1.0, [0] * len(along)
    raise InputError(
        f"{name}: frames {steps.min():.4g} to {steps.max():.4g} mm apart, which are no slices of "
        "one volume"
    )


def _joined(
    name: str,
    values: np.ndarray,
    segments: list[int | None],
    at: list[int],
    chosen: list[int],
    known: dict[int, str],
) -> np.ndarray:
    """One array of all slices: bool for one segment, numbers for several."""
    single = len(chosen) == 1
    dtype = bool if single else np.min_scalar_type(max(chosen))
    out = np.zeros((max(at) + 1, values.shape[1]), dtype)
    wanted = set(chosen)
    for frame, number, z in zip(values, segments, at, strict=True):
        if number is None:
            here = np.where(np.isin(frame, chosen), frame, 0)
        elif number in wanted:
            here = frame * np.asarray(number, np.int64)
        else:
            continue
        if single:
            out[z] |= here != 0
            continue
        both = (out[z] != 0) & (here != 0) & (out[z] != here)
        if both.any():
            k = int(np.flatnonzero(both)[0])
            pair = " and ".join(f"{n} {known.get(int(n), '')!r}" for n in (out[z][k], here[k]))
            raise InputError(f"{name}: segments {pair} overlap; name one: {_named(known)}")
        out[z] = np.where(here != 0, here, out[z])
    return out
