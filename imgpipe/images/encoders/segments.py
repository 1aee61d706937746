"""DICOM segmentations (SEG), written by highdicom."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for
from imgpipe.images.formats.errors import quiet, reason

_SERIES_NUMBER = 9002
_LONGEST_LABEL = 64
# of patient and study, which highdicom asks for
_NEEDED = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID",
    "StudyDate", "StudyTime", "ReferringPhysicianName", "PositionReferenceIndicator",
)  # fmt: skip


def write_segments(
    scratch: Path,
    sources: Sequence[Any],
    labels: np.ndarray,
    names: Sequence[str],
    algorithm: str | None,
    version: str,
) -> None:
    """Write labels 1, 2, ... of the frames of the sources, in their order, as segments.

    Parameters
    ----------
    scratch : Path
        File to write.
    sources : sequence of pydicom.Dataset
        Single-frame images, or one with all frames; what patient and study are called is taken
        over.
    labels : ndarray of uint8 or uint16
        (z, y, x).
    names : sequence of str
        Labels of segments 1, 2, ...
    algorithm : str or None
        Name of what made them; None for a person.
    version : str
        Of imgpipe.
    """
    with needed_for("writing DICOM segmentations"):
        import highdicom
    from pydicom.uid import generate_uid

    for source in sources:
        for keyword in _NEEDED:
            if keyword not in source:
                setattr(source, keyword, "")
    try:
        with quiet():
            segmentation = highdicom.seg.Segmentation(
                source_images=list(sources),
                pixel_array=labels,
                segmentation_type="BINARY",
                segment_descriptions=[
                    _description(k + 1, name, algorithm, version) for k, name in enumerate(names)
                ],
                series_instance_uid=generate_uid(),
                series_number=_SERIES_NUMBER,
                sop_instance_uid=generate_uid(),
                instance_number=1,
                manufacturer="imgpipe",
                manufacturer_model_name="imgpipe",
                software_versions=version,
                device_serial_number="0",
                series_description="Segmentation, for research use only",
            )
            segmentation.save_as(scratch)
    except OSError:
        raise
    except Exception as error:
        # highdicom checks what it takes over from the images, and raises what it stumbles over
        raise InputError(
            f"{getattr(sources[0], 'filename', 'the source')}: its elements make no segmentation: "
            f"{reason(error)}"
        ) from None


def _description(number: int, name: str, algorithm: str | None, version: str) -> Any:
    """What one segment is called, and who drew it."""
    import highdicom
    from pydicom.sr.codedict import codes

    identification = None
    if algorithm is not None:
        identification = highdicom.AlgorithmIdentificationSequence(
            name=algorithm[:_LONGEST_LABEL],
            family=codes.DCM.ArtificialIntelligence,
            version=version,
        )
    return highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=name,
        segmented_property_category=codes.SCT.Tissue,
        segmented_property_type=codes.SCT.Tissue,
        algorithm_type="MANUAL" if algorithm is None else "AUTOMATIC",
        algorithm_identification=identification,
    )
