"""Contours of a DICOM structure set (RTSTRUCT) as a mask of the series they were drawn on."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.errors import plain, reading_dicom
from imgpipe.images.series import Series

_OFF_SLICE = 0.25  # share of the distance of slices


def read_contours(
    path: str | os.PathLike[str], series: Series, *, region: str | None = None
) -> np.ndarray:
    """Turn one region of a structure set into a mask.

    A voxel is inside where its centre is enclosed by an odd number of the contours of its slice,
    so that a contour within another is a hole.

    Parameters
    ----------
    path : path-like
        RTSTRUCT file.
    series : Series
        The volume, from `read_series`.
    region : str, optional
        ROIName; needed where the file holds several regions.

    Returns
    -------
    ndarray of bool
        Shaped like the volume.

    Raises
    ------
    InputError
        If the file is no structure set, belongs to another patient or frame of reference, lacks
        the region, or has contours that are not closed and planar, lie between slices or beyond
        the volume, or enclose no voxel.

    Examples
    --------
    >>> from imgpipe.images import read_contours, read_series
    >>> series = read_series("patient/CT")  # doctest: +SKIP
    >>> mask = read_contours("patient/RS.dcm", series, region="GTV")  # doctest: +SKIP
    """
    name = str(path)
    with reading_dicom(name, "structure set"):
        contours = _contours(name, _structure_set(name, path), series, region)
    mask = np.zeros(series.image.pixels.shape, bool)
    for points in contours:
        _toggle(mask, _voxels(name, points, series))
    if not mask.any():
        raise InputError(f"{name}: its contours enclose no voxel")
    return mask


def _structure_set(name: str, path: str | os.PathLike[str]) -> Any:
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        dataset = pydicom.dcmread(Path(path))
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except (InvalidDicomError, OSError):
        raise InputError(f"{name}: not a DICOM file") from None
    if dataset.get("Modality") != "RTSTRUCT":
        raise InputError(f"{name}: a {plain(dataset.get('Modality', 'DICOM'))} file, no RTSTRUCT")
    return dataset


def _contours(name: str, dataset: Any, series: Series, region: str | None) -> list[np.ndarray]:
    """Points (n, 3) in scanner coordinates of each contour of the region."""
    if series.patient and str(dataset.get("PatientID", "")) not in ("", series.patient):
        raise InputError(f"{name}: belongs to another patient than the series")
    regions = {plain(r.ROIName): r for r in dataset.get("StructureSetROISequence") or []}
    named = ", ".join(map(repr, regions)) or "none"
    if region is None and len(regions) != 1:
        raise InputError(f"{name}: holds {len(regions)} regions ({named}); name one")
    if region is not None and region not in regions:
        raise InputError(f"{name}: no region {region!r} in it; there is {named}")
    chosen = next(iter(regions.values())) if region is None else regions[region]
    frame = str(chosen.get("ReferencedFrameOfReferenceUID", ""))
    if frame and series.frame and frame != series.frame:
        raise InputError(f"{name}: drawn in another frame of reference than the series")
    contours = []
    for item in dataset.get("ROIContourSequence") or []:
        if item.ReferencedROINumber != chosen.ROINumber:
            continue
        for contour in item.get("ContourSequence") or []:
            kind = str(contour.get("ContourGeometricType", ""))
            if kind != "CLOSED_PLANAR":
                raise InputError(f"{name}: a contour of type {plain(kind)}; CLOSED_PLANAR is read")
            contours.append(np.array(contour.ContourData, np.float64).reshape(-1, 3))
    if not contours:
        raise InputError(f"{name}: the region has no contours")
    return contours


def _voxels(name: str, points: np.ndarray, series: Series) -> tuple[int, np.ndarray]:
    """Slice of a contour, and its corners as (row, column) in voxels."""
    spacing = series.image.spacing
    assert spacing is not None
    place = (points - series.origin) @ series.directions.T / np.array(spacing)
    z = round(float(place[:, 0].mean()))
    off = float(np.abs(place[:, 0] - z).max())
    if not off <= _OFF_SLICE:
        raise InputError(
            f"{name}: a contour {off * spacing[0]:.3g} mm off the nearest slice; it was drawn on "
            "another series"
        )
    shape = series.image.pixels.shape
    corners = place[:, 1:]
    beyond = (corners < -0.5) | (corners > np.array(shape[1:]) - 0.5)
    if not 0 <= z < shape[0] or beyond.any():
        raise InputError(f"{name}: a contour reaches beyond the volume of the series")
    return z, corners


def _toggle(mask: np.ndarray, contour: tuple[int, np.ndarray]) -> None:
    """Invert the mask at the voxels whose centre the contour encloses (even-odd rule)."""
    z, here = contour
    there = np.roll(here, -1, axis=0)
    columns = np.arange(mask.shape[2])
    for y in range(int(np.ceil(here[:, 0].min())), int(np.floor(here[:, 0].max())) + 1):
        crosses = (here[:, 0] <= y) != (there[:, 0] <= y)
        a, b = here[crosses], there[crosses]
        at = a[:, 1] + (y - a[:, 0]) / (b[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        mask[z, y] ^= (at[:, None] > columns).sum(axis=0) % 2 == 1
