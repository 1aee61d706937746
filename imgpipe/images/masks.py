"""Masks from files: label images, whose values are not brightness."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, say
from imgpipe.images.formats.dicom.decode import decode_dicom, decode_stored
from imgpipe.images.formats.dicom.elements import parse
from imgpipe.images.formats.dicom.segments import (
    SegmentLabels,
    is_segmentation,
    segment_labels,
)
from imgpipe.images.formats.errors import coded, reading_dicom
from imgpipe.images.formats.nifti import decode_nifti, decode_nifti_labels
from imgpipe.images.formats.samples import Samples
from imgpipe.images.place import Place
from imgpipe.images.read import Decoder, load
from imgpipe.images.volume import read_volume

# decoders of values that mean labels, in place of those of values that were measured
_OF_LABELS: dict[Decoder, Decoder] = {
    decode_dicom: decode_stored,
    decode_nifti: decode_nifti_labels,
}
_MANY_LEVELS = 16  # more than these between 128 and 255 are no labels, but a blurred border


@dataclass(frozen=True, eq=False)
class LabelImage:
    """Labels of the pixels of an image; zero, or False, is outside.

    Parameters
    ----------
    labels : ndarray of bool or integers
        Shaped like the image, without channels.
    warnings : tuple of str
        What a reader should know of how the labels were found; the file is not named.
    spacing : tuple of float, optional
        Distance of neighbouring pixels along each axis, mm.
    place : Place, optional
        Where they lie in the patient.
    """

    labels: np.ndarray
    warnings: tuple[str, ...] = ()
    spacing: tuple[float, ...] | None = None
    place: Place | None = None


@coded()
def read_mask(path: str | os.PathLike[str]) -> LabelImage:
    """Read a mask or label image from a file.

    Parameters
    ----------
    path : path-like
        Any file that `read` takes; a DICOM segmentation (SEG), or a folder of DICOM slices.

    Returns
    -------
    LabelImage
        Labels as they are stored, and warnings.

    Raises
    ------
    InputError
        As `read`; also if values are no whole numbers, or NaN.

    Notes
    -----
    *Palettes.* Labels are the indices, whatever their colours. Index 0 is outside; if it is not
    painted black, a warning says so.

    *Gray.* Labels are the stored values: those of a 4-bit PNG are 0 to 15, those of a 1-bit file
    False and True; where a TIFF or DICOM file stores white as 0, that is still 0. A DICOM file is
    not rescaled. Many different values between 0 and 255 are the sign of a blurred border, and
    give a warning.

    *Colour.* Three equal channels are one. Else a colour is the label
    ``red * 65536 + green * 256 + blue`` (for 16 bits a channel, the squares of these factors),
    which is the same in every file; black is outside. A warning tells the number of colours where
    there are several.

    *Alpha.* Where the colour is the same throughout and the alpha channel is not, the mask is
    where the alpha channel is above half of its largest value. Else pixels that are mostly
    transparent are outside; a warning counts those that have a label all the same. The
    transparency of a palette is not looked at.

    *Lossy files.* JPEG blurs labels. What is above half of the largest value is inside, the rest
    outside; a warning counts the values between zero and the largest.

    *Segments.* One segment of a DICOM segmentation is True; of several, labels are their numbers.

    *Floats.* Whole numbers become integers.

    *NIfTI.* Labels that were stored in steps of scl_slope are the whole numbers that they were.

    Examples
    --------
    >>> import numpy as np, tempfile, pathlib
    >>> from imgpipe import images
    >>> path = pathlib.Path(tempfile.mkdtemp(), "mask.png")
    >>> images.write(path, np.array([[0, 485], [229, 0]], np.uint16))
    >>> images.read_mask(path).labels
    array([[  0, 485],
           [229,   0]], dtype=uint16)
    """
    if Path(path).is_dir():
        return _of_series(path)
    name, decode, data = load(path)
    if decode is decode_dicom and (found := _segments(name, data)) is not None:
        return LabelImage(found.labels, found.warnings, found.spacing, found.place)
    samples = _OF_LABELS.get(decode, decode)(name, data)
    notes: list[Text] = []
    labels = _labels(name, samples, notes)
    return LabelImage(
        np.ascontiguousarray(labels),
        (*(() if decode is decode_dicom else samples.warnings), *notes),
        samples.spacing,
        samples.place,
    )


def _of_series(path: str | os.PathLike[str]) -> LabelImage:
    """Labels of a folder of DICOM slices."""
    volume = read_volume(path)
    values = volume.pixels
    labels = _whole(shown(path), values) if values.dtype.kind == "f" else values
    return LabelImage(labels, volume.warnings, volume.spacing, volume.place)


def _segments(name: str, data: bytes) -> SegmentLabels | None:
    """Segments of a DICOM segmentation; None for another file."""
    with reading_dicom(name):
        dataset = parse(data)
        return segment_labels(name, dataset, None) if is_segmentation(dataset) else None


def _labels(name: str, samples: Samples, notes: list[Text]) -> np.ndarray:
    values = samples.values
    if samples.palette is not None:
        _note_background(values, samples.palette[0], notes)
        return values
    if samples.white is not None:
        notes.append(say("0 is outside, though the file stores white as 0"))
    if samples.alpha is not None:
        opaque = samples.alpha > np.iinfo(samples.alpha.dtype).max // 2
        if not opaque.all() and _is_flat(values, samples.colour):
            return _cut(say("the alpha channel is the mask"), samples.alpha, notes)
        values = _visible(values, opaque, samples.colour, notes)
    if samples.colour:
        values = _one_channel(values, samples.lossy, notes)
    if samples.lossy:
        return _cut(say("lossy compression blurs masks"), values, notes)
    if values.dtype.kind == "f":
        return _whole(name, values)
    if values.dtype == np.uint8:
        _note_blur(values, notes)
    return values


def _note_background(index: np.ndarray, colour: np.ndarray, notes: list[Text]) -> None:
    if colour.any() and not index.all():
        painted = ", ".join(str(int(c)) for c in colour)
        notes.append(say("palette index 0 is outside, though painted ({colour})", colour=painted))


def _is_flat(values: np.ndarray, colour: bool) -> bool:
    """Whether all pixels are alike."""
    pixels = values.reshape(-1, values.shape[-1] if colour else 1)
    return bool((pixels == pixels[0]).all())


def _visible(values: np.ndarray, opaque: np.ndarray, colour: bool, notes: list[Text]) -> np.ndarray:
    """Values without those of pixels that are mostly transparent."""
    labelled = (values != 0).any(axis=-1) if colour else values != 0
    hidden = int(np.count_nonzero(labelled & ~opaque))
    if not hidden:
        return values
    notes.append(
        say(
            "{n} of {of} pixels have a label but are transparent: outside",
            n=hidden,
            of=opaque.size,
        )
    )
    return np.where(opaque[..., None] if colour else opaque, values, values.dtype.type(0))


def _one_channel(values: np.ndarray, lossy: bool, notes: list[Text]) -> np.ndarray:
    """One number for each colour."""
    first = values[..., 0]
    if all((values[..., k] == first).all() for k in (1, 2)):
        return first
    if lossy or values.dtype.kind == "f":
        return np.asarray(values.max(axis=-1))
    shift = 8 if values.dtype == np.uint8 else 16
    if values.min() < 0 or int(values.max()) >> shift:
        notes.append(say("colours beyond 16 bits a channel: all but black are inside"))
        return (values != 0).any(axis=-1)
    red, green, blue = (values[..., k].astype(np.int64) for k in range(3))
    labels = (red << 2 * shift) | (green << shift) | blue
    colours = int(np.count_nonzero(np.unique(labels)))
    if colours > 1:
        notes.append(
            say(
                "{n} colours besides black, each a label (red * {red:d} + green * {green:d} + "
                "blue)",
                n=colours,
                red=1 << 2 * shift,
                green=1 << shift,
            )
        )
    return labels.astype(np.uint32) if shift == 8 else labels


def _cut(what: Text, values: np.ndarray, notes: list[Text]) -> np.ndarray:
    """Cut in the middle: what is above half of the largest value."""
    top = int(values.max())
    if top <= 0:
        return np.zeros(values.shape, bool)
    between = int(np.count_nonzero((values != 0) & (values != top)))
    if between:
        notes.append(
            say(
                "{what}: {n} of {of} pixels are neither 0 nor {top}; those above {half:g} are "
                "inside",
                what=what,
                n=between,
                of=values.size,
                top=top,
                half=top / 2,
            )
        )
    return values > top / 2


def _whole(name: str, values: np.ndarray) -> np.ndarray:
    """Integers of floats that are whole."""
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad:
        raise InputError(f"{name}: {bad} of {values.size} values of the mask are NaN or infinite")
    parts = np.count_nonzero(values != np.rint(values))
    if parts:
        example = values[values != np.rint(values)].flat[0]
        raise InputError(
            f"{name}: {parts} of {values.size} values of the mask are fractions ({example:g}); "
            "labels are whole numbers: threshold it first"
        )
    if np.abs(values).max() >= 2**63:
        raise InputError(f"{name}: labels up to {np.abs(values).max():g}; 64-bit integers are read")
    return values.astype(np.int64)


def _note_blur(values: np.ndarray, notes: list[Text]) -> None:
    counts = np.bincount(values.ravel(), minlength=256)
    if counts[0] and counts[255] and np.count_nonzero(counts[128:255]) > _MANY_LEVELS:
        between = counts[1:255]
        notes.append(
            say(
                "{n} of {of} pixels have one of {kinds} values between 0 and 255, as after "
                "blurring or JPEG; all of them are inside",
                n=int(between.sum()),
                of=values.size,
                kinds=int(np.count_nonzero(between)),
            )
        )
