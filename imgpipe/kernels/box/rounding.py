"""The last step of a moving average: parts of windows add up, are divided, rounded and stored.

`line` holds sums of columns, row below row at a distance of `pitch`; a window's total is the sum
of three stretches of it, or of five neighbours from `a` on where the name says so: five loads
cost less than a pass over the row and three.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

# to add and subtract this rounds to 30 binary places: a product that missed a tie hits it again
SNAP = 1.5 * 2.0**22


@jit_helper
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


@jit_helper
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


@jit_helper
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


@jit_helper
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


@jit_helper
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


@jit_helper
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


@jit_helper
def finish_five_bytes(
    line: Array,
    a: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    factors: Array,
) -> None:
    """Write means of bytes as `finish_bytes` does, in windows of five columns."""
    power, most, factor = factors[0], factors[1], factors[32 : 32 + width]
    for r in range(rows):
        p = a + r * pitch
        v, w = line[p : p + width], line[p + 1 : p + 1 + width]
        x, y = line[p + 2 : p + 2 + width], line[p + 3 : p + 3 + width]
        z = line[p + 4 : p + 4 + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            total = np.uint16(np.uint16(v[j] + w[j] + x[j] + y[j] + z[j]) * power)
            high = np.uint16((np.uint32(total) * np.uint32(factor[j])) >> np.uint32(16))
            o[j] = np.uint16(min(high, most) + np.uint16(64)) >> 7


@jit_helper
def finish_five_single(
    line: Array,
    a: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    scale: Any,
) -> None:
    """Write means as `finish_single` does, in windows of five columns."""
    single = np.float32(scale)
    for r in range(rows):
        p = a + r * pitch
        v, w = line[p : p + width], line[p + 1 : p + 1 + width]
        x, y = line[p + 2 : p + 2 + width], line[p + 3 : p + 3 + width]
        z = line[p + 4 : p + 4 + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            total = np.float32(np.int32(v[j] + w[j] + x[j] + y[j] + z[j]))
            o[j] = np.int32(np.rint(total * single))


@jit_helper
def finish_five_real(
    line: Array,
    a: int,
    pitch: int,
    out: Array,
    start: int,
    stride: int,
    rows: int,
    width: int,
    scale: Any,
) -> int:
    """Write means as `finish_real` does, in windows of five columns."""
    found = np.int32(0)
    for r in range(rows):
        p = a + r * pitch
        v, w = line[p : p + width], line[p + 1 : p + 1 + width]
        x, y = line[p + 2 : p + 2 + width], line[p + 3 : p + 3 + width]
        z = line[p + 4 : p + 4 + width]
        o = out[start + r * stride : start + r * stride + width]
        for j in range(width):
            value = (v[j] + w[j] + x[j] + y[j] + z[j]) * scale
            o[j] = value
            found = np.int32(found | np.int32(value - value != 0))
    return int(found)
