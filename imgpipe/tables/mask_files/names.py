"""What the files of masks are called, and in which format each is."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from imgpipe._common import InputError, suffix_of
from imgpipe.images import SUFFIXES, ImageFile
from imgpipe.images.item import Item

FORMATS = {"png": ".png", "nii.gz": ".nii.gz", "nrrd": ".nrrd", "seg": ".dcm"}
"""Of masks, and the suffixes of their files."""


class Named(NamedTuple):
    """What of the files of one image is known before it is read.

    Parameters
    ----------
    stem : str
        Relative path of mask and overlay, without suffix.
    path : str or None
        File of the image or folder of its series; None where it is one of many in a file.
    series : str or None
        Which of those in the folder.
    """

    stem: str
    path: str | None
    series: str | None


def named(items: Sequence[Item], ids: Sequence[str]) -> list[Named]:
    """Name the files of each image: by its own path below the folder that all have in common.

    Images of one name but for the suffix keep it; those that are no file of their own are called
    by their id.
    """
    paths = [
        os.path.abspath(item.path) if isinstance(item, ImageFile) and item.slice is None else None
        for item in items
    ]
    own = [path for path in paths if path is not None]
    root = os.path.commonpath([os.path.dirname(path) for path in own]) if own else ""
    whole = [
        _of_id(name) if path is None else _safe(os.path.relpath(path, root))
        for path, name in zip(paths, ids, strict=True)
    ]
    short = [each[: len(each) - len(_suffix(each))] for each in whole]
    often = Counter(each.lower() for each in short)
    found: list[Named] = []
    taken: set[str] = set()
    for item, path, name, brief in zip(items, paths, whole, short, strict=True):
        stem, number = brief if often[brief.lower()] == 1 else name, 1
        while stem.lower() in taken:  # some file systems tell no capitals from small letters
            number += 1
            stem = f"{name}-{number}"
        taken.add(stem.lower())
        series = item.series if isinstance(item, ImageFile) else None
        found.append(Named(stem, path, series))
    return found


def suffix_for(format: str | None, axes: int, of_series: bool) -> str:
    """Give the suffix of a mask's file: as asked for, or as fits the image.

    Raises
    ------
    InputError
        For a volume as PNG, and what is no DICOM file or series as a DICOM segmentation.
    """
    if format is None:
        return ".png" if axes == 2 else ".dcm" if of_series else ".nii.gz"
    if format not in FORMATS:
        raise InputError(f"format={format!r}; choose from {', '.join(FORMATS)}")
    if format == "png" and axes == 3:
        raise InputError("is a volume, which no PNG file holds; write nii.gz or nrrd")
    if format == "seg" and not of_series:
        raise InputError("is no DICOM series, to which alone a DICOM segmentation can belong")
    return FORMATS[format]


def is_dicom(path: str | None) -> bool:
    """Whether an image is a DICOM file or the folder of a series."""
    if path is None:
        return False
    if os.path.isdir(path):
        return True
    from imgpipe.images.formats.dicom.elements import is_dicom_file

    return is_dicom_file(Path(path))


def _suffix(name: str) -> str:
    suffix = suffix_of(name)
    return suffix if suffix in SUFFIXES else ""


def _safe(path: str) -> str:
    return path.replace(os.sep, "/")


def _of_id(name: str) -> str:
    """Make a name of a file of an id, which may hold anything."""
    return re.sub(r"[^\w.()-]+", "_", name).strip("._") or "image"
