"""The smallest box around each mask of a stack."""

import numpy as np

from imgpipe._runtime.jit import jit


def bounding_boxes(masks: np.ndarray) -> np.ndarray:
    """First and last + 1 index along z, y and x, int64 (n, 3, 2); zeros for an empty mask."""
    boxes = np.zeros((len(masks), 3, 2), np.int64)
    _fill(masks, boxes)
    return boxes


def slices_of(box: np.ndarray) -> tuple[slice, ...]:
    """One box as an index."""
    return tuple(slice(first, last) for first, last in box.tolist())


@jit
def _fill(masks: np.ndarray, boxes: np.ndarray) -> None:
    n, depth, height, width = masks.shape
    for k in range(n):
        z0, z1, y0, y1, x0, x1 = depth, 0, height, 0, width, 0
        for z in range(depth):
            for y in range(height):
                row = masks[k, z, y]
                first = 0
                while first < width and not row[first]:
                    first += 1
                if first == width:
                    continue
                last = width
                while not row[last - 1]:
                    last -= 1
                z0, z1 = min(z0, z), z + 1
                y0, y1 = min(y0, y), max(y1, y + 1)
                x0, x1 = min(x0, first), max(x1, last)
        if z1 > 0:
            boxes[k, 0, 0], boxes[k, 0, 1] = z0, z1
            boxes[k, 1, 0], boxes[k, 1, 1] = y0, y1
            boxes[k, 2, 0], boxes[k, 2, 1] = x0, x1
