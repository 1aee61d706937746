"""Moving minimum or maximum over short boxes: a strip of rows is one long line.

Along that line a window grows downwards by shifts of a whole row and along the row by shifts of one
pixel, so that rows cost nothing of their own. What this gets wrong, the first and last pixels of
each row, is done again one by one, which pays for windows of a few pixels only. Offsets and
`largest` are those of `_box_extremum`.
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._box_extremum import holds_nan, pick
from imgpipe.kernels._jit import jit

# windows of more pixels along an axis are not for this loop
LONGEST_FLAT = 5
_At = np.uint64


@jit
def flat_lines(
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
    largest: Any,
) -> bool:
    """Filter lines `start` to `stop` of planes of `n` lines; return True if one of them has a NaN.

    `tables` holds the source rows that the windows reach, -1 for `cval`, then the source columns.
    `outside` is 1 where `cval` lies left and right of a row: the edge pixels stand for it in the
    table, which every window there holds anyway. A strip has up to `height` rows.
    """
    columns = tables[n + k0 - 1 :]
    reach = k1 - 1
    after = reach - before
    room = (height + k0) * width + 64
    memory = np.empty(2 * room + 64, x.dtype)
    # strips begin at a cache line
    copies = (-memory.ctypes.data) % 64 // memory.itemsize
    strip = copies + room
    found = False
    number = start
    while number < stop:
        plane = number // n
        i = number - plane * n
        count = min(height, stop - number, n - i)
        size = count * width
        goal = number * width
        found |= holds_nan(x[goal:], size)
        if i >= above and i + count + k0 - 1 <= n + above:
            _widen(memory, strip, x, goal - above * width, width, k0, size, largest)
        else:
            for r in range(count + k0 - 1):
                row = tables[i + r]
                line = memory[copies + r * width :]
                if row < 0:
                    line[:width].fill(cval)
                else:
                    _copy(line, x[(plane * n + row) * width :], width)
            _widen(memory, strip, memory, copies, width, k0, size, largest)
        _widen(out, goal + before, memory, strip, 1, k1, size - reach, largest)
        _redo(out, goal, memory, strip, columns, width, count, 0, before, k1, largest)
        _redo(out, goal, memory, strip, columns, width, count, width - after, width, k1, largest)
        if outside:
            for r in range(count):
                for p in range(before):
                    out[goal + r * width + p] = pick(out[goal + r * width + p], cval, largest)
                for p in range(width - after, width):
                    out[goal + r * width + p] = pick(out[goal + r * width + p], cval, largest)
        number += count
    return found


@jit
def _copy(out: Array, x: Array, count: int) -> None:
    for j in range(count):
        out[j] = x[j]


@jit
def _widen(
    out: Array, goal: int, x: Array, first: int, shift: int, k: int, size: int, largest: Any
) -> None:
    """Write the extremes of `k` pixels, at most five, each `shift` after the one before."""
    o, a = _At(goal), _At(first)
    b, c = _At(first + min(1, k - 1) * shift), _At(first + min(2, k - 1) * shift)
    if k <= 3:
        for j in range(_At(size)):
            out[o + j] = pick(pick(x[a + j], x[b + j], largest), x[c + j], largest)
    else:
        d, e = _At(first + 3 * shift), _At(first + (k - 1) * shift)
        for j in range(_At(size)):
            left = pick(x[a + j], x[b + j], largest)
            right = pick(x[c + j], x[d + j], largest)
            out[o + j] = pick(pick(left, right, largest), x[e + j], largest)


@jit
def _redo(
    out: Array,
    goal: int,
    memory: Array,
    strip: int,
    columns: Array,
    width: int,
    count: int,
    low: int,
    high: int,
    k: int,
    largest: Any,
) -> None:
    """Write columns `low` to `high` of `count` rows, whose windows reach beyond their row."""
    for r in range(count):
        line = strip + r * width
        for p in range(low, high):
            value = memory[_At(line + columns[p])]
            for t in range(p + 1, p + k):
                value = pick(value, memory[_At(line + columns[t])], largest)
            out[_At(goal + r * width + p)] = value
