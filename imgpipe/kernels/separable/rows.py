"""Separable filters: across rows into a line, borders at its ends, then along the line.

No padded copy of the image is made: rows beyond the border are copied only for the few rows of
output that need them, columns beyond it are written at the ends of a line.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.separable.taps import Axis, sum_columns, sum_rows

# rows of output that share one copy of the rows beyond a border
_TALL = 8


@jit
def filter_rows(
    start: int,
    stop: int,
    flat: Array,
    out: Array,
    axes: tuple[Any, ...],
    breadth: int,
    limits: Any,
) -> bool:
    """Filter rows `start` to `stop` of planes; return whether a float is not finite.

    `axes` are that across rows and that along them, of which `breadth` columns are filtered at a
    time. `limits` are the lowest and the highest integer, None for floats.
    """
    rows, columns = Axis(*axes[0]), Axis(*axes[1])
    n, width, above, before = rows.length, columns.length, rows.before, columns.before
    # a whole axis is long to hand over for each row
    table, edge = columns.table, columns.border
    reach, ends = rows.reach, 2 * columns.reach
    pitch = min(width, breadth) + ends
    # two lines for sums across rows, one for those along them, and room for copied rows
    lines, sums = np.full(2 * pitch, edge), np.full(pitch, edge)
    patch = np.empty((_TALL + 2 * reach + 1) * min(width, pitch), flat.dtype)
    # other literal numbers would compile functions of their own
    zero = np.int64(0)
    bad = False
    for left in range(0, width, breadth):
        wide = min(breadth, width - left)
        lo, hi = max(left - before, 0), min(left + wide + ends - before, width)
        at, size = lo + before - left, hi - lo
        number = start
        while number < stop:
            i = number % n
            plane = (number - i) * width
            inside = i >= above and i + 2 * reach + 1 - above < n
            if inside:
                pixels, first, step = flat, plane + (i - above) * width + lo, width
                end = min(i + stop - number, n - 1 - 2 * reach + above)
            else:
                pixels, first, step = patch, 0, size
                end = min(i + stop - number, n, i + _TALL, above if i < above else n)
                count = end - i + 2 * reach + 1
                _gather(flat, plane + lo, width, rows.table, i, count, size, rows.border, patch)
            number += end - i
            while i < end:
                sum_rows(pixels, first, step, rows.taps, size, lines, at, pitch + at)
                for s in range(min(2, end - i)):
                    line, row = s * pitch, plane + (i + s) * width + left
                    _fill_ends(lines, line, table, left, zero, at, before, edge)
                    _fill_ends(lines, line, table, left, at + size, wide + ends, before, edge)
                    # the literal 1 compiles a loop of its own, a twentieth faster than any step
                    bad |= sum_columns(lines, line, 1, columns.taps, wide, sums, out, row, limits)
                first += 2 * step
                i += 2
    return bad


@jit
def filter_volumes(
    start: int,
    stop: int,
    flat: Array,
    out: Array,
    axes: tuple[Any, ...],
    breadth: int,
    limits: Any,
) -> bool:
    """Filter planes `start` to `stop` of volumes along three axes; else as `filter_rows`.

    Two planes at a time are summed across planes; what follows is `filter_rows`.
    """
    planes, rows = Axis(*axes[0]), Axis(*axes[1])
    depth, reach = planes.length, planes.reach
    area = rows.length * axes[2][0]
    sums = np.full(2 * area, rows.border)
    patch = np.empty((2 * reach + 2) * area, flat.dtype)
    zero = np.int64(0)
    bad = False
    number = start
    while number < stop:
        k = number // depth
        i = number - k * depth
        count = min(2, depth - i, stop - number)
        if i >= planes.before and i + 2 * reach + 1 - planes.before < depth:
            pixels, first = flat, (number - planes.before) * area
        else:
            volume, lines = k * depth * area, 2 * reach + 2
            _gather(flat, volume, area, planes.table, i, lines, area, planes.border, patch)
            pixels, first = patch, zero
        sum_rows(pixels, first, area, planes.taps, area, sums, zero, area)
        bad |= filter_rows(
            zero, count * rows.length, sums, out[number * area :], axes[1:], breadth, limits
        )
        number += count
    return bad


@jit_helper
def _gather(
    flat: Array,
    origin: int,
    pitch: int,
    table: Array,
    first: int,
    count: int,
    size: int,
    border: Any,
    patch: Array,
) -> None:
    """Copy `size` values of the rows that `count` entries of the table name, from `first` on."""
    for r in range(count):
        # the window of the row below the last one reads one row more, and is not used
        row = table[min(first + r, table.size - 1)]
        line = patch[r * size : (r + 1) * size]
        if row < 0:
            line[:] = border
        else:
            # assigned at once, it would take seconds more to compile
            pixels = flat[origin + row * pitch : origin + row * pitch + size]
            for j in range(size):
                line[j] = pixels[j]


@jit_helper
def _fill_ends(
    lines: Array, line: int, table: Array, left: int, p: int, stop: int, before: int, edge: Any
) -> None:
    """Write entries `p` to `stop` of a line from column `left` on, which lie beyond the border."""
    while p < stop:
        c = table[left + p]
        lines[line + p] = edge if c < 0 else lines[line + c + before - left]
        p += 1
