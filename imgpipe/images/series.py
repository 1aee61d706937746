"""DICOM series: the slices of one scan as a volume, in the order of their positions."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import counted, say
from imgpipe.images.formats.dicom.elements import head_of, is_dicom, parse, text
from imgpipe.images.formats.dicom.planes import check_alike, distance, spatial_order
from imgpipe.images.formats.dicom.slices import SliceFile, open_slices
from imgpipe.images.formats.dicom.values import filled
from imgpipe.images.formats.errors import quiet
from imgpipe.images.image import DICOM_SUFFIXES, Image, check_budget, settle
from imgpipe.images.place import Place

KEPT = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")


@dataclass(frozen=True, eq=False)
class Series:
    """A volume with its place in the scanner and the three identifiers that are kept.

    Parameters
    ----------
    image : Image
        Pixels (z, y, x), first slice at the lowest position along the normal, spacing in mm.
    origin : ndarray of float64, shape (3,)
        Scanner coordinates (x, y, z) of the centre of the first voxel, mm.
    directions : ndarray of float64, shape (3, 3)
        Unit vectors in scanner coordinates along the axes z, y, x of the array.
    frame : str
        Frame of reference, which contours must share.
    patient, study, series : str
        PatientID, StudyInstanceUID and SeriesInstanceUID.
    warnings : tuple of str
        What was passed over in the folder; the image has them too.
    """

    image: Image
    origin: np.ndarray
    directions: np.ndarray
    frame: str
    patient: str
    study: str
    series: str
    warnings: tuple[str, ...] = ()


def read_series(folder: str | os.PathLike[str], *, series: str | None = None) -> Series:
    """Read the DICOM files of a folder as one volume.

    Files that are not DICOM, or hold no pixels, are passed over and named in the warnings. DICOM
    files may lack the preamble and the suffix; the frames of a multi-frame file are slices. The
    order comes from the position of each slice, never from file names or instance numbers, and the
    distance of slices from their positions, never from their thickness. Positions may be rounded
    to the digits that they are written with.

    Parameters
    ----------
    folder : path-like
        Folder with the slices of one series, not searched deeper; or one multi-frame file.
    series : str, optional
        SeriesInstanceUID; needed where the folder holds several.

    Returns
    -------
    Series
        Volume with modality rescale applied, as `read` does for each file; padding gets the lowest
        value of the whole volume.

    Raises
    ------
    InputError
        If the folder holds no slices, several series and none is named, slices of different size,
        spacing or orientation, colours, frames without positions, two slices at one position,
        missing or unevenly spaced slices, or slices that are shifted against each other (a tilted
        gantry).

    Examples
    --------
    >>> from imgpipe.images import read_series
    >>> read_series("no/such/folder")
    Traceback (most recent call last):
        ...
    imgpipe._common.errors.InputError: no/such/folder: no such folder
    """
    name = shown(folder)
    root = Path(folder)
    if not root.exists():
        raise InputError(f"{name}: no such folder")
    paths = sorted(root.iterdir()) if root.is_dir() else [root]
    opened = {file: open_slices(file, series) for file in paths}
    files = _of_one_series(name, opened, series)
    _check_alike(files)
    planes = [plane for file in files for plane in file.planes]
    check_alike(planes)
    if len(planes) == 1:
        raise InputError(f"{name}: one slice is no volume; read it as a file")
    order = spatial_order(planes)
    first = planes[order[0]]
    between = distance(name, [planes[k] for k in order], "slices")
    check_budget(name, (len(planes), *files[0].shape))
    notes = _passed_over(opened)
    place = Place(np.array(first.position), first.axes, files[0].frame)
    spacing = (between, *first.spacing)
    return Series(
        image=Image(_stacked(files, order), None, spacing, warnings=notes, place=place),
        origin=place.origin,
        directions=place.directions,
        frame=files[0].frame,
        patient=files[0].patient,
        study=files[0].study,
        series=files[0].series,
        warnings=notes,
    )


def _passed_over(opened: dict[Path, SliceFile | str]) -> tuple[str, ...]:
    """Say in one line what was not read."""
    others = [
        say("{name} ({what})", name=shown(file.name), what=what)
        for file, what in opened.items()
        if isinstance(what, str)
    ]
    if not others:
        return ()
    names = say("{names:,}", names=others[:3])
    if len(others) > 3:
        names = say("{names:,} and {n} more", names=others[:3], n=len(others) - 3)
    return (
        counted(
            len(others),
            "{n} file passed over: {names}",
            "{n} files passed over: {names}",
            names=names,
        ),
    )


def identifiers(path: str | os.PathLike[str]) -> tuple[str, str, str] | None:
    """Read the three identifiers that are kept, of a DICOM file or of the first in a folder.

    Parameters
    ----------
    path : path-like
        File, or folder of a series.

    Returns
    -------
    tuple of str or None
        PatientID, StudyInstanceUID and SeriesInstanceUID; None where there is no DICOM image.

    Examples
    --------
    >>> from imgpipe.images import identifiers
    >>> identifiers("photo.png") is None
    True
    """
    root = Path(path)
    for file in sorted(root.iterdir()) if root.is_dir() else [root]:
        try:
            with quiet():
                head = head_of(file)
                if not (is_dicom(head) or (head and file.suffix.lower() in DICOM_SUFFIXES)):
                    continue
                name, dataset = shown(file), parse(file)
                if "Rows" in dataset:
                    patient, study, series = (text(name, dataset, keyword) for keyword in KEPT)
                    return patient, study, series
        except Exception:
            # a damaged file is reported where its pixels are read
            continue
    return None


def _of_one_series(
    name: str, opened: dict[Path, SliceFile | str], series: str | None
) -> list[SliceFile]:
    """Files of the one series that is there, or meant."""
    files = [found for found in opened.values() if not isinstance(found, str)]
    if not files and series is not None:
        there = {what for what in opened.values() if str(what).startswith("series ")}
        raise InputError(f"{name}: no series {series} in it; there is {_listed(there) or 'none'}")
    if not files:
        raise InputError(f"{name}: no DICOM slices in it")
    there = {file.series for file in files}
    if len(there) > 1:
        raise InputError(
            f"{name}: {len(there)} series in one folder ({_listed(there)}); give each a folder of "
            "its own, or name one"
        )
    return files


def _listed(names: set[Any]) -> str:
    """List the first names, and how many there are besides."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(sorted(names)[:3]) + more


def _check_alike(files: list[SliceFile]) -> None:
    """Refuse files that cannot be one volume."""
    first = files[0]
    for file in files:
        if file.shape != first.shape:
            raise InputError(
                f"{file.name}: {file.shape} pixels, where {first.name} has {first.shape}"
            )
        if (file.patient, file.study, file.frame) != (first.patient, first.study, first.frame):
            raise InputError(f"{file.name}: another patient, study or frame than {first.name}")


def _stacked(files: list[SliceFile], order: list[int]) -> np.ndarray:
    """Pixels of all slices in spatial order, in a dtype that holds each."""
    parts, paddings, marked = [], [], False
    for file in files:
        values, padding = file.pixels()
        parts.append(settle(file.name, values))
        marked |= padding is not None
        paddings.append(np.zeros((len(values), 1, 1), bool) if padding is None else padding)
    volume = _ordered(parts, order, files[0].shape)
    return filled(volume, _ordered(paddings, order, files[0].shape) if marked else None)


def _ordered(parts: list[np.ndarray], order: list[int], shape: tuple[int, int]) -> np.ndarray:
    """Slices of all files as one array."""
    out = np.empty((len(order), *shape), np.result_type(*parts))
    places, at = np.argsort(order), 0
    for part in parts:
        out[places[at : at + len(part)]] = part
        at += len(part)
    return out
