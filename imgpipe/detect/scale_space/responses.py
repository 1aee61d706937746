"""Responses to bright blobs, one scale after another: Laplacians, or differences, of Gaussians."""

import math
from collections.abc import Iterator

import numpy as np

from imgpipe._runtime.threads import run_bands
from imgpipe.detect.scale_space.sums import (
    BREADTH,
    CURVED,
    GROUP,
    SMOOTH,
    Line,
    sum_across,
    sum_along,
)

_TRUNCATE = 4.0
_TAP = 8.0  # bytes that a tap reads


def laplacians(values: np.ndarray, sigmas: np.ndarray) -> Iterator[np.ndarray]:
    """Give minus the Laplacian of Gaussians, times the mean sigma squared.

    Parameters
    ----------
    values : ndarray of float32 or float64, 2-D or 3-D
    sigmas : ndarray, shape (scales, axes)
        Of the dtype of the values.

    Yields
    ------
    ndarray of float64
        Of the image's shape; with the values that float32 has for an image of float32.
    """
    wide = np.ascontiguousarray(values, np.float64)
    for sigma in sigmas:
        total = _laplacian(wide, sigma, values.dtype.itemsize == 4)
        yield (-total.astype(values.dtype, copy=False) * np.mean(sigma) ** 2).astype(np.float64)


def differences(values: np.ndarray, sigmas: np.ndarray, ratio: float) -> Iterator[np.ndarray]:
    """Give each Gaussian less the next wider one, over ``ratio - 1``; arguments as above."""
    wide = np.ascontiguousarray(values, np.float64)
    single = values.dtype.itemsize == 4
    before = _gaussian(wide, sigmas[0], single)
    for sigma in sigmas[1:]:
        after = _gaussian(wide, sigma, single)
        difference = (before - after).astype(values.dtype, copy=False)
        difference *= 1 / (ratio - 1)
        yield difference.astype(np.float64)
        before = after


def _laplacian(values: np.ndarray, sigma: np.ndarray, single: bool) -> np.ndarray:
    lines = [_line(values.shape, axis, s) for axis, s in enumerate(sigma)]
    # what has been derived along an axis is smoothed along the others
    smooth, derived = values, list[np.ndarray]()
    for line in lines[:-1]:
        derived = [_across(each, line, False, single)[0] for each in derived]
        smooth, curved = _across(smooth, line, True, single)
        derived.append(curved)
    total = _along(derived[0], lines[-1], SMOOTH, single)
    for each, which in [*((each, SMOOTH) for each in derived[1:]), (smooth, CURVED)]:
        total += _along(each, lines[-1], which, single)
        if single:
            total = total.astype(np.float32).astype(np.float64)
    return total


def _gaussian(values: np.ndarray, sigma: np.ndarray, single: bool) -> np.ndarray:
    lines = [_line(values.shape, axis, s) for axis, s in enumerate(sigma)]
    for line in lines[:-1]:
        values = _across(values, line, False, single)[0]
    return _along(values, lines[-1], SMOOTH, single)


def _across(
    values: np.ndarray, line: Line, both: bool, single: bool
) -> tuple[np.ndarray, np.ndarray]:
    smooth = np.empty_like(values)
    curved = np.empty_like(values) if both else smooth
    strips = values.size // (line.n * line.inner) * -(-line.inner // BREADTH)
    arrays = values.ravel(), smooth.ravel(), curved.ravel()
    work = values.size * line.reach * _TAP
    run_bands(sum_across, strips, work, *arrays, tuple(line), both, single)
    return smooth, curved


def _along(values: np.ndarray, line: Line, which: int, single: bool) -> np.ndarray:
    out = np.empty_like(values)
    rows, work = values.size // line.n, values.size * line.reach * _TAP
    run_bands(sum_along, rows, work, values.ravel(), out.ravel(), tuple(line), which, single)
    return out


def _line(shape: tuple[int, ...], axis: int, sigma: np.floating) -> Line:
    n, inner = shape[axis], math.prod(shape[axis + 1 :])
    radius = int(_TRUNCATE * float(sigma) + 0.5)
    reach = -(-radius // GROUP) * GROUP
    weights = np.zeros((2, reach + 1))
    weights[:, reach - radius :] = _weights(sigma, radius)[:, : radius + 1]
    position = np.arange(-reach, n + reach) % (2 * n)
    table = np.minimum(position, 2 * n - 1 - position)
    return Line(n, inner, table, reach, weights)


def _weights(sigma: np.floating, radius: int) -> np.ndarray:
    """A Gaussian and its second derivative, rounded at each step as SciPy does."""
    x = np.arange(-radius, radius + 1)
    variance = sigma * sigma
    gauss = np.exp(-0.5 / variance * x**2)
    gauss = gauss / gauss.sum()
    inverse = np.ones(()) / -variance
    factors = np.array([inverse, 0.0, inverse * inverse])
    polynomial = (x[:, None] ** np.arange(3)).dot(factors)
    return np.stack([gauss, polynomial * gauss])
