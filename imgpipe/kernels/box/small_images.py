"""Moving sums in small boxes: rows of an image are one line, so short rows cost no more than long.

Along that line, a window that crosses the end of a row is wrong: those few columns are gathered
with their border, filtered side by side, and put in place.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.box.borders import sum_named_rows
from imgpipe.kernels.box.rounding import Block, Parts, write_means
from imgpipe.kernels.box.sums import Rows, add_two, sum_three_or_five
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import gather_columns, scatter_columns


class Lines(NamedTuple):
    """Planes of `n` rows of `width` pixels, `height` rows at a time, and what windows reach.

    The fields of the window are those of `Strips`; `sides` are the columns under the windows that
    reach beyond the first and the last column.
    """

    n: int
    width: int
    height: int
    k0: int
    above: int
    k1: int
    before: int
    rows: Array
    sides: Array
    outside: Array


@jit
def flat_lines(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    layout: tuple[Any, ...],
    border: Array,
    rounding: tuple[Any, ...],
) -> int:
    """Filter lines `begin` to `end` of the flat `x`; return 1 if a float is not finite.

    `layout` holds the fields of `Lines`, `rounding` those of `Rounding`, `border` the sum of a
    column outside. `k0` is 3 or 5, `k1` is 1, 3 or 5.
    """
    lines = Lines(*layout)
    # the sums of rows, two windows of one pixel, zeros; then the same for the sides
    size = (lines.height * lines.width + 127) // 64 * 64
    small = (lines.sides.size * lines.height + 127) // 64 * 64
    line = np.zeros(3 * (size + small) + 64, border.dtype)
    ends = np.empty(small, out.dtype)
    top = -line.ctypes.data % 64 // line.itemsize + 32
    return _filter(begin, end, x, out, lines, line, top, size, ends, border, rounding)


@jit_helper(counts=False)
def _filter(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    lines: Lines,
    line: Array,
    top: int,
    size: int,
    ends: Array,
    border: Array,
    rounding: tuple[Any, ...],
) -> int:
    """Filter lines, with a `line` of sums and one for the means at the ends of the rows."""
    width, height, k1, before, sides = (
        lines.width,
        lines.height,
        lines.k1,
        lines.before,
        lines.sides,
    )
    side = top + 3 * size
    found = 0
    # literal numbers would compile functions of their own
    none, one = np.int64(0), np.int64(1)
    for number in range(begin, end, height):
        count = min(height, end - number)
        _sum_rows(line, top, x, lines, number, count)
        gather_columns(line, side, top, width, count, sides, border)
        # along the line the next column is the next cell, among the sides it is `count` cells on
        cells, to = count * width, number * width
        parts = _parts(line, top - before, one, size, cells, k1)
        block = Block(to, none, one, cells)
        found |= write_means(line, parts, False, none, out, block, *rounding)
        if k1 > 1:
            cells = count * (sides.size - k1 + 1)
            parts = _parts(line, side, count, ends.size, cells, k1)
            block = Block(none, none, one, cells)
            found |= write_means(line, parts, False, none, ends, block, *rounding)
            scatter_columns(out, to, width, count, ends, none, none, before)
            after = k1 - 1 - before
            first = before + k1 - 1 if before else 0
            scatter_columns(out, to, width, count, ends, first, width - after, after)
    return found


@jit_helper(counts=False)
def _sum_rows(line: Array, top: int, x: Array, lines: Lines, number: int, count: int) -> None:
    """Write the sums of rows of `count` lines from `number` on, one behind the other."""
    n, width, k0, above, rows = lines.n, lines.width, lines.k0, lines.above, lines.rows
    # rows of x with others before and after them for a whole window
    low, high = max(number, above), min(number + count, x.size // width - k0 + 1 + above)
    if low < high:
        to, a = top + (low - number) * width, (low - above) * width
        d, e = a + (k0 - 2) * width, a + (k0 - 1) * width
        _sum_three_or_five(line, to, x, k0, a, a + width, a + 2 * width, d, e, (high - low) * width)
    r = 0
    while r < count:
        i = (number + r) % n
        if above <= i <= n - k0 + above:
            r += n - k0 + above - i + 1
            continue
        plane, to = (number + r - i) * width, top + r * width
        if min(rows[i], rows[i + 1], rows[i + 2], rows[i + k0 - 2], rows[i + k0 - 1]) < 0:
            sum_named_rows(line, to, x, Rows(plane, width, width), rows, i, k0, lines.outside)
        else:
            a, b = plane + rows[i] * width, plane + rows[i + 1] * width
            c, d = plane + rows[i + 2] * width, plane + rows[i + k0 - 2] * width
            e = plane + rows[i + k0 - 1] * width
            _sum_three_or_five(line, to, x, k0, a, b, c, d, e, width)
        r += 1


@jit_helper(counts=False)
def _sum_three_or_five(
    line: Array, to: int, x: Array, k0: int, a: int, b: int, c: int, d: int, e: int, cells: int
) -> None:
    """Write sums of the cells from `a`, `b` and `c` on, and of those from `d` and `e` of five."""
    none, one = np.int64(0), np.int64(1)
    if k0 == 3:
        sum_three_or_five(line, to, none, x, (a, b, c), none, one, cells)
    else:
        sum_three_or_five(line, to, none, x, (a, b, c, d, e), none, one, cells)


@jit_helper(counts=False)
def _parts(line: Array, a: int, unit: int, step: int, cells: int, k1: int) -> Parts:
    """Return where the three parts of each window lie, in sums of one or of two columns."""
    b, c = a + unit, a + 2 * unit
    if k1 == 1:
        b, c = a + 2 * step, a + 2 * step
    if k1 == 5:
        add_two(line, a + step, a, b, cells + 3 * unit)
        a, b, c = a + step, a + step + 2 * unit, a + 4 * unit
    return a, b, c, c, c
