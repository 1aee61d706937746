"""How far the masks of a stack reach, and how many pixels they hold."""

from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit


class Extents(NamedTuple):
    """Box and size of each mask.

    Attributes
    ----------
    boxes : ndarray of int64, shape (n, 3, 2)
        First and last + 1 index along z, y and x of the smallest box; zeros for an empty mask.
    n_pixels : ndarray of int64, shape (n,)
        Number of pixels inside.
    """

    boxes: np.ndarray
    n_pixels: np.ndarray


def extents(masks: np.ndarray) -> Extents:
    """Box and size of each of these masks, bool (n, z, y, x)."""
    found = Extents(np.zeros((len(masks), 3, 2), np.int64), np.empty(len(masks), np.int64))
    columns = np.empty(masks.shape[-1], np.uint8)
    _fill(masks.view(np.uint8), columns, found.boxes, found.n_pixels)
    return found


def slices_of(box: np.ndarray) -> tuple[slice, ...]:
    """One box as an index."""
    return tuple(slice(first, last) for first, last in box.tolist())


@jit
def _fill(masks: np.ndarray, columns: np.ndarray, boxes: np.ndarray, n_pixels: np.ndarray) -> None:
    n, depth, height, width = masks.shape
    for k in range(n):
        columns[:] = 0
        z0, z1, y0, y1, x0, x1 = depth, 0, height, 0, width, 0
        number = np.int64(0)
        for z in range(depth):
            for y in range(height):
                row = masks[k, z, y]
                inside = np.int64(0)
                # without a jump, so that many pixels are looked at at once
                for x in range(width):
                    columns[x] |= row[x]
                    inside += np.int64(row[x])
                if inside > 0:
                    z0, z1 = min(z0, z), z + 1
                    y0, y1 = min(y0, y), max(y1, y + 1)
                number += inside
        for x in range(width):
            if columns[x]:
                x0, x1 = min(x0, x), x + 1
        n_pixels[k] = number
        if number > 0:
            boxes[k, 0, 0], boxes[k, 0, 1] = z0, z1
            boxes[k, 1, 0], boxes[k, 1, 1] = y0, y1
            boxes[k, 2, 0], boxes[k, 2, 1] = x0, x1
