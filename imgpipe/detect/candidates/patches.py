"""Patches round candidates, brought to one size, and what is measured in them."""

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from imgpipe import kernels

REACH = 2.0
"""Half the side of a patch, in radii of its candidate."""
_RINGS = (0.0, 0.35, 0.7, 1.0, 1.35, 1.7, REACH)
_SCALES = (0.5, 0.7, 1.0, 1.3)


def cut_patches(
    values: np.ndarray, middles: np.ndarray, radii: np.ndarray, side: int
) -> np.ndarray:
    """Sample a cube round each middle, `REACH` radii to each side, linearly.

    Pixels beyond the border are those on it. Where a step spans several pixels, they are smoothed
    before.

    Parameters
    ----------
    values : ndarray of float, 2-D or 3-D
    middles : ndarray, shape (n, axes)
        Positions, 0 being the middle of the first pixel.
    radii : ndarray, shape (n, axes)
        In pixels of each axis.
    side : int
        Samples along each axis.

    Returns
    -------
    ndarray of float32, shape (n, side, ...)
    """
    from scipy.ndimage import map_coordinates

    axes = values.ndim
    patches = np.empty((len(middles), *(side,) * axes), np.float32)
    steps = np.linspace(-REACH, REACH, side)
    grid = np.stack(np.meshgrid(*(steps,) * axes, indexing="ij"))
    apart = REACH * 2 * radii.mean(axis=1) / (side - 1)
    levels = np.clip(np.round(np.log2(np.maximum(apart, 1e-9))), 0, None).astype(int)
    for level in np.unique(levels):
        some = np.flatnonzero(levels == level)
        smooth = values if level == 0 else kernels.gaussian(values, 0.4 * 2.0**level)
        scaled = radii[some].reshape(len(some), axes, *(1,) * axes) * grid
        where = middles[some].reshape(scaled.shape[:2] + (1,) * axes) + scaled
        patches[some] = map_coordinates(smooth, np.moveaxis(where, 1, 0), order=1, mode="nearest")
    return patches


def measure(patches: np.ndarray) -> np.ndarray:
    """Describe what lies in patches of a candidate's own scale.

    Returns
    -------
    ndarray of float64, shape (n, f)
        Columns as in `measure_names`.
    """
    axes = patches.ndim - 1
    rings, responses = _templates(patches.shape[1], axes)
    flat = patches.reshape(len(patches), math.prod(patches.shape[1:])).astype(np.float64)
    means = flat @ rings.T
    spread = np.sqrt(np.maximum((flat**2) @ rings.T - means**2, 0))
    outer = means[:, [-2]]
    return np.hstack(
        [means[:, :-1] - outer, spread, flat @ responses.T, _shape(patches, rings[:3].sum(axis=0))]
    )


def measure_names(axes: int) -> list[str]:
    """Names of the columns of `measure`."""
    rings = [f"{a:g}-{b:g}r" for a, b in pairwise(_RINGS)]
    return [
        *(f"contrast_{ring}" for ring in rings[:-1]),
        *(f"spread_{ring}" for ring in rings),
        *(f"response_{scale:g}" for scale in _SCALES),
        *(f"edges_{k}" for k in range(1, axes + 1)),
        "edges_ratio",
    ]


RESPONSE = len(_RINGS) - 2 + len(_RINGS) - 1 + _SCALES.index(1.0)
"""Column of the response at the candidate's own scale."""


def _shape(patches: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How strong edges are along their main directions, and how much these differ.

    Square roots of the structure tensor's eigenvalues, the largest first, and the last by the
    first: 1 for what is round, near 0 for a line.
    """
    axes = patches.ndim - 1
    gradients = np.stack(np.gradient(patches, axis=tuple(range(1, axes + 1))))
    flat = gradients.reshape(axes, len(patches), len(weights)).astype(np.float64)
    tensors = np.einsum("anp,bnp,p->nab", flat, flat, weights / weights.sum())
    strengths = np.sqrt(np.maximum(np.linalg.eigvalsh(tensors)[:, ::-1], 0))
    ratio = strengths[:, -1:] / np.maximum(strengths[:, :1], 1e-12)
    return np.hstack([strengths, ratio])


@lru_cache(maxsize=8)
def _templates(side: int, axes: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the mean of each ring, and of minus the Laplacian of Gaussians at each scale."""
    steps = np.linspace(-REACH, REACH, side)
    distance = np.sqrt(
        sum(each**2 for each in np.meshgrid(*(steps,) * axes, indexing="ij"))
    ).ravel()
    rings = np.array([(distance >= a) & (distance < b) for a, b in pairwise(_RINGS)], float)
    rings /= np.maximum(rings.sum(axis=1, keepdims=True), 1)
    responses = []
    for scale in _SCALES:
        squared = (distance / (scale / math.sqrt(axes))) ** 2
        weights: Any = (axes - squared) * np.exp(-squared / 2)
        weights -= weights.mean()  # cut off at the patch's border, it must still ignore a level
        responses.append(weights / np.abs(weights).sum())
    return rings, np.array(responses)
