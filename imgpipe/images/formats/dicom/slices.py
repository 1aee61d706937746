"""The slices in one file of a DICOM series: where they lie, and what they must share."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import say
from imgpipe.images.formats.dicom.choosing import SeriesChoice
from imgpipe.images.formats.dicom.elements import (
    PIXEL_TAGS,
    head_of,
    is_dicom,
    kind_of,
    numbers,
    parse,
    text,
)
from imgpipe.images.formats.dicom.frames import planes_of
from imgpipe.images.formats.dicom.pixels import is_colour, is_palette, shape_of
from imgpipe.images.formats.dicom.planes import Plane
from imgpipe.images.formats.dicom.values import measured
from imgpipe.images.formats.errors import reading_dicom
from imgpipe.images.image import DICOM_SUFFIXES

IDENTIFIERS = {
    "series": "SeriesInstanceUID",
    "study": "StudyInstanceUID",
    "patient": "PatientID",
    "frame": "FrameOfReferenceUID",
}


@dataclass(frozen=True, eq=False)
class SliceFile:
    """A file with one slice, or with several as frames."""

    name: str
    shape: tuple[int, int]
    planes: list[Plane]
    series: str
    study: str
    patient: str
    frame: str
    dataset: Any = field(repr=False)

    def pixels(self, suv: bool = True) -> tuple[np.ndarray, np.ndarray | None]:
        """Values (n, y, x) in the order of the planes, and where they are padding; once."""
        with reading_dicom(self.name):
            values, padding = measured(self.name, self.dataset, suv=suv)
        for tag in PIXEL_TAGS:
            # what is decoded need not be kept besides
            self.dataset.pop(tag, None)
        count = (len(self.planes), *self.shape)
        return values.reshape(count), None if padding is None else padding.reshape(count)


def open_slices(path: Path, choice: SeriesChoice | None = None) -> SliceFile | str:
    """The slices of a file of the series, its pixels left there; or what it is instead."""
    name = shown(path)
    if not path.is_file():
        return say("a folder")
    with reading_dicom(name):
        if not is_dicom(head_of(path)):
            if path.suffix.lower() in DICOM_SUFFIXES:
                raise InputError(f"{name}: not a DICOM file, or damaged in its first bytes")
            return say("no DICOM")
        dataset = parse(path)
        if any(tag in dataset for tag in PIXEL_TAGS):
            if choice is None or choice.meets(name, dataset):
                return _slices(name, dataset)
            return say("series {uid}", uid=described(name, dataset))
        # a structure set or a directory says what it is; a damaged slice does not
        if (kind := kind_of(dataset)) is not None:
            return say("no pixels: {kind}", kind=kind)
        raise InputError(f"{name}: damaged or truncated DICOM: neither pixels nor a SOP class")


def described(name: str, dataset: Any) -> str:
    """UID of a series, and what is known of it."""
    more = [text(name, dataset, "Modality"), text(name, dataset, "SeriesDescription")]
    told = ", ".join(word for word in more if word)
    return text(name, dataset, IDENTIFIERS["series"]) + (f" [{told}]" if told else "")


def _slices(name: str, dataset: Any) -> SliceFile:
    if is_colour(name, dataset) or is_palette(name, dataset):
        raise InputError(f"{name}: in colour; a series is of gray slices")
    shape = shape_of(name, dataset)
    frames = shape[0] if len(shape) == 3 else 1
    planes = planes_of(name, dataset, frames)
    if planes is None:
        raise InputError(f"{name}: {_what_is_missing(name, dataset, frames)}")
    return SliceFile(
        name,
        (shape[-2], shape[-1]),
        planes,
        dataset=dataset,
        **{key: text(name, dataset, keyword) for key, keyword in IDENTIFIERS.items()},
    )


def _what_is_missing(name: str, dataset: Any, frames: int) -> str:
    """Which element keeps a slice from having a place."""
    if frames > 1:
        return f"{frames} frames without positions of their own; a series is of slices in space"
    spacing = numbers(name, dataset, "PixelSpacing")
    if len(spacing) == 2 and min(spacing) <= 0:
        return f"PixelSpacing {spacing[0]:g} x {spacing[1]:g} mm"
    for keyword, length in (("PixelSpacing", 2), ("ImageOrientationPatient", 6)):
        values = numbers(name, dataset, keyword)
        if len(values) != length or not np.isfinite(values).all():
            return f"no usable {keyword}, without which a slice has no place"
    return "no usable ImagePositionPatient, without which a slice has no place"
