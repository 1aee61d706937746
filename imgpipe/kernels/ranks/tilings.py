"""Into which tiles an image is cut, for medians by ranks."""

import math
from dataclasses import dataclass
from functools import lru_cache

from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.window import Window

# pixels of a row of a tile with its border; a position is row * PITCH + column in 16 bits
PITCH = 128
_MOST_ROWS = 2**16 // PITCH
_BINS = 64
_WORDS = (1, 2, 4)
# nanoseconds, measured: to sort and mark a pixel, to update a column, to find a median
_SORT, _UPDATE, _FIND = 5.0, 3.0, 8.0


@dataclass(frozen=True)
class Tiling:
    """Outputs of a tile along the last three axes, and 64-bit words in the mask of a bin."""

    shape: tuple[int, int, int]
    words: int
    cost: float  # nanoseconds a pixel, roughly


def tiling_of(image: Array, window: Window) -> Tiling | None:
    """Return the cheapest tiling of an image, or None where there is none."""
    if window.footprint is not None or any(k > 1 for k in window.sizes[:-3]):
        return None
    return tiling(last_three(window.sizes), last_three(image.shape))


def last_three(lengths: tuple[int, ...]) -> tuple[int, int, int]:
    a, b, c = (1, 1, *lengths)[-3:]
    return a, b, c


@lru_cache(maxsize=256)
def tiling(sizes: tuple[int, int, int], shape: tuple[int, int, int]) -> Tiling | None:
    """Return the cheapest tiling of an image, or None where a window is too large for any."""
    cells = math.prod(sizes)
    # columns are counted in 8 bits, windows in 16
    if cells // sizes[2] > 255 or cells > 2**16 - 1:
        return None
    plans = []
    for words in _WORDS:
        most = _BINS * 64 * words
        for t0 in _parts(shape[0], 32):
            for t1 in _parts(shape[1], 128):
                rows = (t0 + sizes[0] - 1) * (t1 + sizes[1] - 1)
                widest = min(PITCH, most // rows) - sizes[2] + 1
                if rows <= _MOST_ROWS and widest >= 1:
                    t2 = -(-shape[2] // -(-shape[2] // widest))
                    plans.append(Tiling((t0, t1, t2), words, _cost(sizes, (t0, t1, t2), words)))
    return min(plans, key=lambda plan: plan.cost, default=None)


def _parts(length: int, most: int) -> list[int]:
    """Lengths of the parts into which an axis is cut evenly."""
    return sorted({-(-length // -(-length // part)) for part in range(1, min(length, most) + 1)})


def _cost(sizes: tuple[int, int, int], tile: tuple[int, int, int], words: int) -> float:
    region = [t + k - 1 for t, k in zip(tile, sizes, strict=True)]
    updates = tile[0] * region[2] * sizes[0] * (tile[1] + sizes[1] / 2)
    fixed = 8 * words * (sum(region) + 2 * tile[0] * tile[1]) + 20 * tile[0] * tile[1] * sizes[2]
    total = math.prod(region) * _SORT + updates * _UPDATE + fixed
    return total / math.prod(tile) + _FIND + words
