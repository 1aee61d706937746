"""Pixels from files and back: PNG, JPEG, TIFF, BMP, NPY, NIfTI, NRRD and DICOM.

What a file holds decides how it is read; its suffix is a hint only. Nothing is converted in
silence: 8- and 16-bit pixels stay as they are. Each file is decoded to its last pixel, and one
that ends early is an `InputError`.
"""

from imgpipe.images.contours import ContourWarning, read_contours
from imgpipe.images.image import MAX_PIXELS, SUFFIXES, Image
from imgpipe.images.image_file import ImageFile
from imgpipe.images.images import Images, as_images
from imgpipe.images.luminance import luminance
from imgpipe.images.masks import LabelImage, read_mask
from imgpipe.images.place import Place
from imgpipe.images.read import read
from imgpipe.images.resample import resample
from imgpipe.images.resize import resize
from imgpipe.images.segmentation import SegmentationWarning, read_segmentation, write_segmentation
from imgpipe.images.series import Series, identifiers, read_series
from imgpipe.images.study import SeriesFound, list_studies
from imgpipe.images.volume import read_volume
from imgpipe.images.windows import Window, window
from imgpipe.images.write import write

__all__ = [
    "MAX_PIXELS",
    "SUFFIXES",
    "ContourWarning",
    "Image",
    "ImageFile",
    "Images",
    "LabelImage",
    "Place",
    "SegmentationWarning",
    "Series",
    "SeriesFound",
    "Window",
    "as_images",
    "identifiers",
    "list_studies",
    "luminance",
    "read",
    "read_contours",
    "read_mask",
    "read_segmentation",
    "read_series",
    "read_volume",
    "resample",
    "resize",
    "window",
    "write",
    "write_segmentation",
]
