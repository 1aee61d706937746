"""Contours of a DICOM structure set (RTSTRUCT) as a mask of the series they were drawn on."""

import os
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, clauses, say
from imgpipe.images.formats.dicom.elements import (
    check_dicom,
    is_dicom_file,
    items,
    kind_of,
    numbers,
    parse,
    text,
    whole,
)
from imgpipe.images.formats.errors import quiet, reading_dicom
from imgpipe.images.series import Series

_OFF_SLICE = 0.25  # share of the distance of slices
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")


class ContourWarning(UserWarning):
    """Contours of a structure set that are no part of the mask, or only in part."""


def read_contours(
    path: str | os.PathLike[str], series: Series, *, region: str | None = None
) -> np.ndarray:
    """Turn one region of a structure set into a mask.

    A voxel is inside where its centre is enclosed by an odd number of the contours of its slice,
    so that a contour within another is a hole. Points, open and empty contours enclose nothing and
    are passed over; what lies beyond the volume is clipped. A `ContourWarning` counts both.

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
        the region, or has contours that lie between slices, or none that encloses a voxel.

    Warns
    -----
    ContourWarning
        If contours were passed over or clipped.

    Examples
    --------
    >>> from imgpipe.images import read_contours, read_series
    >>> series = read_series("patient/CT")  # doctest: +SKIP
    >>> mask = read_contours("patient/RS.dcm", series, region="GTV")  # doctest: +SKIP
    """
    name = shown(path)
    notes: Counter[Text] = Counter()
    count, *plane = series.image.pixels.shape
    along = _measured(series)
    mask = np.zeros((len(along), *plane), bool)
    with reading_dicom(name, "structure set"):
        for points in _contours(name, _structure_set(name, Path(path)), series, region, notes):
            if (contour := _voxels(name, points, series, notes)) is not None:
                _toggle(mask, *contour)
    if series.along is not None:
        # a slice of the resampled volume has the contours of the nearest one that was measured
        step = _step(series)
        mask = mask[[int(np.abs(along - k * step).argmin()) for k in range(count)]]
    told = [say("{n} {fault}", n=n, fault=fault) for fault, n in notes.items()]
    if not mask.any():
        why = f" ({clauses(told)})" if told else ""
        raise InputError(f"{name}: its contours enclose no voxel{why}")
    if told:
        text = say("{name}: contours: {faults}", name=name, faults=clauses(told))
        warnings.warn(ContourWarning(text), stacklevel=2)
    return mask


def is_structure_set(path: str | os.PathLike[str]) -> bool:
    """Tell a structure set from label images, whatever it is called.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    bool
        False too for what is missing or damaged: its reader says so.
    """
    try:
        with quiet():
            return is_dicom_file(path) and parse(Path(path)).get("Modality") == "RTSTRUCT"
    except Exception:
        return False


def _structure_set(name: str, path: Path) -> Any:
    check_dicom(name, path)
    dataset = parse(path)
    if text(name, dataset, "Modality") != "RTSTRUCT":
        kind = text(name, dataset, "Modality") or kind_of(dataset) or "DICOM"
        raise InputError(f"{name}: a {kind} file, no RTSTRUCT")
    return dataset


def _contours(
    name: str, dataset: Any, series: Series, region: str | None, notes: Counter[Text]
) -> list[np.ndarray]:
    """Points (n, 3) in scanner coordinates of each contour of the region that encloses an area."""
    chosen = _region(name, dataset, series, region)
    number = whole(name, chosen, "ROINumber")
    contours, found = [], 0
    for item in items(name, dataset, "ROIContourSequence"):
        if whole(name, item, "ReferencedROINumber", -1) != number:
            continue
        for contour in items(name, item, "ContourSequence"):
            found += 1
            points = _points(name, contour, notes)
            if points is not None:
                contours.append(points)
    if not found:
        raise InputError(f"{name}: the region has no contours")
    return contours


def _region(name: str, dataset: Any, series: Series, region: str | None) -> Any:
    """Find the one region that is meant, if it was drawn on the series."""
    patient = text(name, dataset, "PatientID")
    if series.patient and patient not in ("", series.patient):
        raise InputError(f"{name}: belongs to another patient than the series")
    regions = [(text(name, r, "ROIName"), r)
               for r in items(name, dataset, "StructureSetROISequence")]  # fmt: skip
    named = ", ".join(repr(n) for n, _ in regions) or "none"
    if region is None and len(regions) != 1:
        raise InputError(f"{name}: holds {len(regions)} regions ({named}); name one")
    meant = [r for n, r in regions if region is None or n == region]
    if not meant:
        raise InputError(f"{name}: no region {region!r} in it; there is {named}")
    if len(meant) > 1:
        raise InputError(f"{name}: holds {len(meant)} regions named {region!r}; rename all but one")
    frame = text(name, meant[0], "ReferencedFrameOfReferenceUID")
    if frame and series.frame and frame != series.frame:
        raise InputError(f"{name}: drawn in another frame of reference than the series")
    return meant[0]


def _points(name: str, contour: Any, notes: Counter[Text]) -> np.ndarray | None:
    """Corners of a closed contour; None, with a note, for what encloses nothing."""
    kind = text(name, contour, "ContourGeometricType")
    values = numbers(name, contour, "ContourData")
    if not values:
        notes[say("empty, passed over")] += 1
        return None
    if kind not in _CLOSED:
        known = kind or say("unknown")
        notes[say("of type {kind}, passed over", kind=known)] += 1
        return None
    if len(values) % 3 or not np.isfinite(values).all():
        raise InputError(f"{name}: damaged: a contour of {len(values)} numbers, not x, y, z each")
    if len(values) < 9:
        notes[say("of fewer than three points, passed over")] += 1
        return None
    return np.array(values).reshape(-1, 3)


def _voxels(
    name: str, points: np.ndarray, series: Series, notes: Counter[Text]
) -> tuple[int, np.ndarray] | None:
    """Slice of a contour, and its corners as (row, column) in voxels; None beyond the slices."""
    spacing, along = series.image.spacing, _measured(series)
    assert spacing is not None
    place = (points - series.origin) @ series.directions.T / np.array(spacing)
    mm = place[:, 0] * spacing[0]
    middle = float(mm.mean())
    z = int(np.abs(along - middle).argmin())
    beyond = not along[0] - spacing[0] / 2 <= middle <= along[-1] + spacing[0] / 2
    off = float(np.abs(mm - (middle if beyond else along[z])).max())
    if not off <= _OFF_SLICE * spacing[0]:
        raise InputError(
            f"{name}: a contour {off:.3g} mm off the nearest slice; it was drawn on another "
            "series, or on a slice that is missing"
        )
    shape = series.image.pixels.shape
    if beyond:
        notes[say("beyond the first or last slice, left out")] += 1
        return None
    corners = place[:, 1:]
    if ((corners < -0.5) | (corners > np.array(shape[1:]) - 0.5)).any():
        notes[say("reaching beyond the image, clipped")] += 1
    return z, corners


def _step(series: Series) -> float:
    """Distance of the volume's slices, mm."""
    assert series.image.spacing is not None
    return series.image.spacing[0]


def _measured(series: Series) -> np.ndarray:
    """Where slices were measured, mm along the normal from the first."""
    if series.along is not None:
        return series.along
    return np.arange(len(series.image.pixels)) * _step(series)


def _toggle(mask: np.ndarray, z: int, here: np.ndarray) -> None:
    """Invert the mask at the voxels whose centre the contour encloses (even-odd rule)."""
    there = np.roll(here, -1, axis=0)
    columns = np.arange(mask.shape[2])
    first = max(0, int(np.ceil(here[:, 0].min())))
    last = min(mask.shape[1] - 1, int(np.floor(here[:, 0].max())))
    for y in range(first, last + 1):
        crosses = (here[:, 0] <= y) != (there[:, 0] <= y)
        a, b = here[crosses], there[crosses]
        at = a[:, 1] + (y - a[:, 0]) / (b[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        mask[z, y] ^= (at[:, None] > columns).sum(axis=0) % 2 == 1
