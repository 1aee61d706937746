"""Weighted sums over any window, tap by tap: the loop of convolution with dense weights.

An image is cut into blocks of some rows, whose pixels are copied with their borders into a scratch
of floats. Blocks of narrow images lie side by side there, so that lines are long either way. The
weights are cut into *bricks*, upright pieces of one column each: a brick adds up four lines of
results at once, so that every pixel that is loaded serves up to four sums.
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import inner, jit

# Lines of the scratch and of the sums lie this far apart. A constant tells the compiler that they
# do not overlap; it is no multiple of 4 KiB, which lines in the first-level cache must not share.
PITCH = 1312
# the most columns of a block, and how far its window may reach beyond
BREADTH, REACH = 1024, 256
# lines of sums that a brick adds to at once
ROWS = 4
# heights there is a loop for, and their measured times
HEIGHTS = {3: 75, 5: 87, 7: 115, 9: 150}
# mark of a brick of two neighbouring columns
TWO_FIVES = 10
# lines are copied in multiples of so many pixels where they may
_CHUNK = 32
_CACHE_LINE = 64

# Below, places are numbers without a sign: they need no test for counting from the end, and they
# save slices, each of which would count references to its array.
_1, _2 = np.uintp(1), np.uintp(2)
_LINE = np.uintp(PITCH)


@jit
def dense_blocks(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    near: Array,
    target: Array,
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

    `x` and `out` are flat. `near` and `target` are the same arrays where pixels are floats that
    need no conversion: then blocks away from the border are filtered where they are.
    """
    width, above, before, reach, height = shape[3], shape[4], shape[5], shape[6], shape[8]
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
        if blocks[first, 5]:
            for r in range(blocks[first, 1], blocks[first, 1] + rows, ROWS):
                to = r * width + blocks[first, 3]
                at = to - above * width - before
                bad |= _straight(near, at, target, to, width, weights, wide)
            if blocks[first, 5] == 2:
                bad |= _edges(near, target, blocks[first, 1], rows, table, shape, weights, cval)
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
                bad |= _three_by_three(scratch, at, line, total, zero, line, weights, count)
            else:
                total[:] = 0
                _add_bricks(scratch, r * PITCH, total, bricks, weights, count)
            for number in range(first, last):
                at = (number - first) * pitch
                bad |= store(total, at, out, blocks, number, r, shape, low, high, rounds)
    return bad


@inner
def _straight(
    x: Array, at: int, out: Array, to: int, width: int, weights: Array, count: int
) -> bool:
    """Write sums over 3x3 cells, for four lines of an image: a vector, aligned ones, a vector.

    They overlap, which costs less than single pixels or vectors across cache lines.
    """
    lanes = _CACHE_LINE // out.itemsize
    lead = -(out.ctypes.data // out.itemsize + to) % lanes
    whole = (count - lead) // lanes * lanes
    bad = False
    for part in range(3):
        skip = lead if part == 1 else part // 2 * (count - lanes)
        size = whole if part == 1 else lanes
        bad |= _three_by_three(x, at + skip, width, out, to + skip, width, weights, size)
    return bad


@inner(contract=True)
def _edges(
    x: Array, out: Array, row: int, rows: int, table: Array, shape: Array, weights: Array, cval: Any
) -> bool:
    """Write sums over 3x3 cells that reach over the border on the left or right."""
    width, before, reach = shape[3], shape[5], shape[6]
    zero = weights.dtype.type(0)
    bad = False
    for i in range(row, row + rows):
        source, line = np.uintp((i - shape[4]) * width), np.uintp(i * width)
        for p in range(reach):
            e = zero
            entry = shape[13] + 9 * p
            for t in range(9):
                offset = table[entry + t]
                pixel = x[source + np.uintp(offset)] if offset >= 0 else cval
                e += weights[t] * pixel
            out[line + np.uintp(p if p < before else width - reach + p)] = e
            bad |= (e - e) != zero
    return bad


@inner
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


@inner
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


@inner
def _add_bricks(
    source: Array, at: int, total: Array, bricks: Array, weights: Array, count: int
) -> None:
    for b in range(len(bricks)):
        k, line, w = bricks[b, 0], at + bricks[b, 1], bricks[b, 2]
        if k == 3:
            _add_three(source, line, total, weights, w, count)
        elif k == 5:
            _add_five(source, line, total, weights, w, count)
        elif k == TWO_FIVES:
            _add_two_fives(source, line, total, weights, w, count)
        elif k == 7:
            _add_seven(source, line, total, weights, w, count)
        else:
            _add_nine(source, line, total, weights, w, count)


# Below, `p` to `s` are the sums of four lines, one under the other. They are written in the order
# in which the pixels come: so each is loaded once, and all stays in registers. Contraction (fused
# multiply-add) halves the arithmetic.


@inner(contract=True)
def _three_by_three(
    x: Array, at: int, pitch: int, out: Array, out_at: int, out_pitch: int, w: Array, count: int
) -> bool:
    """Write sums over 3x3 cells, for four lines; return whether one is not finite."""
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


@inner(contract=True)
def _add_three(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2 = w[first], w[first + 1], w[first + 2]
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        s += w2 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@inner(contract=True)
def _add_five(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2, w3, w4 = w[first], w[first + 1], w[first + 2], w[first + 3], w[first + 4]
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        p += w3 * v
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        p += w4 * v
        q += w3 * v
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        q += w4 * v
        r += w3 * v
        s += w2 * v
        i += _LINE
        v = x[i]
        r += w4 * v
        s += w3 * v
        i += _LINE
        v = x[i]
        s += w4 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@inner(contract=True)
def _add_two_fives(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    """Add two neighbouring columns: for short ones, sums are worth fetching less often."""
    line = np.uintp(at)
    a0, a1, a2, a3, a4 = w[first], w[first + 1], w[first + 2], w[first + 3], w[first + 4]
    b0, b1, b2, b3, b4 = w[first + 5], w[first + 6], w[first + 7], w[first + 8], w[first + 9]
    for k in range(count):
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + np.uintp(k)
        u, v = x[i], x[i + _1]
        p = p + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a1 * u + b1 * v
        q = q + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a2 * u + b2 * v
        q = q + a1 * u + b1 * v
        r = r + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a3 * u + b3 * v
        q = q + a2 * u + b2 * v
        r = r + a1 * u + b1 * v
        s = s + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a4 * u + b4 * v
        q = q + a3 * u + b3 * v
        r = r + a2 * u + b2 * v
        s = s + a1 * u + b1 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        q = q + a4 * u + b4 * v
        r = r + a3 * u + b3 * v
        s = s + a2 * u + b2 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        r = r + a4 * u + b4 * v
        s = s + a3 * u + b3 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        s = s + a4 * u + b4 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@inner(contract=True)
def _add_seven(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2, w3, w4, w5, w6 = (
        w[first],
        w[first + 1],
        w[first + 2],
        w[first + 3],
        w[first + 4],
        w[first + 5],
        w[first + 6],
    )
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        p += w3 * v
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        p += w4 * v
        q += w3 * v
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        p += w5 * v
        q += w4 * v
        r += w3 * v
        s += w2 * v
        i += _LINE
        v = x[i]
        p += w6 * v
        q += w5 * v
        r += w4 * v
        s += w3 * v
        i += _LINE
        v = x[i]
        q += w6 * v
        r += w5 * v
        s += w4 * v
        i += _LINE
        v = x[i]
        r += w6 * v
        s += w5 * v
        i += _LINE
        v = x[i]
        s += w6 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@inner(contract=True)
def _add_nine(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2, w3, w4, w5, w6, w7, w8 = (
        w[first],
        w[first + 1],
        w[first + 2],
        w[first + 3],
        w[first + 4],
        w[first + 5],
        w[first + 6],
        w[first + 7],
        w[first + 8],
    )
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        p += w3 * v
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        p += w4 * v
        q += w3 * v
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        p += w5 * v
        q += w4 * v
        r += w3 * v
        s += w2 * v
        i += _LINE
        v = x[i]
        p += w6 * v
        q += w5 * v
        r += w4 * v
        s += w3 * v
        i += _LINE
        v = x[i]
        p += w7 * v
        q += w6 * v
        r += w5 * v
        s += w4 * v
        i += _LINE
        v = x[i]
        p += w8 * v
        q += w7 * v
        r += w6 * v
        s += w5 * v
        i += _LINE
        v = x[i]
        q += w8 * v
        r += w7 * v
        s += w6 * v
        i += _LINE
        v = x[i]
        r += w8 * v
        s += w7 * v
        i += _LINE
        v = x[i]
        s += w8 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s
