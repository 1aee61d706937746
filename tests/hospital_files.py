"""Volumes as hospitals send them: DICOM series with pydicom, NIfTI with nibabel."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    RTStructureSetStorage,
    generate_uid,
)

AXIAL = (1, 0, 0, 0, 1, 0)


def write_series(
    folder: Path,
    volume: np.ndarray,
    spacing: tuple[float, float, float] = (2.0, 1.0, 1.0),
    *,
    patient: str = "P1",
    origin: tuple[float, float, float] = (-20.0, 30.0, 100.0),
    prefix: str = "",
    orientation: tuple[float, ...] = AXIAL,
    **tags: Any,
) -> str:
    """Write one file a slice (z, y, x), names against the order; give the series.

    Whole numbers are HU in int16, others floats.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shared = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    shared |= {"FrameOfReferenceUID": generate_uid(), "Modality": "CT", "PatientID": patient}
    normal = np.cross(orientation[:3], orientation[3:])
    whole = np.asarray(volume).dtype.kind in "iub"
    for k, pixels in enumerate(np.asarray(volume, np.int16 if whole else np.float32)):
        d = Dataset()
        d.update(_elements(shared | tags))
        d.SOPClassUID, d.SOPInstanceUID = CTImageStorage, generate_uid()
        d.Rows, d.Columns = pixels.shape
        d.PixelSpacing, d.SliceThickness = list(spacing[1:]), spacing[0]
        d.ImageOrientationPatient = list(orientation)
        d.ImagePositionPatient = (np.array(origin) + k * spacing[0] * normal).tolist()
        d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
        if whole:
            d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
            d.RescaleSlope, d.RescaleIntercept, d.RescaleType = 1, -1000, "HU"
            d.PixelData = (pixels + 1000).astype("<i2").tobytes()
        else:
            d.BitsAllocated, d.FloatPixelData = 32, pixels.astype("<f4").tobytes()
        d.file_meta = FileMetaDataset()
        d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        d.file_meta.MediaStorageSOPClassUID = CTImageStorage
        d.file_meta.MediaStorageSOPInstanceUID = d.SOPInstanceUID
        d.save_as(folder / f"{prefix}{999 - k}.dcm", enforce_file_format=True)
    return str(shared["SeriesInstanceUID"])


def _elements(tags: dict[str, Any]) -> dict[Any, Any]:
    tag, kind = pydicom.datadict.tag_for_keyword, pydicom.datadict.dictionary_VR
    return {
        tag(name): pydicom.DataElement(tag(name), kind(name), value) for name, value in tags.items()
    }


def write_structures(path: Path, patient: str, series: str, names: list[str]) -> None:
    """Write structures of `write_series`' geometry: pixels 2 to 5 of slices 1 and 2."""
    item, corners = Dataset(), [(1.5, 1.5), (1.5, 5.5), (5.5, 5.5), (5.5, 1.5)]
    item.SeriesInstanceUID = series
    study, frame, d = Dataset(), Dataset(), Dataset()
    study.RTReferencedSeriesSequence = [item]
    frame.RTReferencedStudySequence = [study]
    d.Modality, d.PatientID, d.StudyInstanceUID = "RTSTRUCT", patient, generate_uid()
    d.SOPClassUID, d.SOPInstanceUID = RTStructureSetStorage, generate_uid()
    d.SeriesInstanceUID = generate_uid()
    d.ReferencedFrameOfReferenceSequence = [frame]
    d.StructureSetROISequence, d.ROIContourSequence = [], []
    for number, name in enumerate(names, 1):
        region, drawn = Dataset(), Dataset()
        region.ROINumber, region.ROIName, drawn.ReferencedROINumber = number, name, number
        drawn.ContourSequence = []
        for z in (102.0, 104.0):
            contour = Dataset()
            contour.ContourGeometricType = "CLOSED_PLANAR"
            contour.ContourData = [v for y, x in corners for v in (x - 20.0, y + 30.0, z)]
            drawn.ContourSequence.append(contour)
        d.StructureSetROISequence.append(region)
        d.ROIContourSequence.append(drawn)
    d.file_meta = FileMetaDataset()
    d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    d.file_meta.MediaStorageSOPClassUID = RTStructureSetStorage
    d.file_meta.MediaStorageSOPInstanceUID = d.SOPInstanceUID
    path.parent.mkdir(parents=True, exist_ok=True)
    d.save_as(path, enforce_file_format=True)


def write_nifti(
    path: Path,
    volume: np.ndarray,
    spacing: tuple[float, float, float] = (2.0, 1.0, 1.0),
    origin: tuple[float, float, float] = (-20.0, 30.0, 100.0),
) -> None:
    """Write (z, y, x) at the same place in the patient: NIfTI's x and y run the other way."""
    import nibabel

    affine = np.diag([-spacing[2], -spacing[1], spacing[0], 1.0])
    affine[:3, 3] = -origin[0], -origin[1], origin[2]
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(volume.T), affine), path)


def lesion(
    seed: int, shape: tuple[int, int, int] = (6, 20, 18), bright: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Make a noisy volume in HU with a lesion, and the lesion's mask."""
    rng = np.random.default_rng(seed)
    z, y, x = np.indices(shape)
    centre = np.array(shape) / 2 + rng.uniform(-1, 1, 3)
    inside = ((z - centre[0]) / 2) ** 2 + (y - centre[1]) ** 2 / 9 + (x - centre[2]) ** 2 / 16 < 1
    noise = rng.normal(-600, 40, shape)
    return np.rint(noise + inside * (700 if bright else 500)).astype(np.int16), inside
