"""A padded copy of an image, in which every cell of a window is one flat offset away."""

import math
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.window import Window


def padded(image: Array, window: Window, cval: Any, dtype: Any = None) -> Array:
    """Return a copy of `image` that reaches as far as `window` does beyond each border."""
    shape = [n + k - 1 for n, k in zip(image.shape, window.sizes, strict=True)]
    out = np.empty(shape, image.dtype if dtype is None else dtype)
    lead = 4 - image.ndim
    zeros = [np.zeros(1, np.int64)] * lead
    tables = [window.table(axis, n) for axis, n in enumerate(image.shape)]
    source = image.reshape((1,) * lead + image.shape)
    _pad(source, out.reshape([1] * lead + shape), *zeros, *tables, window.before[-1], cval)
    return out


def offsets(window: Window, shape: tuple[int, ...]) -> Array:
    """Flat distance of each cell of the window from its first corner, in an array of `shape`."""
    cells = np.ones(window.sizes, bool) if window.footprint is None else window.footprint
    return flat(np.argwhere(cells), shape)


def flat(positions: Array, shape: tuple[int, ...]) -> Array:
    """Flat distances in an array of `shape` of the rows of `positions`."""
    strides = np.cumprod([1, *shape[:0:-1]], dtype=np.int64)[::-1]
    return (positions * strides).sum(axis=1)


def line_starts(image_shape: tuple[int, ...], padded_shape: tuple[int, ...]) -> Array:
    """Flat position, in the padded array, of the first window of every line of the image."""
    starts = np.zeros(1, np.int64)
    for axis, n in enumerate(image_shape[:-1]):
        stride = math.prod(padded_shape[axis + 1 :])
        starts = (starts[:, np.newaxis] + np.arange(n) * stride).ravel()
    return starts


@jit
def _pad(
    x: Array, out: Array, t0: Array, t1: Array, t2: Array, t3: Array, before: int, cval: Any
) -> None:
    width = x.shape[3]
    for a in range(t0.size):
        for b in range(t1.size):
            for c in range(t2.size):
                line = out[a, b, c]
                if min(t0[a], t1[b], t2[c]) < 0:
                    line[:] = cval
                    continue
                source = x[t0[a], t1[b], t2[c]]
                middle = line[before : before + width]
                for j in range(width):
                    middle[j] = source[j]
                for p in range(before):
                    line[p] = source[t3[p]] if t3[p] >= 0 else cval
                for p in range(before + width, t3.size):
                    line[p] = source[t3[p]] if t3[p] >= 0 else cval
