"""DICOM series: the slices of one scan as a volume, in the order of their positions."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.dicom import decode_dicom
from imgpipe.images.formats.dicom_slice import Slice, read_slice
from imgpipe.images.formats.errors import plain, quiet
from imgpipe.images.image import Image, check_budget

_SAME_DIRECTION = 1e-4  # difference of unit vectors
_EVEN = 0.01  # share of the distance of slices by which one may be off its place


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
    """

    image: Image
    origin: np.ndarray
    directions: np.ndarray
    frame: str
    patient: str
    study: str
    series: str


def read_series(folder: str | os.PathLike[str]) -> Series:
    """Read the DICOM files of a folder as one volume.

    Files that are not DICOM, or hold no pixels, are passed over. The order comes from the position
    of each slice, never from file names or instance numbers.

    Parameters
    ----------
    folder : path-like
        Folder with the slices of one series, not searched deeper.

    Returns
    -------
    Series
        Volume with modality rescale applied, as `read` does for each file.

    Raises
    ------
    InputError
        If the folder holds no slices, more than one series, slices of different size, spacing or
        orientation, several frames or colours in a file, two slices at one position, missing or
        unevenly spaced slices, or slices that are shifted against each other (a tilted gantry).

    Examples
    --------
    >>> from imgpipe.images import read_series
    >>> read_series("no/such/folder")
    Traceback (most recent call last):
        ...
    imgpipe._common.errors.InputError: no/such/folder: no such folder
    """
    name = str(folder)
    root = Path(folder)
    if not root.is_dir():
        raise InputError(f"{name}: no such folder")
    slices = [s for file in sorted(root.iterdir()) if (s := read_slice(file)) is not None]
    if not slices:
        raise InputError(f"{name}: no DICOM slices in it")
    _check_alike(name, slices)
    first = slices[0]
    x, y = (np.array(first.orientation[i : i + 3]) for i in (0, 3))
    normal = np.cross(x, y)
    slices.sort(key=lambda s: float(normal @ s.position))
    between = _distance(name, slices, normal)
    check_budget(name, (len(slices), *first.shape))
    return Series(
        image=Image(_stacked(name, slices), None, (between, *first.spacing)),
        origin=np.array(slices[0].position),
        directions=np.stack([normal, y, x]),
        frame=first.frame,
        patient=first.patient,
        study=first.study,
        series=first.series,
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
    import pydicom
    from pydicom.errors import InvalidDicomError

    root = Path(path)
    tags = ["PatientID", "StudyInstanceUID", "SeriesInstanceUID"]
    for file in sorted(root.iterdir()) if root.is_dir() else [root]:
        try:
            with quiet():
                dataset = pydicom.dcmread(
                    file, stop_before_pixels=True, specific_tags=[*tags, "Rows"]
                )
                if "Rows" in dataset:
                    patient, study, series = (plain(dataset.get(tag, "")) for tag in tags)
                    return patient, study, series
        except (InvalidDicomError, OSError):
            continue
        except Exception:
            # a damaged file is reported where its pixels are read
            continue
    return None


def _check_alike(name: str, slices: list[Slice]) -> None:
    """Refuse slices that cannot be one volume."""
    series = {s.series for s in slices}
    if len(series) > 1:
        raise InputError(
            f"{name}: {len(series)} series in one folder; give each a folder of its own"
        )
    first = slices[0]
    for s in slices:
        there = f"where {first.path} has"
        if s.shape != first.shape:
            raise InputError(f"{s.path}: {s.shape} pixels, {there} {first.shape}")
        if not np.allclose(s.spacing, first.spacing, rtol=1e-4):
            raise InputError(f"{s.path}: PixelSpacing {s.spacing}, {there} {first.spacing}")
        if not np.allclose(s.orientation, first.orientation, atol=_SAME_DIRECTION):
            raise InputError(f"{s.path}: another orientation than {first.path}")
        if (s.patient, s.study, s.frame) != (first.patient, first.study, first.frame):
            raise InputError(f"{s.path}: another patient, study or frame than {first.path}")
    x, y = (np.array(first.orientation[i : i + 3]) for i in (0, 3))
    gram = np.array([x @ x, y @ y, x @ y])
    if not np.allclose(gram, (1, 1, 0), atol=_SAME_DIRECTION):
        raise InputError(
            f"{first.path}: ImageOrientationPatient is not two right-angled directions"
        )


def _distance(name: str, slices: list[Slice], normal: np.ndarray) -> float:
    """Distance of neighbouring slices, mm; an error where it is not one."""
    if len(slices) == 1:
        raise InputError(f"{name}: one slice is no volume; read it as a file")
    places = np.array([s.position for s in slices])
    steps = np.diff(places, axis=0)
    along = steps @ normal
    for k, step in enumerate(along):
        if step < 1e-3:
            raise InputError(
                f"{slices[k].path} and {slices[k + 1].path}: two slices at one position"
            )
    between = float((places[-1] - places[0]) @ normal / (len(slices) - 1))
    ideal = (places - places[0]) @ normal - between * np.arange(len(slices))
    if np.abs(ideal).max() > _EVEN * between or np.ptp(along) > 2 * _EVEN * between:
        k = int(along.argmax())
        raise InputError(
            f"{name}: slices {along.min():.4g} to {along.max():.4g} mm apart: one is missing or "
            f"out of place, most likely behind {slices[k].path}"
        )
    if np.linalg.norm(steps - along[:, None] * normal, axis=1).max() > _EVEN * between:
        raise InputError(f"{name}: slices are shifted against each other (a tilted gantry)")
    return between


def _stacked(name: str, slices: list[Slice]) -> np.ndarray:
    """Pixels of all slices, in a dtype that holds each."""
    planes = []
    for s in slices:
        pixels = decode_dicom(str(s.path), s.path.read_bytes()).values
        if pixels.shape != s.shape:
            raise InputError(
                f"{s.path}: {pixels.shape} pixels, where its header declares {s.shape}"
            )
        planes.append(pixels)
    return np.stack([p.astype(np.result_type(*planes), copy=False) for p in planes])
