"""DICOM segmentations (SEG) as masks."""
