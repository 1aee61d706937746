"""DICOM series: the slices of one scan as a volume, in the order of their positions."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import counted, say
from imgpipe.images.formats.dicom.choosing import SeriesChoice, choice_of
from imgpipe.images.formats.dicom.elements import head_of, is_dicom, is_dicom_file, parse, text
from imgpipe.images.formats.dicom.even_grid import evened
from imgpipe.images.formats.dicom.planes import (
    check_alike,
    check_single,
    distance,
    spatial_order,
    unevenness,
)
from imgpipe.images.formats.dicom.slices import SliceFile, open_slices
from imgpipe.images.formats.dicom.stacked import (
    check_one_scan,
    listed,
    meaning_of,
    of_one_series,
    stacked,
)
from imgpipe.images.formats.dicom.values import filled
from imgpipe.images.formats.errors import coded, quiet
from imgpipe.images.image import DICOM_SUFFIXES, Image, check_budget
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
    along : ndarray of float64, optional
        Where the slices were measured, mm along the normal from the first, if the image was
        resampled.
    """

    image: Image
    origin: np.ndarray
    directions: np.ndarray
    frame: str
    patient: str
    study: str
    series: str
    warnings: tuple[str, ...] = ()
    along: np.ndarray | None = None


@coded()
def read_series(
    folder: str | os.PathLike[str], *, series: str | None = None, allow_gaps: bool = False
) -> Series:
    """Read the DICOM files of a folder as one volume.

    Files that are not DICOM, or hold no pixels, are passed over and named in the warnings. DICOM
    files may lack the preamble and the suffix; the frames of a multi-frame file are slices. The
    order comes from the position of each slice, never from file names or instance numbers, and the
    distance of slices from their positions, never from their thickness. Positions may be rounded
    to the digits that they are written with.

    Parameters
    ----------
    folder : path-like
        Folder with the slices of one series; or one multi-frame file. Folders in it are searched
        where it holds no slice itself, or `series` is given.
    series : str, optional
        SeriesInstanceUID, or words of its headers as in ``"modality=CT,description=chest"``
        (modality, description, number, patient, study); needed where the folder holds several.
    allow_gaps : bool
        Resample slices that are missing, at uneven distances or shifted against each other (a
        tilted gantry) by linear interpolation onto an even grid along their normal. Positions
        decide, no tag of a tilt; a warning counts the slices between those of the series. Whole
        numbers stay whole, and what lies outside all slices gets the lowest value.

    Returns
    -------
    Series
        Volume with modality rescale applied, as `read` does for each file; padding gets the lowest
        value of the whole volume. Unit and windows are those of a file in the middle.

    Raises
    ------
    InputError
        If the folder holds no slices, several series and none is named, slices of different size,
        spacing or orientation, colours, frames without positions, two slices at one position,
        or, without `allow_gaps`, missing or unevenly spaced slices, or slices that are shifted
        against each other.

    Examples
    --------
    >>> from imgpipe.images import read_series
    >>> read_series("no/such/folder")
    Traceback (most recent call last):
        ...
    imgpipe._common.errors.InputError: no/such/folder: no such folder
    """
    name, root = shown(folder), Path(folder)
    if not root.exists():
        raise InputError(f"{name}: no such folder")
    opened = _opened(root, choice_of(series))
    if series is None:
        opened = _without_segmentations(opened)
    files = [found for found in opened.values() if not isinstance(found, str)]
    if not files:
        raise InputError(f"{name}: {_nothing(opened, series)}")
    of_one_series(name, files)
    planes = [plane for file in files for plane in file.planes]
    check_alike(planes)
    check_one_scan(files)
    if len(planes) == 1:
        raise InputError(f"{name}: one slice is no volume; read it as a file")
    order = spatial_order(planes)
    planes = [planes[k] for k in order]
    check_single(planes, "slices")
    fault = unevenness(planes, say("slices")) if allow_gaps else None
    between = distance(name, planes, say("slices")) if fault is None else 0.0
    check_budget(name, (len(planes), *files[0].shape))
    meaning = meaning_of(files)
    values, padding = stacked(files, order, meaning.suv)
    origin, notes = np.array(planes[0].position), (*_passed_over(opened), *meaning.notes)
    along = None
    if fault is not None:
        values, padding, origin, between, count, along = evened(name, planes, values, padding)
        told = say(
            "{n} of {of} slices are interpolated: {fault}", n=count, of=len(values), fault=fault
        )
        notes = (*notes, told)
    place = Place(origin, planes[0].axes, files[0].frame)
    spacing = (between, *planes[0].spacing)
    return Series(
        image=Image(
            filled(values, padding),
            None,
            spacing,
            warnings=notes,
            place=place,
            unit=meaning.unit,
            windows=meaning.windows,
        ),
        origin=place.origin,
        directions=place.directions,
        frame=files[0].frame,
        patient=files[0].patient,
        study=files[0].study,
        series=files[0].series,
        warnings=notes,
        along=along,
    )


def _searched(root: Path, deep: bool) -> list[Path]:
    """Files in the order in which slices are looked for."""
    if not root.is_dir():
        return [root]
    top = sorted(file for file in root.iterdir() if not file.is_dir())
    return files_below(root) if deep or not any(map(is_dicom_file, top)) else top


def _opened(root: Path, choice: SeriesChoice | None) -> dict[Path, SliceFile | str]:
    """Open the files of a folder, and of folders in it where there is a choice or no slice."""
    if not root.is_dir():
        return {root: open_slices(root, choice)}
    opened = {file: open_slices(file, choice) for file in sorted(root.iterdir())}
    if choice is None and any(isinstance(found, SliceFile) for found in opened.values()):
        return opened
    below = [file for file in files_below(root) if file not in opened]
    if not below:
        return opened
    opened = {path: found for path, found in opened.items() if not path.is_dir()}
    return opened | {file: open_slices(file, choice) for file in below}


def _without_segmentations(opened: dict[Path, SliceFile | str]) -> dict[Path, SliceFile | str]:
    """Pass over segmentations that lie beside the slices which they belong to."""
    masks = {
        path
        for path, found in opened.items()
        if isinstance(found, SliceFile) and text(found.name, found.dataset, "Modality") == "SEG"
    }
    if all(isinstance(found, str) or path in masks for path, found in opened.items()):
        return opened
    return {p: say("a segmentation") if p in masks else found for p, found in opened.items()}


def files_below(root: Path) -> list[Path]:
    """Files of a folder and of all folders in it, hidden ones and links to folders aside."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder, name) for name in sorted(files) if not name.startswith(".")]
    return found


def _nothing(opened: dict[Path, SliceFile | str], series: str | None) -> str:
    """Say that no slice was found, and what there is."""
    if series is None:
        return "no DICOM slices in it"
    there = {str(what) for what in opened.values() if str(what).startswith("series ")}
    return f"no series {series} in it; there is {listed(there) or 'none'}"


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


def identifiers(
    path: str | os.PathLike[str], *, series: str | None = None
) -> tuple[str, str, str] | None:
    """Read the three identifiers that are kept, of a DICOM file or of the first in a folder.

    Parameters
    ----------
    path : path-like
        File, or folder of a series.
    series : str, optional
        Which of the series in a folder, as of `read_series`.

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
    root, choice = Path(path), choice_of(series)
    for file in _searched(root, deep=choice is not None):
        try:
            with quiet():
                head = head_of(file)
                if not (is_dicom(head) or (head and file.suffix.lower() in DICOM_SUFFIXES)):
                    continue
                name, dataset = shown(file), parse(file)
                if "Rows" in dataset and (choice is None or choice.meets(name, dataset)):
                    patient, study, series = (text(name, dataset, keyword) for keyword in KEPT)
                    return patient, study, series
        except Exception:
            # a damaged file is reported where its pixels are read
            continue
    return None
