"""What a DICOM file says of itself, its pixels left where they are."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, shown
from imgpipe.images.formats.dicom.choosing import KEYS
from imgpipe.images.formats.dicom.elements import kind_of, number, numbers, text, whole
from imgpipe.images.formats.dicom.frames import frame_count, planes_of
from imgpipe.images.formats.dicom.pixels import UNCOMPRESSED, missing_packages
from imgpipe.images.formats.dicom.planes import Plane
from imgpipe.images.formats.dicom.references import READ, regions_of, series_meant
from imgpipe.images.formats.errors import reading_dicom

_DIRECTORY = "1.2.840.10008.1.3.10"
_READ = (*KEYS.values(), "SOPClassUID", "StructureSetLabel", "Rows", "Columns", "NumberOfFrames",
         "BitsAllocated", "SamplesPerPixel", "PixelSpacing", "ImagePositionPatient",
         "ImageOrientationPatient", "GridFrameOffsetVector", "SharedFunctionalGroupsSequence",
         "PerFrameFunctionalGroupsSequence", "ImageType", *READ)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Header:
    """A file of a series: who, what, and where its frames lie."""

    path: Path
    said: dict[str, str]
    """Words by the keys of a choice."""
    shape: tuple[int, int] | None
    """None where the file holds no image."""
    frames: int
    planes: list[Plane] | None
    spacing: tuple[float, ...] | None
    """Of rows and columns, also where the place is not known."""
    fault: str | None
    """Why its pixels cannot be read."""
    refers: tuple[str, ...] = ()
    """SeriesInstanceUIDs that a structure set or segmentation was drawn on."""
    regions: tuple[str, ...] = ()
    """Names of its structures or segments."""
    localizer: bool = False


def header_of(path: Path) -> Header | None:
    """Header of a DICOM file; None of a directory of files, which says nothing of its own."""
    import pydicom

    name = shown(path)
    with reading_dicom(name):
        dataset: Any = pydicom.dcmread(
            path, stop_before_pixels=True, force=True, specific_tags=list(_READ)
        )
        kind = str(dataset.file_meta.get("MediaStorageSOPClassUID") or dataset.get("SOPClassUID"))
        if kind == _DIRECTORY:
            return None
        said = {key: text(name, dataset, keyword) for key, keyword in KEYS.items()}
        said["description"] = said["description"] or text(name, dataset, "StructureSetLabel")
        if not (rows := whole(name, dataset, "Rows", 0)):
            if kind_of(dataset) is None:
                raise InputError(f"{name}: damaged or cut short: neither an image nor a SOP class")
            refers, regions = series_meant(name, dataset), regions_of(name, dataset)
            return Header(path, said, None, 0, None, None, None, refers, regions)
        shape, frames = (rows, whole(name, dataset, "Columns", 0)), frame_count(name, dataset)
        if frames > 8 * path.stat().st_size:  # a pixel takes a bit at least
            raise InputError(f"{name}: damaged: declares {frames} frames, more than it has bits")
        planes = planes_of(name, dataset, frames)
        told = planes[0].spacing if planes else numbers(name, dataset, "PixelSpacing")
        spacing = told if len(told) == 2 and all(0 < mm < math.inf for mm in told) else None
        fault = _fault(path, dataset, shape[0] * shape[1] * frames)
        return Header(
            path, said, shape, frames, planes, spacing, fault, series_meant(name, dataset),
            regions_of(name, dataset), "LOCALIZER" in text(name, dataset, "ImageType").upper(),
        )  # fmt: skip


def _fault(path: Path, dataset: Any, pixels: int) -> str | None:
    """Say what the header alone tells: a missing decoder, or fewer bytes than pixels."""
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax in UNCOMPRESSED[:2] + UNCOMPRESSED[3:]:
        bits = number(dataset.get("BitsAllocated"), 8) * number(dataset.get("SamplesPerPixel"), 1)
        if path.stat().st_size < pixels * bits / 8:
            return "cut short: fewer bytes than pixels"
    elif syntax is not None and (packages := missing_packages(syntax)):
        return f"compressed as {syntax.name}: pip install {' '.join(packages)}"
    return None
