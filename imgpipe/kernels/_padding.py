"""A padded copy of an image, in which every cell of a window is one flat offset away."""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit
from imgpipe.kernels._windows import Window


def padded(
    image: Array, window: Window, cval: Any, dtype: Any = None, extra: tuple[int, int] = (0, 0)
) -> Array:
    """Return a copy of `image` that reaches as far as `window` does beyond each border.

    `extra` adds that many positions, of no particular value, at the end of the last two axes.
    """
    dtype = image.dtype if dtype is None else dtype
    shape = [n + k - 1 for n, k in zip(image.shape, window.sizes, strict=True)]
    tables = [window.table(axis, n) for axis, n in enumerate(image.shape)]
    shape[-1] += extra[1]
    if image.ndim > 1:
        shape[-2] += extra[0]
        if extra[0]:
            tables[-2] = np.append(tables[-2], np.zeros(extra[0], np.int64))
    out = np.empty(shape, dtype)
    lead = [1] * (4 - image.ndim)
    zeros = [np.zeros(1, np.int64)] * (4 - image.ndim)
    out4 = out.reshape(lead + shape)
    _pad(image.reshape(lead + list(image.shape)), out4, *zeros, *tables, window.before[-1], cval)
    return out


def offsets(window: Window, shape: tuple[int, ...]) -> Array:
    """Flat distance of each cell of the window from its first corner, in an array of `shape`."""
    cells = np.ones(window.sizes, bool) if window.cells is None else window.cells
    return flat(np.argwhere(cells), shape)


def flat(positions: Array, shape: tuple[int, ...]) -> Array:
    """Flat distances in an array of `shape` of the rows of `positions`."""
    strides = np.cumprod([1, *shape[:0:-1]], dtype=np.int64)[::-1]
    return (positions * strides).sum(axis=1)


def line_starts(image_shape: tuple[int, ...], padded_shape: tuple[int, ...]) -> Array:
    """Flat position, in the padded array, of the first window of every line of the image."""
    lines = np.indices(image_shape[:-1], dtype=np.int64).reshape(len(image_shape) - 1, -1).T
    lead = np.hstack([lines, np.zeros((len(lines), 1), np.int64)])
    return flat(lead, padded_shape)


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
