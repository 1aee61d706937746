"""Weighted sums over 3x3 and 5x5 cells of floats, which are read and written where they are.

No scratch is filled and no sum is fetched again: what is left is one pass over the image.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.correlation.column_taps import five_of
from imgpipe.kernels.correlation.layout import ROWS, Layout, Tile
from imgpipe.kernels.plans.dtypes import Array

_CACHE_LINE = 64

# places are numbers without a sign: they need no test for counting from the end
_1 = np.uintp(1)


@jit_helper
def filter_in_place(x: Array, out: Array, tile: Tile, layout: Layout, taps: Array) -> bool:
    """Filter a tile where it is; return whether a sum is not finite."""
    width = layout.width
    start = (tile.plane * layout.height + tile.row) * width
    at, to = start - layout.above * width + tile.column - layout.before, start + tile.column
    zero = np.int64(0)
    bad = False
    for line in range(0, tile.rows * width, ROWS * width):
        if layout.tall == 2:
            threes = three_by_three(taps, zero)
            bad |= _sum_lines(x, at + line, out, to + line, width, threes, tile.columns)
        else:
            fives = _five_by_five(taps, zero)
            bad |= _sum_lines(x, at + line, out, to + line, width, fives, tile.columns)
    if tile.in_place == 2:
        bad |= _sum_sides(x, out, start, tile.rows, layout, taps)
    return bad


@jit_helper
def three_by_three(w: Array, at: int) -> tuple[Any, Any, Any]:
    """Return 3x3 weights, line by line."""
    return five_of(w, at)[:3], five_of(w, at + 3)[:3], five_of(w, at + 6)[:3]


@jit_helper
def _five_by_five(w: Array, at: int) -> tuple[Any, Any, Any, Any, Any]:
    return (
        five_of(w, at),
        five_of(w, at + 5),
        five_of(w, at + 10),
        five_of(w, at + 15),
        five_of(w, at + 20),
    )


@jit_helper
def _sum_lines(x: Array, at: int, out: Array, to: int, width: int, rows: Any, count: int) -> bool:
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
        bad |= sum_windows(x, at + skip, width, out, to + skip, width, rows, size)
        if len(rows) == 5:
            lower, out_lower = at + skip + 2 * width, to + skip + 2 * width
            bad |= sum_windows(x, lower, width, out, out_lower, width, rows, size)
    return bad


@jit_helper(contract=True)
def _sum_sides(x: Array, out: Array, start: int, rows: int, layout: Layout, taps: Array) -> bool:
    """Write sums that reach over the border on the left or right, from columns side by side."""
    width, before, reach, sides = layout.width, layout.before, layout.wide, layout.sides
    # of each of these columns, as many pixels as windows of all rows cover
    height = rows + reach
    pixels = np.empty(sides.size * height, x.dtype)
    for p in range(sides.size):
        pixel = start - layout.above * width + sides[p]
        for r in range(p * height, (p + 1) * height):
            pixels[r] = x[pixel] if sides[p] >= 0 else layout.cval
            pixel += width
    sums = np.empty(rows, x.dtype)
    zero = sums.dtype.type(0)
    bad = False
    for p in range(reach):
        # the windows on the right begin beyond all columns of those on the left
        first = p if p < before or before == 0 else p + reach
        for r in range(rows):
            sums[r] = zero
        for t in range((reach + 1) * (reach + 1)):
            at = np.uintp((first + t % (reach + 1)) * height + t // (reach + 1))
            tap = taps[t]
            for r in range(np.uintp(rows)):
                sums[r] += tap * pixels[at + r]
        pixel = start + (p if p < before else width - reach + p)
        for r in range(rows):
            bad |= (sums[r] - sums[r]) != zero
            out[pixel] = sums[r]
            pixel += width
    return bad


# contraction (fused multiply-add), here and below, halves the arithmetic
@jit_helper(contract=True)
def sum_windows(
    x: Array, at: int, pitch: int, out: Array, to: int, out_pitch: int, rows: Any, count: int
) -> bool:
    """Write sums for four lines of 3x3 cells, or for two of 5x5; tell whether one is not finite.

    For four of these LLVM would have to check too many places for overlaps, and makes no vectors.
    """
    four = len(rows) == 3
    step, out_step = np.uintp(pitch), np.uintp(out_pitch)
    out0 = np.uintp(to)
    out1, out2 = out0 + out_step, out0 + out_step + out_step
    out3 = out2 + out_step
    # what is added to minus zero stays as it is: the compiler leaves that addition out
    zero = x.dtype.type(-0.0)
    bad = False
    for k in range(count):
        j = np.uintp(k)
        i = np.uintp(at) + j
        p = q = r = s = zero
        for taps in rows:
            p = _add_taps(x, i, taps, p)
            i += step
            q = _add_taps(x, i, taps, q)
            if four:
                r = _add_taps(x, i + step, taps, r)
                s = _add_taps(x, i + step + step, taps, s)
        out[out0 + j], out[out1 + j] = p, q
        if four:
            out[out2 + j], out[out3 + j] = r, s
        e = p + q + r + s
        bad |= (e - e) != zero
    return bad


# a loop in the loops above would be unrolled too late to make vectors
@jit_helper(contract=True)
def _add_taps(x: Array, i: Any, taps: Any, total: Any) -> Any:
    for tap in taps:
        total += tap * x[i]
        i += _1
    return total
