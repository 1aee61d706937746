"""Weighted sums over any window, tap by tap: the loop of convolution with dense weights.

An image is cut into blocks of some rows, whose pixels are copied with their borders into a scratch
of floats. Blocks of narrow images lie side by side there, so that lines are long either way. The
weights are cut into *bricks*, upright pieces of one column each: a brick adds up four lines of
results at once, so that every pixel that is loaded serves up to four sums.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.correlation.column_taps import PITCH, add_bricks
from imgpipe.kernels.correlation.in_place import ROWS, near_block, three_by_three
from imgpipe.kernels.plans.dtypes import Array

# the most columns of a block, and how far its window may reach beyond
BREADTH, REACH = 1024, 256
# lines are copied in multiples of so many pixels where they may
_CHUNK = 32

# Below, places are numbers without a sign: they need no test for counting from the end, and they
# save slices, each of which would count references to its array.


@jit
def dense_blocks(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    near: Any,
    groups: Array,
    blocks: Array,
    table: Array,
    slabs: Array,
    bricks: Array,
    weights: Array,
    shape: Array,
    cval: Any,
    low: Any,
    high: Any,
    rounds: int,
) -> bool:
    """Filter the blocks of some groups; return whether a sum of floats was not finite.

    `x` and `out` are flat. `near` holds both again, and the taps, where pixels are floats that need
    no conversion: then blocks away from the border may be filtered where they are.
    """
    reach, height = shape[6], shape[8]
    scratch = np.empty(len(slabs) * height * PITCH, weights.dtype)
    total = np.zeros(ROWS * PITCH, weights.dtype)
    # weights of 0 meet what lies beside the blocks and below: no NaN may stand there
    for start_of_line in range(0, scratch.size, PITCH):
        scratch[start_of_line : start_of_line + shape[14]] = 0
    bad = False
    whole = bricks[0, 0] == 0
    # literal numbers would compile a function of their own
    line, zero = np.int64(PITCH), np.int64(0)
    for group in range(start, stop):
        first, last = groups[group], groups[group + 1]
        rows, wide = blocks[first, 2], blocks[first, 4]
        if near is not None and blocks[first, 5]:
            image, target, taps = near
            bad |= near_block(image, target, taps, blocks, first, table, shape, cval)
            continue
        pitch = wide + reach
        for number in range(first, last):
            rows = max(rows, blocks[number, 2])
            at = (number - first) * pitch
            fill(x, blocks, number, table, slabs, shape, cval, scratch, at)
        count = ((last - first) * pitch - reach + 15) // 16 * 16
        for r in range(0, rows, ROWS):
            if whole:
                at = r * PITCH
                bad |= three_by_three(scratch, at, line, total, zero, line, weights, count)
            else:
                total[:] = 0
                add_bricks(scratch, r * PITCH, total, bricks, weights, count)
            for number in range(first, last):
                at = (number - first) * pitch
                bad |= store(total, at, out, blocks, number, r, shape, low, high, rounds)
    return bad


@jit_helper
def fill(
    x: Array,
    blocks: Array,
    number: int,
    table: Array,
    slabs: Array,
    shape: Array,
    cval: Any,
    scratch: Array,
    at: int,
) -> None:
    """Copy the pixels below the windows of a block, one slab for each plane that they reach."""
    n1, n2, width = shape[1], shape[2], shape[3]
    before, reach, ky, height = shape[5], shape[6], shape[7], shape[8]
    plane, row, column = blocks[number, 0], blocks[number, 1], blocks[number, 3]
    rows, columns = shape[9] + row, shape[10] + column
    size = blocks[number, 4] + reach
    left = min(max(0, before - column), size)
    right = max(left, min(size, width + before - column))
    count = right - left
    short = (count + _CHUNK - 1) // _CHUNK * _CHUNK
    for s in range(len(slabs)):
        outer = table[plane // n1 + slabs[s, 0]]
        inner = table[shape[11] + plane % n1 + slabs[s, 1]]
        for r in range(blocks[number, 2] + ky - 1):
            line = (s * height + r) * PITCH + at
            if outer < 0 or inner < 0 or table[rows + r] < 0:
                scratch[line : line + size] = cval
                continue
            start = ((outer * n1 + inner) * n2 + table[rows + r]) * width
            source = np.uintp(start + left + column - before)
            copy = np.uintp(line + left)
            # a few pixels more cost less than a vector cut short
            for k in range(short if start + left + column - before + short <= x.size else count):
                j = np.uintp(k)
                scratch[copy + j] = x[source + j]
            for p in range(left):
                c = table[columns + p]
                scratch[line + p] = x[start + c] if c >= 0 else cval
            for p in range(right, size):
                c = table[columns + p]
                scratch[line + p] = x[start + c] if c >= 0 else cval


@jit_helper
def store(
    total: Array,
    at: int,
    out: Array,
    blocks: Array,
    number: int,
    r: int,
    shape: Array,
    low: Any,
    high: Any,
    rounds: int,
) -> bool:
    """Write the lines of sums that belong to a block, rounded where the result is integers.

    Return whether a sum of floats is not finite.
    """
    bad = False
    zero = total.dtype.type(0)
    width, rows, wide = shape[3], blocks[number, 2], blocks[number, 4]
    first = (blocks[number, 0] * shape[2] + blocks[number, 1]) * width + blocks[number, 3]
    short = (wide + _CHUNK - 1) // _CHUNK * _CHUNK
    # loops stand here, not in a function: a call would take longer than a short line
    for q in range(min(ROWS, rows - r)):
        start = (r + q) * width
        # what runs over the end of a line is written again by the next one, of the same block
        count = short if wide == width and start + short <= rows * width else wide
        sums, line = np.uintp(at + q * PITCH), np.uintp(first + start)
        if rounds:
            for k in range(count):
                j = np.uintp(k)
                out[line + j] = np.int32(min(max(np.rint(total[sums + j]), low), high))
        else:
            for k in range(count):
                j = np.uintp(k)
                e = total[sums + j]
                bad |= (e - e) != zero
                out[line + j] = e
    return bad
