"""A coarser grid to look on, and what is found there on the image's own."""

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels import gaussian
from imgpipe.segment.method.given import Given


def refuse_volumes(given: Given, name: str) -> None:
    """Take images of two axes only."""
    if given.values.ndim != 2:
        raise InputError(
            f"{name} takes images of two axes, not of shape {given.values.shape}; give one slice"
        )


def coarse(given: Given, most: int) -> tuple[np.ndarray, np.ndarray | None, int]:
    """Average squares of pixels, so that no side has more than `most`.

    Returns
    -------
    values : ndarray of float32
    inside : ndarray of bool or None
        Where most of a square is.
    factor : int
        Side of a square.
    """
    factor = -(-max(given.values.shape) // most)
    values = _averaged(given.values.astype(np.float32), factor)
    if given.inside is None:
        return values, None, factor
    return values, _averaged(given.inside.astype(np.float32), factor) >= 0.5, factor


def fine(mask: np.ndarray, factor: int, shape: tuple[int, ...]) -> np.ndarray:
    """A mask on the image's own grid, its steps rounded off."""
    if factor == 1:
        return mask
    large = np.repeat(np.repeat(mask.astype(np.float32), factor, 0), factor, 1)
    return np.asarray(gaussian(large, 0.6 * factor)[: shape[0], : shape[1]] > 0.5)


def _averaged(values: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return values
    missing = [(0, -n % factor) for n in values.shape]
    padded = np.pad(values, missing, mode="edge")
    rows, columns = (n // factor for n in padded.shape)
    return np.asarray(padded.reshape(rows, factor, columns, factor).mean(axis=(1, 3)))
