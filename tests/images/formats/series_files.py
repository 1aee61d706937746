"""Folders of DICOM slices made to order."""

from pathlib import Path
from typing import Any

import numpy as np
from dicom_files import make

AXIAL = (1, 0, 0, 0, 1, 0)


def save_series(folder: Path, values: np.ndarray, places: Any, start: int = 0, **tags: Any) -> Path:
    """Save planes (n, y, x), each at its (x, y, z) or z, mm; pixels of 0.5 x 0.8 mm."""
    folder.mkdir(parents=True, exist_ok=True)
    tags = {"Modality": "CT", "PatientID": "P1", "StudyInstanceUID": "1.2.3.3",
            "SeriesInstanceUID": "1.2.3.2", "FrameOfReferenceUID": "1.2.3.1",
            "ImageOrientationPatient": list(AXIAL), "PixelSpacing": [0.8, 0.5], **tags}  # fmt: skip
    for k, (plane, place) in enumerate(zip(values, places, strict=True)):
        at = [0.0, 0.0, float(place)] if np.ndim(place) == 0 else [float(v) for v in place]
        make(folder / f"{start + k:03d}.dcm", np.asarray(plane), ImagePositionPatient=at,
             InstanceNumber=k + 1, **tags)  # fmt: skip
    return folder
