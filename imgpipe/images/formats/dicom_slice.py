"""The slice in one file of a DICOM series: where it lies, without its pixels."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgpipe._common import InputError
from imgpipe.images.formats.dicom import PIXEL_TAGS
from imgpipe.images.formats.errors import reading_dicom
from imgpipe.images.image import DICOM_SUFFIXES


@dataclass(frozen=True)
class Slice:
    """Where the slice of one file lies, and what it must share with the others."""

    path: Path
    shape: tuple[int, int]
    spacing: tuple[float, float]
    orientation: tuple[float, ...]
    position: tuple[float, ...]
    series: str
    study: str
    frame: str
    patient: str


def read_slice(path: Path) -> Slice | None:
    """Place of the slice in a file; None for a file that is no DICOM image."""
    if not path.is_file():
        return None
    with reading_dicom(str(path)):
        dataset = _parsed(path)
        if dataset is None:
            return None
        if any(tag in dataset for tag in PIXEL_TAGS):
            return _place(path, dataset)
        # a structure set or a directory says what it is; a damaged slice does not
        if "SOPClassUID" in dataset or "MediaStorageSOPClassUID" in dataset.file_meta:
            return None
        raise InputError(f"{path}: damaged or truncated DICOM: neither pixels nor a SOP class")


def _parsed(path: Path) -> Any:
    """Elements of a file, its pixels left there; None where neither it nor its name is DICOM."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        return pydicom.dcmread(path, defer_size=1024)
    except InvalidDicomError:
        if path.suffix.lower() in DICOM_SUFFIXES:
            raise InputError(f"{path}: not a DICOM file, or damaged in its first bytes") from None
        return None


def _place(path: Path, dataset: Any) -> Slice:
    """Read the tags that say where a slice lies."""
    if int(dataset.get("NumberOfFrames", 1) or 1) > 1 or int(dataset.get("SamplesPerPixel", 1)) > 1:
        raise InputError(f"{path}: several frames or colours; a series is of gray slices")
    spacing = _numbers(path, dataset, "PixelSpacing", 2)
    orientation = _numbers(path, dataset, "ImageOrientationPatient", 6)
    position = _numbers(path, dataset, "ImagePositionPatient", 3)
    row, column = spacing
    if row <= 0 or column <= 0:
        raise InputError(f"{path}: PixelSpacing {row:g} x {column:g} mm")
    return Slice(
        path=path,
        shape=(int(dataset.Rows), int(dataset.Columns)),
        spacing=(row, column),
        orientation=orientation,
        position=position,
        series=str(dataset.get("SeriesInstanceUID", "")),
        study=str(dataset.get("StudyInstanceUID", "")),
        frame=str(dataset.get("FrameOfReferenceUID", "")),
        patient=str(dataset.get("PatientID", "")),
    )


def _numbers(path: Path, dataset: Any, tag: str, length: int) -> tuple[float, ...]:
    """Finite numbers of a tag, as many as it must have."""
    values = tuple(float(v) for v in dataset.get(tag) or ())
    if len(values) != length or not all(map(math.isfinite, values)):
        raise InputError(f"{path}: no usable {tag}, without which a slice has no place")
    return values
