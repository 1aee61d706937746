"""Separable filters of small planes: each, with the rows around it, is one long line.

Along that line, a window that crosses the end of a row is wrong: those few columns are gathered
with their border, filtered side by side, and put in place.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.separable.taps import along, reach_of
from imgpipe.kernels.windows.copies import copy_with_rows, gather_columns, scatter_columns

_LANES = 64


@jit
def filter_small_planes(
    start: int,
    stop: int,
    flat: Array,
    out: Array,
    n: int,
    width: int,
    cval: Any,
    table: Array,
    above: int,
    before: int,
    breadth: int,
    edge: Any,
    taps: Any,
    low: Any,
    high: Any,
) -> bool:
    """Filter planes `start` to `stop`; the arguments are those of `filter_rows`.

    Rows are at least as long as the window along them less one.
    """
    ends = 2 * reach_of(taps[1])
    after = ends - before
    rows, columns = table[: n + 2 * reach_of(taps[0])], table[n + 2 * reach_of(taps[0]) :]
    # the columns under the windows that reach beyond the first and the last one
    sides = np.empty(2 * ends + before + after, np.int64)
    for p in range(before + ends):
        sides[p] = columns[p]
    for p in range(ends + after):
        sides[before + ends + p] = columns[width - after + p]
    size = n * width
    outside = np.full(1, edge)
    count = (sides.size - ends) * n
    line = np.full(rows.size * width + _LANES, edge)
    sums = np.full(size + sides.size * n + 4 * _LANES, edge)
    spare, done = np.empty(max(size, count), line.dtype), np.empty(count, out.dtype)
    # own rows, and their sums, start where a vector does
    own = (-line.ctypes.data // line.itemsize - above * width) % _LANES
    first = _LANES + -sums.ctypes.data // sums.itemsize % _LANES
    side = first + size + _LANES
    none = np.int64(0)
    found = False
    for k in range(start, stop):
        copy_with_rows(flat, k * size, n, width, rows, above, cval, line, own)
        along(line, own, width, taps[0], size, spare, sums, first, None, None)
        found |= along(sums, first - before, 1, taps[1], size, spare, out, k * size, low, high)
        gather_columns(sums, side, first, width, n, sides, outside)
        found |= along(sums, side, n, taps[1], count, spare, done, none, low, high)
        scatter_columns(out, k * size, width, n, done, none, none, before)
        scatter_columns(out, k * size, width, n, done, before + ends, width - after, after)
    return found
