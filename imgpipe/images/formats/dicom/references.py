"""Which series a structure set or a segmentation was drawn on, and what it outlines."""

from typing import Any

from imgpipe.images.formats.dicom.elements import items, text

READ = (
    "ReferencedFrameOfReferenceSequence",
    "StructureSetROISequence",
    "ReferencedSeriesSequence",
    "SegmentSequence",
)


def series_meant(name: str, dataset: Any) -> tuple[str, ...]:
    """SeriesInstanceUIDs that a structure set or a segmentation refers to; none of other files."""
    if "SegmentSequence" in dataset:
        meant = items(name, dataset, "ReferencedSeriesSequence")
    else:
        meant = [
            series
            for frame in items(name, dataset, "ReferencedFrameOfReferenceSequence")
            for study in items(name, frame, "RTReferencedStudySequence")
            for series in items(name, study, "RTReferencedSeriesSequence")
        ]
    return _once(text(name, item, "SeriesInstanceUID") for item in meant)


def regions_of(name: str, dataset: Any) -> tuple[str, ...]:
    """Names of the structures or segments of a file, in its order."""
    if "SegmentSequence" in dataset:
        return _once(
            text(name, item, "SegmentLabel") for item in items(name, dataset, "SegmentSequence")
        )
    return _once(
        text(name, item, "ROIName") for item in items(name, dataset, "StructureSetROISequence")
    )


def _once(words: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
