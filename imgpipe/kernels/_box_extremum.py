"""Moving minimum or maximum over boxes: strips of rows, downwards first, then along the rows.

Neighbouring windows share most of their rows, so four or eight rows of output are made at a time
and what they share is compared once. Along a row, windows grow out of shorter ones: the minimum of
9 cells is that of three neighbouring triples.

Every line is an offset into a flat array. Offsets are unsigned, since Numba keeps its test for
negative indices in a loop over signed ones; slices instead of offsets cost more than a short row.
`largest` is None or True, types of their own to Numba, so that each order compiles its own loops.
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit

# row tables end in so many copies of their last entry: a block of rows may reach beyond it
SPARE_ROWS = 8
_At = np.uint64


@jit
def box_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    n: int,
    width: int,
    tables: Array,
    above: int,
    k0: int,
    before: int,
    k1: int,
    outside: int,
    cval: Any,
    height: int,
    pitch: int,
    largest: Any,
) -> bool:
    """Filter lines `start` to `stop` of planes of `n` lines; return True if one of them has a NaN.

    `tables` holds the source rows that the windows reach, then the source columns, then the
    lengths through which windows grow along a row. A strip has `height` rows of `pitch` pixels.
    `outside` is 1 where `cval` lies above and below a plane: the edge rows stand for it in the
    table, which every window there holds anyway, and `cval` is compared at the end.
    """
    rows = tables[: n + k0 - 1 + SPARE_ROWS]
    columns = tables[rows.size : rows.size + width + k1 - 1]
    growth = tables[rows.size + columns.size :]
    room = (height + SPARE_ROWS) * pitch
    memory = np.empty(2 * room + 2 * width + 64, x.dtype)
    # strips begin at a cache line
    strip = (-memory.ctypes.data) % 64 // memory.itemsize
    found = False
    number = start
    while number < stop:
        plane = number // n
        i = number - plane * n
        count = min(height, stop - number, n - i)
        found |= holds_nan(x[number * width :], count * width)
        # blocks have four rows at least, and may not reach beyond the strip's part of `out`
        straight = k1 == 1 and count >= 4
        lines, first, step = memory, strip + before, pitch
        if straight:
            lines, first, step = out, number * width, width
        _rows(lines, first, step, x, plane * n * width, rows, i, count, k0, width, memory,
              strip + 2 * room, largest)  # fmt: skip
        if outside and (i < above or i + count > n + above - k0 + 1):
            for r in range(count):
                if i + r < above or i + r > n + above - k0:
                    _compare_all(lines, first + r * step, width, cval, largest)
        if not straight:
            fill_borders(memory, strip, pitch, count, width, columns, before, cval)
            source, q = strip, 1
            for level in range(growth.size):
                k = growth[level]
                if level < growth.size - 1:
                    # between rows lies nothing that counts: the strip is one long line
                    goal = 2 * strip + room - source
                    _grow(memory, goal, count * pitch - k + 1, 1, memory, source, pitch, q, k,
                          largest)  # fmt: skip
                    source, q = goal, k
                else:
                    _grow(out, number * width, width, count, memory, source, pitch, q, k, largest)
        number += count
    return found


@jit
def pick(a: Any, b: Any, largest: Any) -> Any:
    if largest is None:
        return min(a, b)
    return max(a, b)


@jit
def holds_nan(x: Array, count: int) -> bool:
    found = False
    for j in range(count):
        found |= x[j] != x[j]
    return found


@jit
def _compare_all(lines: Array, first: int, width: int, value: Any, largest: Any) -> None:
    a = _At(first)
    for j in range(_At(width)):
        lines[a + j] = pick(lines[a + j], value, largest)


@jit
def _rows(
    out: Array,
    first: int,
    step: int,
    x: Array,
    base: int,
    rows: Array,
    i: int,
    count: int,
    k: int,
    width: int,
    memory: Array,
    spare: int,
    largest: Any,
) -> None:
    """Write the extreme of rows ``i + r`` to ``i + r + k - 1`` of the table, for each of `count`.

    `memory` has room for two lines from `spare` on.
    """
    r = 0
    while r < count:
        if r > count - 4:
            # the last rows once more, instead of a loop for what is left
            r = max(0, count - 4)
        t = i + r
        goal = first + r * step
        if k <= 3:
            _triples(out, goal, step, x, base, rows, t, k, width, largest)
            r += 4
        else:
            # the first row that all four windows share, and the last one that is read as it is
            low, high = t + 3, t + min(k - 1, 7)
            lines, common = x, base + rows[t + min(k - 1, 8)] * width
            blocks = 1
            if k > 9:
                blocks = 2 if r <= count - 8 else 1
                high = t + 8 - blocks
                common = _share(x, base, rows, high + 1, t + k - 1, width, memory, spare, largest)
                lines = memory
            for _ in range(blocks):
                _four(out, goal, step, x, base, rows, t, k, low, high, lines, common, width,
                      largest)  # fmt: skip
                low, high = t + k, t + k + 3
                t, goal, r = t + 4, goal + 4 * step, r + 4


@jit
def _share(
    x: Array,
    base: int,
    rows: Array,
    low: int,
    high: int,
    width: int,
    memory: Array,
    spare: int,
    largest: Any,
) -> int:
    """Compare rows `low` to `high`; return where the result lies in `memory`."""
    lines, common = x, base + rows[low] * width
    for t in range(low, high + 1, 8):
        # never in place, which would not be vectorised
        goal = spare + (t - low) // 8 % 2 * width
        o, c, a0 = _At(goal), _At(common), _At(base + rows[t] * width)
        a1 = _At(base + rows[min(t + 1, high)] * width)
        a2 = _At(base + rows[min(t + 2, high)] * width)
        a3 = _At(base + rows[min(t + 3, high)] * width)
        a4 = _At(base + rows[min(t + 4, high)] * width)
        a5 = _At(base + rows[min(t + 5, high)] * width)
        a6 = _At(base + rows[min(t + 6, high)] * width)
        a7 = _At(base + rows[min(t + 7, high)] * width)
        for j in range(_At(width)):
            a = pick(pick(lines[c + j], x[a0 + j], largest), x[a1 + j], largest)
            b = pick(pick(x[a2 + j], x[a3 + j], largest), x[a4 + j], largest)
            d = pick(pick(x[a5 + j], x[a6 + j], largest), x[a7 + j], largest)
            memory[o + j] = pick(pick(a, b, largest), d, largest)
        lines, common = memory, goal
    return common


@jit
def _four(
    out: Array,
    goal: int,
    step: int,
    x: Array,
    base: int,
    rows: Array,
    t: int,
    k: int,
    low: int,
    high: int,
    lines: Array,
    common: int,
    width: int,
    largest: Any,
) -> None:
    """Write four rows; their windows share rows `low` to `high`, at most five, and a line."""
    o0, o1, o2, o3 = _At(goal), _At(goal + step), _At(goal + 2 * step), _At(goal + 3 * step)
    a0, a1 = _At(base + rows[t] * width), _At(base + rows[t + 1] * width)
    a2, b0 = _At(base + rows[t + 2] * width), _At(base + rows[t + k] * width)
    b1, b2 = _At(base + rows[t + k + 1] * width), _At(base + rows[t + k + 2] * width)
    c0, c1 = _At(base + rows[low] * width), _At(base + rows[min(low + 1, high)] * width)
    c2 = _At(base + rows[min(low + 2, high)] * width)
    c3 = _At(base + rows[min(low + 3, high)] * width)
    c4, c5 = _At(base + rows[high] * width), _At(common)
    for j in range(_At(width)):
        some = pick(pick(x[c0 + j], x[c1 + j], largest), x[c2 + j], largest)
        more = pick(pick(x[c3 + j], x[c4 + j], largest), lines[c5 + j], largest)
        shared = pick(some, more, largest)
        from2 = pick(x[a2 + j], shared, largest)
        from1 = pick(x[a1 + j], from2, largest)
        to0 = x[b0 + j]
        to1 = pick(to0, x[b1 + j], largest)
        out[o0 + j] = pick(x[a0 + j], from1, largest)
        out[o1 + j] = pick(from1, to0, largest)
        out[o2 + j] = pick(from2, to1, largest)
        out[o3 + j] = pick(pick(shared, to1, largest), x[b2 + j], largest)


@jit
def _triples(
    out: Array,
    goal: int,
    step: int,
    x: Array,
    base: int,
    rows: Array,
    t: int,
    k: int,
    width: int,
    largest: Any,
) -> None:
    """Write four rows of windows of one to three; small boxes have a faster loop."""
    for r in range(t, t + 4):
        o, a = _At(goal + (r - t) * step), _At(base + rows[r] * width)
        b, c = _At(base + rows[r + k // 2] * width), _At(base + rows[r + k - 1] * width)
        for j in range(_At(width)):
            out[o + j] = pick(pick(x[a + j], x[b + j], largest), x[c + j], largest)


@jit
def fill_borders(
    memory: Array,
    strip: int,
    pitch: int,
    count: int,
    width: int,
    columns: Array,
    before: int,
    cval: Any,
) -> None:
    """Write the pixels left and right of each line of a strip, -1 in the table being `cval`."""
    for r in range(count):
        line = strip + r * pitch
        for p in range(before):
            column = columns[p]
            memory[line + p] = cval if column < 0 else memory[line + before + column]
        for p in range(before + width, columns.size):
            column = columns[p]
            memory[line + p] = cval if column < 0 else memory[line + before + column]


@jit
def _grow(
    out: Array,
    goal: int,
    width: int,
    count: int,
    memory: Array,
    source: int,
    pitch: int,
    q: int,
    k: int,
    largest: Any,
) -> None:
    """Widen windows from `q` to `k` cells, at most fivefold, on `count` lines."""
    for r in range(count):
        o, a = _At(goal + r * width), _At(source + r * pitch)
        b, z = a + _At(min(q, k - q)), a + _At(k - q)
        if k <= 3 * q:
            for j in range(_At(width)):
                pair = pick(memory[a + j], memory[b + j], largest)
                out[o + j] = pick(pair, memory[z + j], largest)
        else:
            c, d = a + _At(min(2 * q, k - q)), a + _At(min(3 * q, k - q))
            for j in range(_At(width)):
                left = pick(memory[a + j], memory[b + j], largest)
                right = pick(memory[c + j], memory[d + j], largest)
                out[o + j] = pick(pick(left, right, largest), memory[z + j], largest)
