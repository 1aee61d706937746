"""Slices with gaps, at uneven distances or shifted against each other, resampled onto a grid."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from imgpipe.images.formats.dicom.planes import Plane, is_tilted, places_along, rounding_of
from imgpipe.images.image import check_budget

_STANDS = 0.01  # share of the distance of slices within which one is taken for a place of the grid


class Evened(NamedTuple):
    """Slices on an even grid along their normal."""

    values: np.ndarray
    padding: np.ndarray
    """Where nothing was measured."""
    origin: np.ndarray
    step: float
    interpolated: int
    """Slices of the grid that lie between two of the series, or between their pixels."""
    along: np.ndarray
    """Where those of the series lie, mm from the first."""


class _Shifts(NamedTuple):
    """How far slices lie beside the normal through the first, in rows and columns."""

    of: np.ndarray
    """(n, 2), from the corner of the common plane, none negative."""
    corner: np.ndarray
    """Of the plane that holds all slices, from that of the first."""
    shape: tuple[int, int]


def evened(
    name: str, planes: Sequence[Plane], values: np.ndarray, padding: np.ndarray | None
) -> Evened:
    """Slices, in order, by linear interpolation onto even places from the first to the last.

    The distance of slices becomes the (lower) median one, adapted so that the last slice is a
    place of the grid. Slices that lie beside the normal through the first are moved along rows and
    columns by where their positions put them, and the plane grows until it holds all; whole
    numbers stay so.
    """
    along = places_along(planes) - places_along(planes)[0]
    steps = np.sort(np.diff(along))
    count = round(along[-1] / float(steps[(len(steps) - 1) // 2])) + 1
    step = float(along[-1]) / (count - 1)
    shifts = _shifts(planes, values.shape[1:])
    check_budget(name, (count, *shifts.shape))
    inside = None if padding is None else ~np.broadcast_to(padding, values.shape)

    @lru_cache(maxsize=2)
    def moved(k: int) -> tuple[np.ndarray, np.ndarray]:
        measured = np.ones(values.shape[1:], bool) if inside is None else inside[k]
        return _moved(values[k], measured, shifts.of[k], shifts.shape)

    near = _STANDS * step + float(np.abs(planes[0].axes[0]) @ rounding_of(planes))
    out = np.empty((count, *shifts.shape), values.dtype)
    outside = np.empty(out.shape, bool)
    interpolated = 0
    for i in range(count):
        k = int(np.clip(np.searchsorted(along, i * step) - 1, 0, len(along) - 2))
        share = (i * step - along[k]) / (along[k + 1] - along[k])
        ends = np.abs(i * step - along[k : k + 2])
        if ends.min() <= near:
            nearest = k + int(ends.argmin())
            interpolated += bool(np.modf(shifts.of[nearest])[0].any())
            plane, measured = moved(nearest)
        else:
            interpolated += 1
            (low, one), (high, other) = moved(k), moved(k + 1)
            plane, measured = low + share * (high - low), one & other
        out[i] = plane if out.dtype.kind == "f" else np.rint(plane)
        outside[i] = ~measured
    _, y, x = planes[0].axes
    down, right = shifts.corner * planes[0].spacing
    origin = np.array(planes[0].position) + down * y + right * x
    return Evened(out, outside, origin, step, interpolated, along)


def _shifts(planes: Sequence[Plane], shape: tuple[int, ...]) -> _Shifts:
    offsets = np.zeros((len(planes), 2))
    if is_tilted(planes):
        places = np.array([plane.position for plane in planes])
        _, y, x = planes[0].axes
        offsets = (places - places[0]) @ np.stack([y, x], axis=1) / planes[0].spacing
    # thousandths of a pixel are rounding
    offsets = np.round(offsets, 3)
    corner, far = np.floor(offsets.min(axis=0)), np.ceil(offsets.max(axis=0))
    rows, columns = (int(n) for n in np.array(shape) + far - corner)
    return _Shifts(offsets - corner, corner, (rows, columns))


def _moved(
    plane: np.ndarray, inside: np.ndarray, shift: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """A slice on a larger plane, between whole pixels by bilinear interpolation."""
    total, measured = np.zeros(shape), np.ones(shape, bool)
    (down, row), (right, column) = (math.modf(float(part)) for part in shift)
    for r, by_row in ((0, 1 - down), (1, down)):
        for c, by_column in ((0, 1 - right), (1, right)):
            if (weight := by_row * by_column) > 0:
                top, left = int(row) + r, int(column) + c
                at = slice(top, top + plane.shape[0]), slice(left, left + plane.shape[1])
                there = np.zeros(shape, bool)
                there[at] = inside
                total[at] += weight * plane
                measured &= there
    return total, measured
