"""Maxima of a stack of responses: pixels that no neighbour in place and scale exceeds."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper


class Peaks(NamedTuple):
    """Maxima, and what lies around them.

    Parameters
    ----------
    places : ndarray of int64, shape (n, axes + 1)
        Pixel, then number of the scale.
    values : ndarray of float64, shape (n,)
    around : ndarray of float64, shape (n, 3, ..., 3)
        Responses at neighbouring scales and pixels, the scale first. What lies beyond the stack
        repeats its edge.
    """

    places: np.ndarray
    values: np.ndarray
    around: np.ndarray

    def taken(self, chosen: np.ndarray) -> "Peaks":
        """Those of a mask or of indices."""
        return Peaks(self.places[chosen], self.values[chosen], self.around[chosen])


def peaks(
    responses: Iterable[np.ndarray], threshold: float | None, relative: float | None
) -> Peaks:
    """Find maxima above a threshold, highest first, as scikit-image's `peak_local_max` does.

    Parameters
    ----------
    responses : iterable of ndarray of float64
        One scale after another; three of them are held at a time.
    threshold : float or None
        The lowest response by default.
    relative : float or None
        Share of the highest response that a maximum exceeds, too.
    """
    lowest, highest = np.inf, -np.inf
    parts = []
    floor = -np.inf if threshold is None else float(threshold)
    for scale, (below, here, above) in enumerate(_neighbours(responses)):
        lowest, highest = min(lowest, here.min()), max(highest, here.max())
        parts.append(_peaks_of(below, here, above, scale, floor))
    every = Peaks(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    if threshold is None:
        floor = lowest
    if relative is not None:
        floor = max(floor, relative * highest)
    found = every.taken(every.values > floor)
    # pixels in the order of the image, scales of one pixel side by side; equals stay in it
    found = found.taken(np.lexsort(found.places.T[::-1]))
    return found.taken(np.argsort(-found.values, kind="stable"))


def _neighbours(
    responses: Iterable[np.ndarray],
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give each response with the one below and the one above it, or itself at the ends."""
    first = next(each := iter(responses))
    below, here = first, first
    for above in each:
        yield below, here, above
        below, here = here, above
    yield below, here, here


def _peaks_of(
    below: np.ndarray, here: np.ndarray, above: np.ndarray, scale: int, floor: float
) -> Peaks:
    shape = here.shape
    volume = (1,) * (3 - len(shape)) + shape
    found = np.empty(1024, np.int64)
    arrays = below.ravel(), here.ravel(), above.ravel()
    count = find_peaks(*arrays, volume, floor, found)
    if count > found.size:
        found = np.empty(count, np.int64)
        find_peaks(*arrays, volume, floor, found)
    places = np.stack(np.unravel_index(found[:count], shape), axis=1)
    around = [_around(each, places) for each in (below, here, above)]
    with_scale = np.concatenate([places, np.full((count, 1), scale)], axis=1)
    return Peaks(with_scale, arrays[1][found[:count]], np.stack(around, axis=1))


def _around(response: np.ndarray, places: np.ndarray) -> np.ndarray:
    axes = response.ndim
    steps = np.arange(-1, 2)
    where = []
    for axis, length in enumerate(response.shape):
        index = np.clip(places[:, axis, None] + steps, 0, length - 1)
        where.append(index.reshape(len(places), *(3 if a == axis else 1 for a in range(axes))))
    return response[tuple(where)]


@jit_helper
def _is_peak(
    below: Any, here: Any, above: Any, shape: Any, z: int, y: int, x: int, value: float
) -> bool:
    depth, height, width = shape
    for k in range(max(z - 1, 0), min(z + 2, depth)):
        for i in range(max(y - 1, 0), min(y + 2, height)):
            for j in range(max(x - 1, 0), min(x + 2, width)):
                p = (k * height + i) * width + j
                if here[p] > value or below[p] > value or above[p] > value:
                    return False
    return True


@jit
def find_peaks(below: Any, here: Any, above: Any, shape: Any, floor: float, found: Any) -> int:
    """Write positions of maxima into `found`, as many as it holds; return how many there are."""
    depth, height, width = shape
    count = 0
    for z in range(depth):
        for y in range(height):
            row = (z * height + y) * width
            line = here[row : row + width]
            for x in range(width):
                v = line[x]
                if not v > floor:
                    continue
                if (x > 0 and line[x - 1] > v) or (x + 1 < width and line[x + 1] > v):
                    continue
                if _is_peak(below, here, above, shape, z, y, x, v):
                    if count < found.size:
                        found[count] = row + x
                    count += 1
    return count
