"""Gray levels of one image, cut to what is inside and set in a border of zeros.

With a border every neighbour exists, so that the counting loops step by flat offsets and need no
case for the edge of the image.
"""

import numpy as np

from imgpipe.kernels._jit import jit


@jit
def boxed(levels: np.ndarray) -> np.ndarray:
    """Copy of the smallest box (z, y, x) around the levels above 0, with a border of one pixel."""
    low = np.array(levels.shape)
    high = np.zeros(3, np.int64) - 1
    for z in range(levels.shape[0]):
        for y in range(levels.shape[1]):
            row = levels[z, y]
            first = 0
            while first < row.size and row[first] == 0:
                first += 1
            if first == row.size:
                continue
            last = row.size - 1
            while row[last] == 0:
                last -= 1
            low[0], high[0] = min(low[0], z), max(high[0], z)
            low[1], high[1] = min(low[1], y), max(high[1], y)
            low[2], high[2] = min(low[2], first), max(high[2], last)
    size = high - low + 1
    out = np.zeros((size[0] + 2, size[1] + 2, size[2] + 2), levels.dtype)
    for z in range(size[0]):
        for y in range(size[1]):
            out[z + 1, y + 1, 1:-1] = levels[low[0] + z, low[1] + y, low[2] : high[2] + 1]
    return out


@jit
def steps(shape: tuple[int, int, int], flat: bool) -> np.ndarray:
    """Flat offsets to one of each pair of opposite neighbours: 4 in a slice, 13 in a volume."""
    width = shape[2]
    area = shape[1] * width
    if flat:
        return np.array([1, width - 1, width, width + 1])
    around = np.array([-width - 1, -width, -width + 1, -1, 0, 1, width - 1, width, width + 1])
    out = np.empty(13, np.int64)
    out[:4] = around[5:]
    out[4:] = area + around
    return out


@jit
def add_defined(one: np.ndarray, total: np.ndarray, defined: np.ndarray) -> None:
    """Add the features that are defined for one matrix, and count them."""
    for f in range(one.size):
        if not np.isnan(one[f]):
            total[f] += one[f]
            defined[f] += 1


@jit
def average_defined(total: np.ndarray, defined: np.ndarray, out: np.ndarray) -> None:
    """Mean over the matrices for which a feature is defined, NaN where there is none."""
    for f in range(total.size):
        out[f] = total[f] / defined[f] if defined[f] else np.nan
