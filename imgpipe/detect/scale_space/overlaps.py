"""Blobs that lie on one another: the smaller one of two goes."""

import math
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

MOST_PAIRS = 5_000_000
"""Neighbours that are put into a set, of which each takes a hundred bytes and more."""


def without_overlaps(places: np.ndarray, sigmas: np.ndarray, overlap: float) -> np.ndarray:
    """Tell which blobs are kept, by the rule of scikit-image.

    Parameters
    ----------
    places : ndarray of float64, shape (n, axes)
    sigmas : ndarray, shape (n, axes)
        In pixels, along each axis; in the image's dtype, which decides how far is looked.
    overlap : float
        Share of the smaller blob's area or volume that may lie in the larger one. Radii are
        sigma times the root of the number of axes.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    kept = np.ones(len(places), bool)
    if len(places) < 2 or overlap >= 1:
        return kept
    from scipy.spatial import cKDTree

    farthest = 2 * sigmas.max() * math.sqrt(places.shape[1])
    tree = cKDTree(places)
    if tree.count_neighbors(tree, farthest) > 2 * MOST_PAIRS:
        pairs = tree.query_pairs(farthest, output_type="ndarray").astype(np.int64)
    else:
        # in a chain of three the order decides: that of scikit-image is that of a Python set
        pairs = np.array(list(tree.query_pairs(farthest)), np.int64).reshape(-1, 2)
    drop_smaller(pairs, places, sigmas.astype(np.float64), overlap, kept)
    return kept


@jit
def drop_smaller(pairs: Any, places: Any, sigmas: Any, overlap: float, kept: Any) -> None:
    """Mark the smaller blob of each pair that overlaps too much; those marked drop no other."""
    for number in range(len(pairs)):
        i, j = pairs[number]
        if kept[i] and kept[j] and _overlap(places, sigmas, i, j) > overlap:
            if sigmas[i, -1] > sigmas[j, -1]:
                kept[j] = False
            else:
                kept[i] = False


@jit_helper
def _overlap(places: Any, sigmas: Any, i: int, j: int) -> float:
    """Share of the smaller blob in the larger one, where this has radius 1."""
    axes = places.shape[1]
    large = i if sigmas[i, -1] > sigmas[j, -1] else j
    small = i + j - large
    radius = sigmas[small, -1] / sigmas[large, -1]
    squares = 0.0
    for axis in range(axes):
        step = (places[i, axis] - places[j, axis]) / (sigmas[large, axis] * math.sqrt(axes))
        squares += step * step
    d = math.sqrt(squares)
    if d > 1 + radius:
        return 0.0
    if d <= 1 - radius:
        return 1.0
    if axes == 2:
        return _of_disks(d, 1.0, radius)
    return _of_balls(d, 1.0, radius)


@jit_helper
def _of_disks(d: float, r1: float, r2: float) -> float:
    first = math.acos(min(max((d * d + r1 * r1 - r2 * r2) / (2 * d * r1), -1.0), 1.0))
    second = math.acos(min(max((d * d + r2 * r2 - r1 * r1) / (2 * d * r2), -1.0), 1.0))
    product = (r2 + r1 - d) * (d - r2 + r1) * (d + r2 - r1) * (d + r2 + r1)
    area = r1 * r1 * first + r2 * r2 * second - 0.5 * math.sqrt(abs(product))
    return area / (math.pi * r2 * r2)


@jit_helper
def _of_balls(d: float, r1: float, r2: float) -> float:
    near = (r1 + r2 - d) ** 2
    rest = d * d + 2 * d * (r1 + r2) - 3 * (r1 * r1 + r2 * r2) + 6 * r1 * r2
    volume = math.pi / (12 * d) * near * rest
    return volume / (4 / 3 * math.pi * r2**3)
