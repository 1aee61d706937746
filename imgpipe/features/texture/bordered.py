"""Gray levels of one image, cut to what is inside and set in a border of zeros.

With a border every neighbour exists, so that the counting loops step by flat offsets and need no
case for the edge of the image.
"""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper


@jit
def boxed(levels: np.ndarray) -> np.ndarray:
    """Copy of the smallest box (z, y, x) around the levels above 0, with a border of one pixel."""
    depth, height, width = levels.shape
    # scalars and plain loops: array expressions would take most of the time to compile
    z0, y0, x0 = depth, height, width
    z1, y1, x1 = 0, 0, 0
    for z in range(depth):
        for y in range(height):
            row = levels[z, y]
            first = 0
            while first < width and row[first] == 0:
                first += 1
            if first == width:
                continue
            last = width - 1
            while row[last] == 0:
                last -= 1
            z0, z1 = min(z0, z), max(z1, z + 1)
            y0, y1 = min(y0, y), max(y1, y + 1)
            x0, x1 = min(x0, first), max(x1, last + 1)
    out = np.zeros((z1 - z0 + 2, y1 - y0 + 2, x1 - x0 + 2), levels.dtype)
    for z in range(z0, z1):
        for y in range(y0, y1):
            row = levels[z, y]
            target = out[z - z0 + 1, y - y0 + 1]
            for x in range(x0, x1):
                target[x - x0 + 1] = row[x]
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


@jit_helper
def add_defined(one: np.ndarray, total: np.ndarray, defined: np.ndarray) -> None:
    """Add the features that are defined for one matrix, and count them."""
    for f in range(one.size):
        if not np.isnan(one[f]):
            total[f] += one[f]
            defined[f] += 1


@jit_helper
def average_defined(total: np.ndarray, defined: np.ndarray, out: np.ndarray) -> None:
    """Mean over the matrices for which a feature is defined, NaN where there is none."""
    for f in range(total.size):
        out[f] = total[f] / defined[f] if defined[f] else np.nan
