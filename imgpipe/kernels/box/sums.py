"""Sums of rows and of shifted rows: the loops inside a moving average."""

from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

_At = np.uint64


class Rows(NamedTuple):
    """Rows of pixels: where row 0 begins, how far they are apart, how many pixels are looked at."""

    base: int
    stride: int
    width: int


@jit_helper(counts=False)
def put_row(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Copy a row of pixels into a line of sums."""
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] = a[j]


@jit_helper(counts=False)
def add_row(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Add a row of pixels to a line of sums."""
    kind = line.dtype.type
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] += kind(a[j])


@jit_helper(counts=False)
def add_row_to(line: Array, to: int, sums: int, x: Array, row: int, width: int) -> None:
    """Write the sums at `sums` plus a row of pixels to another line."""
    out, below, a = line[to : to + width], line[sums : sums + width], x[row : row + width]
    for j in range(width):
        out[j] = below[j] + a[j]


@jit_helper(counts=False)
def slide_rows(
    line: Array,
    to: int,
    above: int,
    pitch: int,
    entering: Array,
    new: int,
    leaving: Array,
    old: int,
    stride: int,
    rows: int,
    width: int,
) -> None:
    """Write `rows` sums: the one above each, plus the row that enters, less the one that leaves.

    The sum above the first lies at `above`.
    """
    kind = line.dtype.type
    for r in range(rows):
        start = to + r * pitch
        p = above if r == 0 else start - pitch
        # slices, since LLVM does not see that offsets into one array lie apart (measured: 3 to 4
        # times the time of a mean of bytes)
        out, sums = line[start : start + width], line[p : p + width]
        a = entering[new + r * stride : new + r * stride + width]
        b = leaving[old + r * stride : old + r * stride + width]
        for j in range(width):
            out[j] = sums[j] + kind(a[j]) - kind(b[j])


@jit_helper(counts=False)
def sum_three_or_five(
    line: Array,
    to: int,
    pitch: int,
    x: Array,
    starts: tuple[int, ...],
    stride: int,
    rows: int,
    width: int,
) -> None:
    """Write `rows` sums of the rows that begin at `starts`, then of those below each."""
    kind = line.dtype.type
    for r in range(rows):
        o, down = _At(to + r * pitch), _At(r * stride)
        a, b, c = _At(starts[0]) + down, _At(starts[1]) + down, _At(starts[2]) + down
        d, e = _At(starts[-2]) + down, _At(starts[-1]) + down
        for j in range(_At(width)):
            total = kind(x[a + j]) + kind(x[b + j]) + kind(x[c + j])
            if len(starts) == 5:
                total = total + kind(x[d + j]) + kind(x[e + j])
            line[o + j] = total


@jit_helper(counts=False)
def sum_neighbours(
    line: Array, to: int, pitch: int, x: Array, rows: Rows, first: int, k: int, count: int
) -> None:
    """Write `count` sums of `k` neighbouring rows each, the first of them from row `first` on."""
    stride, width = rows.stride, rows.width
    a = rows.base + first * stride
    b, c = a + stride, a + 2 * stride
    t = 5 if k >= 5 else 3 if k >= 3 else 1
    if t == 5:
        starts = (a, b, c, c + stride, c + 2 * stride)
        sum_three_or_five(line, to, pitch, x, starts, stride, count, width)
    elif t == 3:
        sum_three_or_five(line, to, pitch, x, (a, b, c), stride, count, width)
    else:
        for r in range(count):
            put_row(line, to + r * pitch, x, a + r * stride, width)
    while t + 1 < k:
        _add_two_rows(line, to, pitch, x, a + t * stride, stride, count, width)
        t += 2
    if t < k:
        for r in range(count):
            add_row(line, to + r * pitch, x, a + (t + r) * stride, width)


@jit_helper(counts=False)
def _add_two_rows(
    line: Array, to: int, pitch: int, x: Array, first: int, stride: int, rows: int, width: int
) -> None:
    """Add to each of `rows` sums two neighbouring rows."""
    kind = line.dtype.type
    for r in range(rows):
        out = line[to + r * pitch : to + r * pitch + width]
        start = first + r * stride
        a, b = x[start : start + width], x[start + stride : start + stride + width]
        for j in range(width):
            out[j] += kind(a[j]) + kind(b[j])


@jit_helper(counts=False)
def add_two(line: Array, to: int, a: int, b: int, count: int) -> None:
    """Write the sums of two stretches of `line` to a third."""
    out, one, two = line[to : to + count], line[a : a + count], line[b : b + count]
    for j in range(count):
        out[j] = one[j] + two[j]


@jit_helper(counts=False)
def add_three(line: Array, to: int, a: int, b: int, c: int, count: int) -> None:
    """Write the sums of three stretches of `line` to a fourth."""
    out, one, two = line[to : to + count], line[a : a + count], line[b : b + count]
    three = line[c : c + count]
    for j in range(count):
        out[j] = one[j] + two[j] + three[j]
