"""Weighted sums over any window, tap by tap: the loop of convolution with dense weights.

An image is cut into tiles of some rows, whose pixels are copied with their borders into a scratch
of floats. Tiles of narrow images lie side by side there, so that lines are long either way. The
columns of the window are cut into pieces: a piece adds up four lines of results at once, so that
every pixel that is loaded serves up to four sums.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.correlation.column_taps import add_column_taps
from imgpipe.kernels.correlation.in_place import filter_in_place, sum_windows, three_by_three
from imgpipe.kernels.correlation.layout import PITCH, ROWS, Layout, tile_at
from imgpipe.kernels.plans.dtypes import Array

# lines are copied in multiples of so many pixels where they may
_CHUNK = 32

# Below, places are numbers without a sign: they need no test for counting from the end, and they
# save slices, each of which would count references to its array.


@jit
def sum_tiles(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    laid: tuple[Any, ...],
    taps: Array,
    weights: Array,
    raw: Any,
    limits: Any,
) -> bool:
    """Filter the tiles of some groups; return whether a sum of floats was not finite.

    `x` and `out` are flat. `taps` are the pieces of the window's columns, none for one plane of 3x3
    `weights`. `raw` holds the weights row by row where pixels are floats that need no
    conversion, so that tiles away from the border may be filtered where they are. `limits` are the
    lowest and the highest value of integers.
    """
    layout = Layout(*laid)
    tiles, groups, lines = layout.tiles, layout.groups, layout.lines
    scratch = np.empty(len(layout.planes) * lines * PITCH, weights.dtype)
    total = np.empty(ROWS * PITCH, weights.dtype)
    total[:] = 0
    # weights of 0 meet what lies beside the tiles and below: no NaN may stand there
    for line in range(0, scratch.size, PITCH):
        scratch[line : line + layout.cleared] = 0
    bad = False
    # literal numbers would compile a function of their own
    pitch, zero = np.int64(PITCH), np.int64(0)
    square = three_by_three(weights, zero)
    for group in range(start, stop):
        first, last = groups[group], groups[group + 1]
        tile = tile_at(tiles, first)
        if raw is not None and tile.in_place:
            bad |= filter_in_place(x, out, tile, layout, raw)
            continue
        apart, rows = tile.columns + layout.wide, tile.rows
        for number in range(first, last):
            rows = max(rows, tile_at(tiles, number).rows)
        fill(x, layout, first, last, scratch)
        count = ((last - first) * apart - layout.wide + 15) // 16 * 16
        for r in range(0, rows, ROWS):
            if len(taps):
                total[:] = 0
                add_column_taps(scratch, r * PITCH, total, taps, weights, count)
            else:
                bad |= sum_windows(scratch, r * PITCH, pitch, total, zero, pitch, square, count)
            bad |= store(total, zero, out, layout, first, last, r, limits)
    return bad


# loops over tiles and lines stand here, not around: a call takes longer than a short line
@jit_helper
def fill(x: Array, layout: Layout, first: int, last: int, scratch: Array) -> None:
    """Copy the pixels below the windows of neighbouring tiles, for each plane of weights."""
    width, depth, before = layout.width, layout.depth, layout.before
    planes, columns, rows = layout.planes, layout.columns, layout.rows
    at = 0
    for number in range(first, last):
        tile = tile_at(layout.tiles, number)
        size = tile.columns + layout.wide
        left = min(max(0, before - tile.column), size)
        right = max(left, min(size, width + before - tile.column))
        count = right - left
        short = (count + _CHUNK - 1) // _CHUNK * _CHUNK
        for p in range(len(planes)):
            outer = layout.outer[tile.plane // depth + planes[p, 0]]
            inner = layout.inner[tile.plane % depth + planes[p, 1]]
            for r in range(tile.rows + layout.tall):
                line, row = (p * layout.lines + r) * PITCH + at, rows[tile.row + r]
                if outer < 0 or inner < 0 or row < 0:
                    scratch[line : line + size] = layout.cval
                    continue
                start = ((outer * depth + inner) * layout.height + row) * width
                begin = start + left + tile.column - before
                source, copy = np.uintp(begin), np.uintp(line + left)
                # a few pixels more cost less than a vector cut short
                for k in range(short if begin + short <= x.size else count):
                    j = np.uintp(k)
                    scratch[copy + j] = x[source + j]
                for k in range(left):
                    c = columns[tile.column + k]
                    scratch[line + k] = x[start + c] if c >= 0 else layout.cval
                for k in range(right, size):
                    c = columns[tile.column + k]
                    scratch[line + k] = x[start + c] if c >= 0 else layout.cval
        at += size


@jit_helper
def store(
    total: Array, at: int, out: Array, layout: Layout, first: int, last: int, r: int, limits: Any
) -> bool:
    """Write lines `r` and on of neighbouring tiles, rounded where the result is integers.

    Return whether a sum of floats is not finite.
    """
    bad = False
    zero = total.dtype.type(0)
    width = layout.width
    for number in range(first, last):
        tile = tile_at(layout.tiles, number)
        wide = tile.columns
        corner = (tile.plane * layout.height + tile.row) * width + tile.column
        short = (wide + _CHUNK - 1) // _CHUNK * _CHUNK
        for q in range(min(ROWS, tile.rows - r)):
            start = (r + q) * width
            # what runs over the end of a line is written again by the next one of the same tile
            over = wide == width and start + short <= tile.rows * width
            sums, line = np.uintp(at + q * PITCH), np.uintp(corner + start)
            if limits is None:
                for k in range(short if over else wide):
                    j = np.uintp(k)
                    e = total[sums + j]
                    bad |= (e - e) != zero
                    out[line + j] = e
            else:
                low, high = limits
                for k in range(short if over else wide):
                    j = np.uintp(k)
                    out[line + j] = np.int32(min(max(np.rint(total[sums + j]), low), high))
        at += wide + layout.wide
    return bad
