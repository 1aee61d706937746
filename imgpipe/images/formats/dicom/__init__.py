"""DICOM files: their elements, frames, pixels and values, and the planes in which they lie."""
