"""Small images of a stack, one by one, copied with the rows beyond their borders.

All rows are one long line then: along it a step down is a shift by the width, and only the first
and the last columns need more than shifts.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

_At = np.uint64


@jit_helper
def copy_with_rows(
    x: Array,
    plane: int,
    n: int,
    width: int,
    rows: Array,
    above: int,
    cval: Any,
    out: Array,
    to: int,
) -> bool:
    """Copy a plane of `n` rows and the rows around it; return True where it has a NaN.

    `rows` are the source rows, -1 for `cval`; those of the plane itself begin at number `above`.
    """
    for r in range(rows.size - n):
        i = r if r < above else r + n
        line = to + i * width
        if rows[i] < 0:
            out[line : line + width] = cval
        else:
            copy_line(out, line, x, plane + rows[i] * width, width)
    # two pixels at once, from both halves: one comparison tells whether either is NaN
    found = False
    half = (n * width + 1) // 2
    a, o = _At(plane), _At(to + above * width)
    on = _At(n * width - half)
    for j in range(_At(half)):
        one, two = x[a + j], x[a + on + j]
        found |= (one != one) | (two != two)
        out[o + j] = one
        out[o + on + j] = two
    return found


@jit_helper
def holds_nan(x: Array, first: int, pitch: int, lines: int, width: int) -> bool:
    """Look for a NaN in `lines` lines of `width` pixels, `pitch` apart."""
    if pitch == width:
        width, lines = width * lines, 1
    found = False
    for r in range(lines):
        a = _At(first + r * pitch)
        for j in range(_At(width)):
            found |= x[a + j] != x[a + j]
    return found


@jit_helper
def copy_line(out: Array, to: int, x: Array, first: int, count: int) -> None:
    o, a = _At(to), _At(first)
    for j in range(_At(count)):
        out[o + j] = x[a + j]


@jit_helper
def gather_columns(
    line: Array,
    to: int,
    start: int,
    width: int,
    rows: int,
    columns: Array,
    border: Array,
) -> None:
    """Write columns of sums one behind the other."""
    for p in range(columns.size):
        out = line[to + p * rows : to + p * rows + rows]
        if columns[p] < 0:
            for r in range(rows):
                out[r] = border[0]
        else:
            first = start + columns[p]
            for r in range(rows):
                out[r] = line[first + r * width]


@jit_helper
def scatter_columns(
    out: Array, start: int, width: int, rows: int, ends: Array, first: int, column: int, count: int
) -> None:
    """Write `count` columns from number `column` on, which lie one behind the other in `ends`."""
    for p in range(count):
        source = ends[(first + p) * rows : (first + p + 1) * rows]
        for r in range(rows):
            out[start + column + p + r * width] = source[r]
