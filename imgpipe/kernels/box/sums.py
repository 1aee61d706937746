"""Sums of rows and of shifted rows: the loops inside a moving average.

Each function takes flat arrays and offsets and slices them itself: a slice that reached it from a
loop with branches would be counted as a reference there, and that atomic instruction waits until
all stores are done (measured: three times the time of a whole row of 512 pixels).
"""

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

_At = np.uint64


@jit_helper
def put(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Copy a row of pixels into a line of sums."""
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] = a[j]


@jit_helper
def add(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Add a row of pixels to a line of sums."""
    kind = line.dtype.type
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] += kind(a[j])


@jit_helper
def subtract(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Subtract a row of pixels from a line of sums."""
    kind = line.dtype.type
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] -= kind(a[j])


@jit_helper
def slide(
    line: Array,
    to: int,
    pitch: int,
    x: Array,
    new: int,
    old: int,
    stride: int,
    rows: int,
    width: int,
) -> None:
    """Write `rows` sums: the sum above each, plus the row that enters, less the one that leaves."""
    kind = line.dtype.type
    for r in range(rows):
        start = to + r * pitch
        out, above = line[start : start + width], line[start - pitch : start - pitch + width]
        a = x[new + r * stride : new + r * stride + width]
        b = x[old + r * stride : old + r * stride + width]
        for j in range(width):
            out[j] = above[j] + kind(a[j]) - kind(b[j])


@jit_helper
def put_three_rows(
    line: Array,
    to: int,
    pitch: int,
    x: Array,
    one: int,
    two: int,
    three: int,
    stride: int,
    rows: int,
    width: int,
) -> None:
    """Write `rows` sums of three rows each: those named first, then those below each."""
    kind = line.dtype.type
    for r in range(rows):
        o, d = _At(to + r * pitch), _At(r * stride)
        a, b, c = _At(one) + d, _At(two) + d, _At(three) + d
        for j in range(_At(width)):
            line[o + j] = kind(x[a + j]) + kind(x[b + j]) + kind(x[c + j])


@jit_helper
def put_five_rows(
    line: Array,
    to: int,
    pitch: int,
    x: Array,
    one: int,
    two: int,
    three: int,
    four: int,
    five: int,
    stride: int,
    rows: int,
    width: int,
) -> None:
    """Write `rows` sums of five rows each: those named first, then those below each."""
    kind = line.dtype.type
    for r in range(rows):
        o, shift = _At(to + r * pitch), _At(r * stride)
        a, b, c = _At(one) + shift, _At(two) + shift, _At(three) + shift
        d, e = _At(four) + shift, _At(five) + shift
        for j in range(_At(width)):
            line[o + j] = (
                kind(x[a + j]) + kind(x[b + j]) + kind(x[c + j]) + kind(x[d + j]) + kind(x[e + j])
            )


@jit_helper
def put_outside_row(
    line: Array,
    to: int,
    x: Array,
    base: int,
    stride: int,
    width: int,
    rows: Array,
    i: int,
    k: int,
    border: Array,
) -> None:
    """Write the sum of `k` rows, named by `rows` from entry `i` on: -1 stands for `border`."""
    one = np.int64(1)
    for t in range(k):
        row = rows[i + t]
        if row < 0 and t == 0:
            put(line, to, border, one, width)
        elif row < 0:
            add(line, to, border, one, width)
        elif t == 0:
            put(line, to, x, base + row * stride, width)
        else:
            add(line, to, x, base + row * stride, width)


@jit_helper
def put_sums(
    line: Array,
    to: int,
    pitch: int,
    x: Array,
    first: int,
    stride: int,
    rows: int,
    k: int,
    width: int,
) -> None:
    """Write `rows` sums of `k` neighbouring rows each."""
    t = 5 if k >= 5 else 3 if k >= 3 else 1
    second, third = first + stride, first + 2 * stride
    if t == 5:
        put_five_rows(line, to, pitch, x, first, second, third, third + stride, third + 2 * stride,
                      stride, rows, width)  # fmt: skip
    elif t == 3:
        put_three_rows(line, to, pitch, x, first, second, third, stride, rows, width)
    else:
        for r in range(rows):
            put(line, to + r * pitch, x, first + r * stride, width)
    while t + 1 < k:
        add_two_rows(line, to, pitch, x, first + t * stride, stride, rows, width)
        t += 2
    if t < k:
        for r in range(rows):
            add(line, to + r * pitch, x, first + (t + r) * stride, width)


@jit_helper
def add_two_rows(
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


@jit_helper
def add_onto(line: Array, to: int, below: int, x: Array, row: int, width: int) -> None:
    """Write a line of sums plus a row of pixels to another line."""
    out, sums, a = line[to : to + width], line[below : below + width], x[row : row + width]
    for j in range(width):
        out[j] = sums[j] + a[j]


@jit_helper
def fill_sides(
    line: Array,
    start: int,
    pitch: int,
    rows: int,
    before: int,
    span: int,
    columns: Array,
    head: int,
    length: int,
    border: Array,
) -> None:
    """Write the sums beyond both ends of each row, those of the columns that the border maps to.

    The row holds `span` sums from cell `before` on, those of the image's columns from `head` on.
    """
    for r in range(rows):
        base = start + r * pitch
        real = base + before - head
        for c in range(before):
            line[base + c] = line[real + columns[c]] if columns[c] >= 0 else border[0]
        for c in range(before + span, length):
            line[base + c] = line[real + columns[c]] if columns[c] >= 0 else border[0]


@jit_helper
def add_two(line: Array, to: int, a: int, b: int, count: int) -> None:
    """Write the sums of two stretches of `line` to a third."""
    out, one, two = line[to : to + count], line[a : a + count], line[b : b + count]
    for j in range(count):
        out[j] = one[j] + two[j]


@jit_helper
def add_three(line: Array, to: int, a: int, b: int, c: int, count: int) -> None:
    """Write the sums of three stretches of `line` to a fourth."""
    out, one, two = line[to : to + count], line[a : a + count], line[b : b + count]
    three = line[c : c + count]
    for j in range(count):
        out[j] = one[j] + two[j] + three[j]
