"""Separable filters of small planes: each, with the rows around it, is one long line.

Along that line, a window that crosses the end of a row is wrong: those few columns are gathered
with their border, filtered side by side, and put in place.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.separable.taps import Axis, sum_columns
from imgpipe.kernels.windows.copies import copy_with_rows, gather_columns, scatter_columns

_LANES = 64


@jit
def filter_small_planes(
    start: int,
    stop: int,
    flat: Array,
    out: Array,
    axes: tuple[Any, ...],
    _breadth: int,
    limits: Any,
) -> bool:
    """Filter planes `start` to `stop`; the arguments are those of `filter_rows`.

    Rows are at least as long as the window along them less one.
    """
    rows, columns = Axis(*axes[0]), Axis(*axes[1])
    n, width, before, ends = rows.length, columns.length, columns.before, 2 * columns.reach
    after = ends - before
    # the columns under the windows that reach beyond the first and the last one
    sides = np.empty(2 * ends + before + after, np.int64)
    for p in range(before + ends):
        sides[p] = columns.table[p]
    for p in range(ends + after):
        sides[before + ends + p] = columns.table[width - after + p]
    size = n * width
    outside = np.full(1, columns.border)
    count = (sides.size - ends) * n
    line = np.full(rows.table.size * width + _LANES, columns.border)
    sums = np.full(size + sides.size * n + 4 * _LANES, columns.border)
    spare, done = np.empty(max(size, count), line.dtype), np.empty(count, out.dtype)
    # own rows, and their sums, start where a vector does
    own = (-line.ctypes.data // line.itemsize - rows.before * width) % _LANES
    first = _LANES + -sums.ctypes.data // sums.itemsize % _LANES
    side = first + size + _LANES
    # literal numbers would compile functions of their own
    zero, one = np.int64(0), np.int64(1)
    bad = False
    for k in range(start, stop):
        plane = k * size
        copy_with_rows(flat, plane, n, width, rows.table, rows.before, rows.border, line, own)
        sum_columns(line, own, width, rows.taps, size, spare, sums, first, None)
        bad |= sum_columns(sums, first - before, one, columns.taps, size, spare, out, plane, limits)
        gather_columns(sums, side, first, width, n, sides, outside)
        bad |= sum_columns(sums, side, n, columns.taps, count, spare, done, zero, limits)
        scatter_columns(out, plane, width, n, done, zero, zero, before)
        scatter_columns(out, plane, width, n, done, before + ends, width - after, after)
    return bad
