"""Pixels from files and back: PNG, JPEG, TIFF, BMP, NPY and single DICOM files; DICOM series.

What a file holds decides how it is read; its suffix is a hint only. Nothing is converted in
silence: 8- and 16-bit pixels stay as they are. Each file is decoded to its last pixel, and one
that ends early is an `InputError`.
"""

from imgpipe.images._color import luminance
from imgpipe.images._contours import read_contours
from imgpipe.images._image import MAX_PIXELS, SUFFIXES, Image
from imgpipe.images._read import read
from imgpipe.images._resize import resize
from imgpipe.images._series import Series, identifiers, read_series
from imgpipe.images._write import write

__all__ = [
    "MAX_PIXELS",
    "SUFFIXES",
    "Image",
    "Series",
    "identifiers",
    "luminance",
    "read",
    "read_contours",
    "read_series",
    "resize",
    "write",
]
