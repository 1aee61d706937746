"""Sums of rows and of shifted rows: the loops inside a moving average.

Each function takes flat arrays and offsets and slices them itself: a slice that reached it from a
loop with branches would be counted as a reference there, and that atomic instruction waits until
all stores are done (measured: three times the time of a whole row of 512 pixels).
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit

# to add and subtract this rounds to 30 binary places: a product that missed a tie hits it again
SNAP = 1.5 * 2.0**22


@jit
def put(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Copy a row of pixels into a line of sums."""
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] = a[j]


@jit
def add(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Add a row of pixels to a line of sums."""
    kind = line.dtype.type
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] += kind(a[j])


@jit
def subtract(line: Array, to: int, x: Array, row: int, width: int) -> None:
    """Subtract a row of pixels from a line of sums."""
    kind = line.dtype.type
    out, a = line[to : to + width], x[row : row + width]
    for j in range(width):
        out[j] -= kind(a[j])


@jit
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


@jit
def put_three_rows(
    line: Array, to: int, pitch: int, x: Array, first: int, stride: int, rows: int, width: int
) -> None:
    """Write `rows` sums of three neighbouring rows each."""
    kind = line.dtype.type
    for r in range(rows):
        out = line[to + r * pitch : to + r * pitch + width]
        start = first + r * stride
        a = x[start : start + width]
        b = x[start + stride : start + stride + width]
        c = x[start + 2 * stride : start + 2 * stride + width]
        for j in range(width):
            out[j] = kind(a[j]) + kind(b[j]) + kind(c[j])


@jit
def put_five_rows(
    line: Array, to: int, pitch: int, x: Array, first: int, stride: int, rows: int, width: int
) -> None:
    """Write `rows` sums of five neighbouring rows each."""
    kind = line.dtype.type
    for r in range(rows):
        out = line[to + r * pitch : to + r * pitch + width]
        start = first + r * stride
        a = x[start : start + width]
        b = x[start + stride : start + stride + width]
        c = x[start + 2 * stride : start + 2 * stride + width]
        d = x[start + 3 * stride : start + 3 * stride + width]
        e = x[start + 4 * stride : start + 4 * stride + width]
        for j in range(width):
            out[j] = kind(a[j]) + kind(b[j]) + kind(c[j]) + kind(d[j]) + kind(e[j])


@jit
def add_onto(line: Array, to: int, below: int, x: Array, row: int, width: int) -> None:
    """Write a line of sums plus a row of pixels to another line."""
    out, sums, a = line[to : to + width], line[below : below + width], x[row : row + width]
    for j in range(width):
        out[j] = sums[j] + a[j]


@jit
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


@jit
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


@jit
def scatter_columns(
    out: Array, start: int, width: int, rows: int, ends: Array, first: int, column: int, count: int
) -> None:
    """Write `count` columns from number `column` on, which lie one behind the other in `ends`."""
    for p in range(count):
        source = ends[(first + p) * rows : (first + p + 1) * rows]
        for r in range(rows):
            out[start + column + p + r * width] = source[r]


@jit
def add_two(line: Array, to: int, a: int, b: int, count: int) -> None:
    """Write the sums of two stretches of `line` to a third."""
    out, one, two = line[to : to + count], line[a : a + count], line[b : b + count]
    for j in range(count):
        out[j] = one[j] + two[j]


@jit
def add_three(line: Array, to: int, a: int, b: int, c: int, count: int) -> None:
    """Write the sums of three stretches of `line` to a fourth."""
    out, one, two = line[to : to + count], line[a : a + count], line[b : b + count]
    three = line[c : c + count]
    for j in range(count):
        out[j] = one[j] + two[j] + three[j]


# the last step: three stretches of `line` add up to the totals, row by row


@jit
def finish_bytes(
    line: Array,
    a: int,
    b: int,
    c: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    factors: Array,
) -> None:
    """Write means of bytes: two products of 16 bits leave 7 binary places, then round.

    `factors` holds a power of two, a bound and the other factor over and over, since LLVM makes
    the high half of a 16-bit product only of two vectors of 16-bit numbers. No mean exceeds the
    bound, which keeps LLVM from widening what follows.
    """
    power, most, factor = factors[0], factors[1], factors[32 : 32 + width]
    for r in range(rows):
        p, q = a + r * pitch, b + r * pitch
        x, y = line[p : p + width], line[q : q + width]
        z = line[c + r * pitch : c + r * pitch + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            total = np.uint16(np.uint16(x[j] + y[j] + z[j]) * power)
            high = np.uint16((np.uint32(total) * np.uint32(factor[j])) >> np.uint32(16))
            o[j] = np.uint16(min(high, most) + np.uint16(64)) >> 7


@jit
def finish_single(
    line: Array,
    a: int,
    b: int,
    c: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    scale: Any,
) -> None:
    """Write whole totals times `scale`, rounded to nearest even, by way of float32."""
    single = np.float32(scale)
    for r in range(rows):
        p, q = a + r * pitch, b + r * pitch
        x, y = line[p : p + width], line[q : q + width]
        z = line[c + r * pitch : c + r * pitch + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            total = np.float32(np.int32(x[j] + y[j] + z[j]))
            o[j] = np.int32(np.rint(total * single))


@jit
def finish_double(
    line: Array,
    a: int,
    b: int,
    c: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    scale: Any,
) -> None:
    """Write whole totals times `scale`, rounded to nearest even, by way of float64."""
    for r in range(rows):
        p, q = a + r * pitch, b + r * pitch
        x, y = line[p : p + width], line[q : q + width]
        z = line[c + r * pitch : c + r * pitch + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            total = np.float64(np.int32(x[j] + y[j] + z[j]))
            o[j] = np.int32(np.rint(total * scale + SNAP - SNAP))


@jit
def finish_clipped(
    line: Array,
    a: int,
    b: int,
    c: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    scale: Any,
    limits: Array,
) -> None:
    """Write float totals times `scale`, rounded to nearest even and saturated."""
    low, high = limits[0], limits[1]
    for r in range(rows):
        p, q = a + r * pitch, b + r * pitch
        x, y = line[p : p + width], line[q : q + width]
        z = line[c + r * pitch : c + r * pitch + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            value = (x[j] + y[j] + z[j]) * scale
            o[j] = np.int32(min(max(np.rint(value + SNAP - SNAP), low), high))


@jit
def finish_whole(
    line: Array,
    a: int,
    b: int,
    c: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
) -> None:
    """Write the totals themselves, for another pass."""
    for r in range(rows):
        p, q = a + r * pitch, b + r * pitch
        x, y = line[p : p + width], line[q : q + width]
        z = line[c + r * pitch : c + r * pitch + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            o[j] = x[j] + y[j] + z[j]


@jit
def finish_real(
    line: Array,
    a: int,
    b: int,
    c: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    scale: Any,
) -> int:
    """Write totals times `scale` as floats; return 1 if one of them is not finite, else 0."""
    found = np.int32(0)
    for r in range(rows):
        p, q = a + r * pitch, b + r * pitch
        x, y = line[p : p + width], line[q : q + width]
        z = line[c + r * pitch : c + r * pitch + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            value = (x[j] + y[j] + z[j]) * scale
            o[j] = value
            found = np.int32(found | np.int32(value - value != 0))
    return int(found)
