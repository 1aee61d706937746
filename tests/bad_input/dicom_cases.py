"""Small DICOM files made to order for the tables of bad input."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from benchmarks.fuzz_readers.seeds_dicom import DEEP, image_of, written


def dicom(
    path: Path,
    pixels: np.ndarray = DEEP,
    kind: UID = CTImageStorage,
    syntax: UID = ExplicitVRLittleEndian,
    **elements: Any,
) -> Path:
    """Write a CT image with some elements changed; None takes one away."""
    dataset = image_of(pixels)
    for keyword, value in elements.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    path.write_bytes(written(dataset, kind, syntax))
    return path


def series(folder: Path, places: list[float], **elements: Any) -> Path:
    """Write slices at these heights, named against their order, with values that tell them."""
    folder.mkdir(exist_ok=True)
    for i, z in enumerate(places):
        dicom(
            folder / f"{len(places) - i:02d}.dcm",
            np.full((4, 5), i, np.uint16),
            SeriesInstanceUID=elements.pop("uid", "1.2.3.4"),
            StudyInstanceUID="1.2.3.3",
            FrameOfReferenceUID="1.2.3.5",
            InstanceNumber=len(places) - i,
            ImagePositionPatient=[0.0, 0.0, z],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            **elements,
        )
    return folder
