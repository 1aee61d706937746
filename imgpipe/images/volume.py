"""Volumes, whatever keeps them: a folder of DICOM slices, or one file."""

import os
from dataclasses import replace
from pathlib import Path

from imgpipe._common import InputError, shown
from imgpipe.images.image import Image
from imgpipe.images.read import read
from imgpipe.images.series import read_series


def read_volume(
    path: str | os.PathLike[str], *, series: str | None = None, allow_gaps: bool = False
) -> Image:
    """Read one volume with its spacing and place.

    Parameters
    ----------
    path : path-like
        Folder of a DICOM series, or a file of a volume.
    series : str, optional
        SeriesInstanceUID, of a folder with several.
    allow_gaps : bool
        Resample slices that are missing or shifted, which are an error otherwise.

    Returns
    -------
    Image
        Pixels (z, y, x).
    """
    if Path(path).is_dir():
        return replace(read_series(path, series=series).image, id=os.fspath(path))
    image = read(path)
    if len(image.spatial_shape) != 3:
        size = " x ".join(map(str, image.spatial_shape))
        raise InputError(f"{shown(path)}: one image of {size} pixels, no volume; read it as a file")
    return replace(image, id=os.fspath(path))
