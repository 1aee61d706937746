"""Weighted sums over 3x3 and 5x5 cells of floats, which are read and written where they are.

No scratch is filled and no sum is fetched again: what is left is one pass over the image.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

# lines of sums at once
ROWS = 4
_CACHE_LINE = 64

# places are numbers without a sign: they need no test for counting from the end
_1, _2, _3, _4 = np.uintp(1), np.uintp(2), np.uintp(3), np.uintp(4)


@jit_helper
def near_block(
    x: Array,
    out: Array,
    taps: Array,
    blocks: Array,
    number: int,
    table: Array,
    shape: Array,
    cval: Any,
) -> bool:
    """Filter a block where it is; return whether a sum is not finite."""
    row, rows, column, wide = (
        blocks[number, 1],
        blocks[number, 2],
        blocks[number, 3],
        blocks[number, 4],
    )
    width, above, before = shape[3], shape[4], shape[5]
    plane = blocks[number, 0] * shape[2] * width
    bad = False
    for r in range(row, row + rows, ROWS):
        to = plane + r * width + column
        bad |= _straight(x, to - above * width - before, out, to, width, taps, wide)
    if blocks[number, 5] == 2:
        bad |= _edges(x, out, plane, row, rows, table, shape, taps, cval)
    return bad


@jit_helper
def _straight(x: Array, at: int, out: Array, to: int, width: int, taps: Array, count: int) -> bool:
    """Write sums for four lines of an image: a vector, aligned ones, a vector.

    They overlap, which costs less than single pixels or vectors across cache lines.
    """
    lanes = _CACHE_LINE // out.itemsize
    lead = -(out.ctypes.data // out.itemsize + to) % lanes
    whole = (count - lead) // lanes * lanes
    bad = False
    for part in range(3):
        skip = lead if part == 1 else part // 2 * (count - lanes)
        size = whole if part == 1 else lanes
        if taps.size == 9:
            bad |= three_by_three(x, at + skip, width, out, to + skip, width, taps, size)
        else:
            bad |= _five_by_five(x, at + skip, width, out, to + skip, width, taps, size)
    return bad


@jit_helper(contract=True)
def _edges(
    x: Array,
    out: Array,
    plane: int,
    row: int,
    rows: int,
    table: Array,
    shape: Array,
    taps: Array,
    cval: Any,
) -> bool:
    """Write sums that reach over the border on the left or right, from columns side by side."""
    width, above, before, reach = shape[3], shape[4], shape[5], shape[6]
    # the columns under the windows that reach over the border: of each, as many as it has rows
    sides, height = table[shape[13] :], rows + reach
    cells = np.empty(sides.size * height, x.dtype)
    for p in range(sides.size):
        cell = plane + (row - above) * width + sides[p]
        for r in range(p * height, (p + 1) * height):
            cells[r] = x[cell] if sides[p] >= 0 else cval
            cell += width
    sums = np.empty(rows, x.dtype)
    zero = sums.dtype.type(0)
    bad = False
    for p in range(reach):
        # the windows on the right begin beyond all columns of those on the left
        first = p if p < before or before == 0 else p + reach
        for r in range(rows):
            sums[r] = zero
        for t in range(taps.size):
            at = np.uintp((first + t % (reach + 1)) * height + t // (reach + 1))
            tap = taps[t]
            for r in range(np.uintp(rows)):
                sums[r] += tap * cells[at + r]
        cell = plane + row * width + (p if p < before else width - reach + p)
        for r in range(rows):
            bad |= (sums[r] - sums[r]) != zero
            out[cell] = sums[r]
            cell += width
    return bad


@jit_helper(contract=True)
def three_by_three(
    x: Array, at: int, pitch: int, out: Array, out_at: int, out_pitch: int, w: Array, count: int
) -> bool:
    """Write sums over 3x3 cells, for four lines; return whether one is not finite.

    `p` to `s` are the sums of four lines, one under the other.
    """
    a0, a1, a2, b0, b1, b2, c0, c1, c2 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]
    step, out_step = np.uintp(pitch), np.uintp(out_pitch)
    x0 = np.uintp(at)
    x1, x2 = x0 + step, x0 + step + step
    x3, x4, x5 = x2 + step, x2 + step + step, x2 + step + step + step
    out0 = np.uintp(out_at)
    out1 = out0 + out_step
    out2 = out1 + out_step
    out3 = out2 + out_step
    zero = x.dtype.type(0)
    bad = False
    for k in range(count):
        j = np.uintp(k)
        u, v, z = x[x0 + j], x[x0 + j + _1], x[x0 + j + _2]
        p = a0 * u + a1 * v + a2 * z
        u, v, z = x[x1 + j], x[x1 + j + _1], x[x1 + j + _2]
        p = p + b0 * u + b1 * v + b2 * z
        q = a0 * u + a1 * v + a2 * z
        u, v, z = x[x2 + j], x[x2 + j + _1], x[x2 + j + _2]
        p = p + c0 * u + c1 * v + c2 * z
        q = q + b0 * u + b1 * v + b2 * z
        r = a0 * u + a1 * v + a2 * z
        u, v, z = x[x3 + j], x[x3 + j + _1], x[x3 + j + _2]
        q = q + c0 * u + c1 * v + c2 * z
        r = r + b0 * u + b1 * v + b2 * z
        s = a0 * u + a1 * v + a2 * z
        u, v, z = x[x4 + j], x[x4 + j + _1], x[x4 + j + _2]
        r = r + c0 * u + c1 * v + c2 * z
        s = s + b0 * u + b1 * v + b2 * z
        u, v, z = x[x5 + j], x[x5 + j + _1], x[x5 + j + _2]
        s = s + c0 * u + c1 * v + c2 * z
        e = p + q + r + s
        bad |= (e - e) != zero
        out[out0 + j], out[out1 + j], out[out2 + j], out[out3 + j] = p, q, r, s
    return bad


@jit_helper(contract=True)
def _five_by_five(
    x: Array, at: int, pitch: int, out: Array, out_at: int, out_pitch: int, w: Array, count: int
) -> bool:
    """Write sums over 5x5 cells, as `three_by_three` does, but for two lines at a time.

    For four at once LLVM would have to check too many lines for overlaps, and makes no vectors.
    """
    a0, a1, a2, a3, a4 = w[0], w[1], w[2], w[3], w[4]
    b0, b1, b2, b3, b4 = w[5], w[6], w[7], w[8], w[9]
    c0, c1, c2, c3, c4 = w[10], w[11], w[12], w[13], w[14]
    d0, d1, d2, d3, d4 = w[15], w[16], w[17], w[18], w[19]
    e0, e1, e2, e3, e4 = w[20], w[21], w[22], w[23], w[24]
    step, out_step = np.uintp(pitch), np.uintp(out_pitch)
    zero = x.dtype.type(0)
    bad = False
    for half in range(2):
        x0 = np.uintp(at + 2 * half * pitch)
        x1, x2 = x0 + step, x0 + step + step
        x3, x4, x5 = x2 + step, x2 + step + step, x2 + step + step + step
        out0 = np.uintp(out_at + 2 * half * out_pitch)
        out1 = out0 + out_step
        for k in range(count):
            j = np.uintp(k)
            g, h, l, m, n = _five_from(x, x0 + j)
            p = a0 * g + a1 * h + a2 * l + a3 * m + a4 * n
            g, h, l, m, n = _five_from(x, x1 + j)
            p = p + b0 * g + b1 * h + b2 * l + b3 * m + b4 * n
            q = a0 * g + a1 * h + a2 * l + a3 * m + a4 * n
            g, h, l, m, n = _five_from(x, x2 + j)
            p = p + c0 * g + c1 * h + c2 * l + c3 * m + c4 * n
            q = q + b0 * g + b1 * h + b2 * l + b3 * m + b4 * n
            g, h, l, m, n = _five_from(x, x3 + j)
            p = p + d0 * g + d1 * h + d2 * l + d3 * m + d4 * n
            q = q + c0 * g + c1 * h + c2 * l + c3 * m + c4 * n
            g, h, l, m, n = _five_from(x, x4 + j)
            p = p + e0 * g + e1 * h + e2 * l + e3 * m + e4 * n
            q = q + d0 * g + d1 * h + d2 * l + d3 * m + d4 * n
            g, h, l, m, n = _five_from(x, x5 + j)
            q = q + e0 * g + e1 * h + e2 * l + e3 * m + e4 * n
            e = p + q
            bad |= (e - e) != zero
            out[out0 + j], out[out1 + j] = p, q
    return bad


@jit_helper
def _five_from(x: Array, i: Any) -> tuple[Any, Any, Any, Any, Any]:
    return x[i], x[i + _1], x[i + _2], x[i + _3], x[i + _4]
