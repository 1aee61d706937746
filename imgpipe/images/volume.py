"""Volumes, whatever keeps them: a folder of DICOM slices, or one file."""

import os
from dataclasses import replace
from pathlib import Path

from imgpipe._common import InputError, shown
from imgpipe.images.formats.dicom.elements import is_dicom_file
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
        Of a folder with several: SeriesInstanceUID, or words as ``"modality=CT"``.
    allow_gaps : bool
        Resample slices that are missing or shifted, which are an error otherwise.

    Returns
    -------
    Image
        Pixels (z, y, x).
    """
    if Path(path).is_dir() or ((series is not None or allow_gaps) and is_dicom_file(path)):
        found = read_series(path, series=series, allow_gaps=allow_gaps)
        return replace(found.image, id=os.fspath(path))
    if series is not None:
        raise InputError(f"{shown(path)}: no DICOM, of which series {series!r} could be chosen")
    image = read(path)
    if len(image.spatial_shape) != 3:
        size = " x ".join(map(str, image.spatial_shape))
        raise InputError(f"{shown(path)}: one image of {size} pixels, no volume; read it as a file")
    return replace(image, id=os.fspath(path))
