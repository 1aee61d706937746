"""Pixels that hang together: the parts of a mask, and what can be reached within it."""

from itertools import product
from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

_WANTED = -1


class Parts(NamedTuple):
    """Connected parts of a mask.

    Parameters
    ----------
    labels : ndarray of int32
        0 outside, 1 for the part whose first pixel comes first, and so on.
    sizes : ndarray of int64
        Pixels of each part, of label 1 first.
    """

    labels: np.ndarray
    sizes: np.ndarray


def parts_of(mask: np.ndarray, *, corners: bool = True) -> Parts:
    """Number the parts of a mask; with `corners` pixels that touch in a corner hang together."""
    bordered = _bordered(mask)
    queue = np.empty(np.count_nonzero(mask) + 1, np.int64)
    sizes = np.empty(queue.size, np.int64)
    n = _number(bordered.reshape(-1), _steps(bordered.shape, corners), queue, sizes)
    return Parts(_without_border(bordered), sizes[:n].copy())


def reached(mask: np.ndarray, seeds: np.ndarray, *, corners: bool = True) -> np.ndarray:
    """Mask of the parts of a mask that hold a seed; `seeds` has a row for each."""
    bordered = _bordered(mask)
    queue = np.empty(np.count_nonzero(mask) + 1, np.int64)
    starts = np.ravel_multi_index(tuple(seeds.T + 1), bordered.shape)
    _reach(bordered.reshape(-1), _steps(bordered.shape, corners), queue, np.asarray(starts))
    return _without_border(bordered) == 1


def _bordered(mask: np.ndarray) -> np.ndarray:
    """What is wanted as -1, with a border of 0 at which every search ends."""
    bordered = np.zeros([n + 2 for n in mask.shape], np.int32)
    bordered[(slice(1, -1),) * mask.ndim] = np.where(mask, np.int32(_WANTED), np.int32(0))
    return bordered


def _without_border(bordered: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(bordered[(slice(1, -1),) * bordered.ndim])


def _steps(shape: tuple[int, ...], corners: bool) -> np.ndarray:
    """Distances in memory from a pixel to its neighbours."""
    strides = np.cumprod((1, *shape[:0:-1]))[::-1]
    moves = [np.array(move) for move in product((-1, 0, 1), repeat=len(shape))]
    far = len(shape) if corners else 1
    return np.array([int(move @ strides) for move in moves if 0 < np.abs(move).sum() <= far])


@jit
def _number(pixels: np.ndarray, steps: np.ndarray, queue: np.ndarray, sizes: np.ndarray) -> int:
    n = 0
    for k in range(pixels.size):
        if pixels[k] == _WANTED:
            sizes[n] = _flood(pixels, k, n + 1, steps, queue)
            n += 1
    return n


@jit
def _reach(pixels: np.ndarray, steps: np.ndarray, queue: np.ndarray, starts: np.ndarray) -> None:
    for start in starts:
        if pixels[start] == _WANTED:
            _flood(pixels, start, 1, steps, queue)


@jit_helper
def _flood(pixels: np.ndarray, start: int, label: int, steps: np.ndarray, queue: np.ndarray) -> int:
    """Label what hangs together with a pixel; how many they are."""
    pixels[start] = label
    queue[0] = start
    waiting, size = 1, 1
    while waiting:
        waiting -= 1
        here = queue[waiting]
        for step in steps:
            if pixels[here + step] == _WANTED:
                pixels[here + step] = label
                queue[waiting] = here + step
                waiting += 1
                size += 1
    return size
