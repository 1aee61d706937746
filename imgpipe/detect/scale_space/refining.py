"""Maxima between pixels and between scales: the top of a parabola through the neighbours."""

from typing import Any

import numpy as np

from imgpipe.detect.scale_space.peaks import Peaks


def offsets(peaks: Peaks, shape: tuple[int, ...], scales: int) -> np.ndarray:
    """Fit a quadratic function to the neighbours of each maximum.

    Parameters
    ----------
    peaks : Peaks
    shape : tuple of int
        Of the image.
    scales : int

    Returns
    -------
    ndarray of float64, shape (n, axes + 1)
        How far the top lies from the pixel and the scale, the scale last; at most half a step. 0
        where there is no neighbour on both sides. Where the joint top of all axes lies farther
        off, each axis has its own.
    """
    # the scale last, as in places
    around = np.moveaxis(peaks.around, 1, -1)
    axes = around.ndim - 1
    here = _at(around, {})
    gradient = np.zeros((len(here), axes))
    curvature = np.zeros((len(here), axes, axes))
    for a in range(axes):
        high, low = _at(around, {a: 2}), _at(around, {a: 0})
        gradient[:, a] = (high - low) / 2
        curvature[:, a, a] = high + low - 2 * here
        for b in range(a):
            same = _at(around, {a: 2, b: 2}) + _at(around, {a: 0, b: 0})
            crossed = _at(around, {a: 2, b: 0}) + _at(around, {a: 0, b: 2})
            curvature[:, a, b] = curvature[:, b, a] = (same - crossed) / 4
    ends = np.array([*shape, scales]) - 1
    inside = (peaks.places > 0) & (peaks.places < ends)
    inside &= np.diagonal(curvature, axis1=1, axis2=2) < 0
    gradient[~inside] = 0
    curvature[~(inside[:, :, None] & inside[:, None, :])] = 0
    curvature[:, range(axes), range(axes)] += np.where(inside, 0.0, -1.0)
    alone = -gradient / np.diagonal(curvature, axis1=1, axis2=2)
    joint = alone.copy()
    definite = np.linalg.eigvalsh(curvature)[:, -1] < 0
    joint[definite] = -np.linalg.solve(curvature[definite], gradient[definite, :, None])[..., 0]
    near = (np.abs(joint) <= 0.5).all(axis=1, keepdims=True)
    return np.where(near, joint, np.clip(alone, -0.5, 0.5))


def _at(around: np.ndarray, moved: dict[int, int]) -> np.ndarray:
    where: list[Any] = [moved.get(axis, 1) for axis in range(around.ndim - 1)]
    return around[(slice(None), *where)]
