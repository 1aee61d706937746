"""Small DICOM files made to order."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom.data
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

RAMP = np.arange(12, dtype=np.uint16).reshape(3, 4)


def sample(name: str) -> Path:
    """One of pydicom's own test files."""
    return Path(pydicom.data.get_testdata_file(name))


def item(**elements: Any) -> Dataset:
    """An item of a sequence."""
    dataset = Dataset()
    for name, value in elements.items():
        setattr(dataset, name, value)
    return dataset


def make(path: Path, pixels: np.ndarray = RAMP, **elements: Any) -> Path:
    """Save a minimal CT file with some elements changed; `add` holds tag, VR and value of more."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, "1.2.3"
    data.PhotometricInterpretation = "MONOCHROME2"
    data.SamplesPerPixel, data.PixelRepresentation = 1, int(pixels.dtype.kind == "i")
    data.Rows, data.Columns = pixels.shape[-2:]
    data.BitsAllocated = data.BitsStored = 8 * pixels.itemsize
    data.HighBit = data.BitsStored - 1
    for tag, kind, value in elements.pop("add", ()):
        data.add_new(tag, kind, value)
    for name, value in elements.items():
        setattr(data, name, value)
    data.HighBit = data.BitsStored - 1
    data.PixelData = pixels.tobytes()
    data.save_as(path, enforce_file_format=True)
    return path


def frame(
    position: Any = None, orientation: Any = None, spacing: Any = None, rescale: Any = None
) -> Dataset:
    """Functional groups of one frame, or of all."""
    groups = {}
    if position is not None:
        groups["PlanePositionSequence"] = [item(ImagePositionPatient=list(position))]
    if orientation is not None:
        groups["PlaneOrientationSequence"] = [item(ImageOrientationPatient=list(orientation))]
    if spacing is not None:
        groups["PixelMeasuresSequence"] = [item(PixelSpacing=list(spacing), SliceThickness=9)]
    if rescale is not None:
        groups["PixelValueTransformationSequence"] = [
            item(RescaleSlope=rescale[0], RescaleIntercept=rescale[1])
        ]
    return item(**groups)


def enhanced(
    path: Path, pixels: np.ndarray, shared: Dataset, own: list[Dataset], **more: Any
) -> Path:
    """Save a multi-frame file with functional groups."""
    return make(
        path,
        pixels,
        NumberOfFrames=len(pixels),
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=own,
        **more,
    )
