"""Moving sums in small boxes: rows of an image are one line, so short rows cost no more than long.

Along that line, a window that crosses the end of a row is wrong: those few columns are gathered
with their border, filtered side by side, and put in place.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.box.integers import SINGLE
from imgpipe.kernels.box.rounding import finish_bytes, finish_double, finish_real, finish_single
from imgpipe.kernels.box.sums import add_two, put_five_rows, put_outside_row, put_three_rows
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import gather_columns, scatter_columns


@jit
def flat_lines(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    layout: Array,
    border: Array,
    factors: Any,
    real: Any,
    rounded: Any,
    _total: Any,
) -> int:
    """Filter lines `begin` to `end` of the flat `x`, planes of `n` rows of `width` pixels.

    `k0` is 3 or 5, `k1` is 1, 3 or 5; `sides` are the columns under the windows that reach beyond
    the first and the last column; the last four arguments are those of `finish_of`. The result is
    1 if a mean is not finite.
    """
    n, width, height, how, k0, above, k1, before = layout[:8]
    rows = layout[8 : n + k0 + 7]
    sides = layout[n + k0 + 7 :]
    # the sums of rows, two windows of one pixel, zeros; then the same for the sides
    size = (height * width + 127) // 64 * 64
    small = (sides.size * height + 127) // 64 * 64
    line = np.zeros(3 * (size + small) + 64, border.dtype)
    ends = np.empty(small, out.dtype)
    top = -line.ctypes.data % 64 // line.itemsize + 32
    side = top + 3 * size
    # rows of x with others before and after them for a whole window
    lowest, highest = above, x.size // width - k0 + 1 + above
    found = 0
    # literal numbers would compile functions of their own
    none, single = np.int64(0), np.int64(1)
    for number in range(begin, end, height):
        count = min(height, end - number)
        low, high = max(number, lowest), min(number + count, highest)
        if low < high:
            to, cells = top + (low - number) * width, (high - low) * width
            a = (low - above) * width
            b, c = a + width, a + 2 * width
            if k0 == 3:
                put_three_rows(line, to, none, x, a, b, c, width, single, cells)
            else:
                put_five_rows(
                    line, to, none, x, a, b, c, c + width, c + 2 * width, width, single, cells
                )
        r = 0
        while r < count:
            i = (number + r) % n
            if above <= i <= n - k0 + above:
                r += n - k0 + above - i + 1
                continue
            base, to = (number + r - i) * width, top + r * width
            one, two, three = rows[i], rows[i + 1], rows[i + 2]
            # the same ones again where there are but three
            four, five = rows[i + k0 - 2], rows[i + k0 - 1]
            if min(one, two, three, four, five) < 0:
                put_outside_row(line, to, x, base, width, width, rows, i, k0, border)
            elif k0 == 3:
                put_three_rows(line, to, none, x, base + one * width, base + two * width,
                               base + three * width, width, single, width)  # fmt: skip
            else:
                put_five_rows(line, to, none, x, base + one * width, base + two * width,
                              base + three * width, base + four * width, base + five * width,
                              width, single, width)  # fmt: skip
            r += 1
        gather_columns(line, side, top, width, count, sides, border)
        # along the line the next column is the next cell, among the sides it is `count` cells on
        cells = count * width
        a, b, c = _parts(line, top - before, single, size, cells, k1)
        to = number * width
        found |= _finish(line, a, b, c, out, to, cells, how, factors, real, rounded, _total)
        if k1 > 1:
            cells = count * (sides.size - k1 + 1)
            a, b, c = _parts(line, side, count, small, cells, k1)
            found |= _finish(line, a, b, c, ends, none, cells, how, factors, real, rounded, _total)
            scatter_columns(out, to, width, count, ends, none, none, before)
            after = k1 - 1 - before
            first = before + k1 - 1 if before else 0
            scatter_columns(out, to, width, count, ends, first, width - after, after)
    return found


@jit_helper
def _parts(line: Array, a: int, unit: int, step: int, cells: int, k1: int) -> tuple[int, int, int]:
    """Return where the three parts of each window lie, in sums of one or of two columns."""
    if k1 == 5:
        add_two(line, a + step, a, a + unit, cells + 3 * unit)
        return a + step, a + step + 2 * unit, a + 4 * unit
    if k1 == 3:
        return a, a + unit, a + 2 * unit
    return a, a + 2 * step, a + 2 * step


@jit_helper
def _finish(
    line: Array,
    a: int,
    b: int,
    c: int,
    out: Array,
    to: int,
    cells: int,
    how: int,
    factors: Any,
    real: Any,
    rounded: Any,
    _total: Any,
) -> int:
    """Write means of windows in three parts; return 1 if one is not finite."""
    if factors is not None:
        finish_bytes(line, a, b, c, 0, out, to, 0, 1, cells, factors)
    if real is not None:
        return finish_real(line, a, b, c, 0, out, to, 0, 1, cells, real)
    if rounded is not None:
        if how == SINGLE:
            finish_single(line, a, b, c, 0, out, to, 0, 1, cells, rounded)
        else:
            finish_double(line, a, b, c, 0, out, to, 0, 1, cells, rounded)
    return 0
