"""Moving minimum or maximum over boxes: a strip of rows is one long line.

Along that line a window grows downwards by shifts of whole rows and along the rows by shifts of
pixels, so that rows cost nothing of their own. It grows in few steps, each the extreme of three to
seven shifted copies of the line: a step more would cost more than pixels that are looked at twice.
What this gets wrong, the first and the last pixels of each row, is done again one by one.

Every line is an offset into a flat array. Offsets are unsigned, since Numba keeps its test for
negative indices in a loop over signed ones; slices instead of offsets cost more than a short row.
Where `largest` is None or True, types of their own to Numba, each order has loops of its own.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import copy_line

# a step: number of copies, rows and columns of its windows, then by how many rows and columns each
# copy but the first is shifted
STEP = 15
_CACHE_LINE = 64
# a line of fewer cache lines is not worth a start of its own where they begin
_LONG = 64
_At = np.uint64


@jit
def box_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    layout: Array,
    steps: Array,
    cval: Any,
    largest: bool,
) -> bool:
    """Filter lines `start` to `stop` of planes of `n` lines; return True if one of them has a NaN.

    A strip has up to `height` rows of up to `breadth` pixels. `ends` is 0 where both ends of a row
    may hold anything, 1 where borders repeat pixels which the windows there hold anyway, 2 where
    they are `cval`. After `upright` steps windows have all their rows. `rows` are the source rows
    that the windows reach, -1 for `cval`.
    """
    n, width, breadth, height, above, k0, before, k1, ends, upright = layout[:10]
    rows = layout[10:]
    after = k1 - 1 - before
    lanes = _CACHE_LINE // x.itemsize
    room = ((height + k0) * (breadth + k1) // lanes + 4) * lanes
    memory = np.empty(3 * room, x.dtype)
    # strips lie to cache lines as the image does
    origin = lanes + (x.ctypes.data - memory.ctypes.data) % _CACHE_LINE // x.itemsize
    found = False
    for left in range(0, width, breadth):
        # the columns of the image that this stretch's windows reach
        head = max(left - before, 0)
        span = min(left + breadth + after, width) - head
        number = start
        while number < stop:
            plane = number // n
            i = number - plane * n
            count = _alike(i, min(height, stop - number, n - i), n, above, k0)
            goal = number * width + head
            source, first, pitch = x, goal - above * width, width
            if i < above or i - above + count + k0 - 1 > n:
                for r in range(count + k0 - 1):
                    row = rows[i + r]
                    if row < 0:
                        memory[origin + r * span : origin + (r + 1) * span] = cval
                    else:
                        at = (plane * n + row) * width + head
                        copy_line(memory, origin + r * span, x, at, span)
                source, first, pitch = memory, origin, span
            high, high_first, high_pitch = source, first, pitch
            slot, kept = 0, 0 if upright == 0 else -1
            for level in range(len(steps)):
                step = steps[level]
                lines, size = count + k0 - step[1], span - step[2] + 1
                slot = (slot + 1) % 3
                if slot == kept:
                    slot = (slot + 1) % 3
                target, to, to_pitch = memory, origin + slot * room, span
                if level == len(steps) - 1:
                    target, to, to_pitch = out, goal + before, width
                if pitch == to_pitch == span:
                    # between rows lies nothing that counts: the strip is one long line
                    size, lines = (lines - 1) * pitch + size, 1
                if largest:
                    found |= _compare(target, to, to_pitch, source, first, pitch, lines, size, step,
                                      True)  # fmt: skip
                else:
                    found |= _compare(target, to, to_pitch, source, first, pitch, lines, size, step,
                                      None)  # fmt: skip
                source, first, pitch = target, to, to_pitch
                if level == upright - 1:
                    high, high_first, high_pitch, kept = target, to, to_pitch, slot
            if ends:
                # windows of full height hold one or two columns
                pair = steps[max(upright, 1) - 1, 2] - 1 if upright else np.int64(0)
                left_end, right_end = head == 0, head + span == width
                if largest:
                    _ends(out, goal, width, high, high_first, high_pitch, span, count, before,
                          after, pair, left_end, right_end, ends == 2, cval, True)  # fmt: skip
                else:
                    _ends(out, goal, width, high, high_first, high_pitch, span, count, before,
                          after, pair, left_end, right_end, ends == 2, cval, None)  # fmt: skip
            number += count
    return found


@jit_helper
def pick(a: Any, b: Any, largest: Any) -> Any:
    if largest is None:
        return min(a, b)
    return max(a, b)


@jit_helper
def _alike(i: int, count: int, n: int, above: int, k0: int) -> int:
    """Return how many rows from `i` on all reach beyond the plane, or all do not."""
    low, high = above, n + above - k0 + 1
    if low >= high or i >= high:
        return count
    return min(count, (low if i < low else high) - i)


@jit_helper
def _compare(
    out: Array,
    to: int,
    out_pitch: int,
    x: Array,
    first: int,
    pitch: int,
    lines: int,
    size: int,
    step: Array,
    largest: Any,
) -> bool:
    """Write the extreme of three, four, five or seven copies of each of `lines` lines.

    Return whether some sum of the first and the last is NaN: any NaN is the one or the other.
    """
    copies = step[0]
    last = 2 * copies - 1
    bad = False
    lanes = _CACHE_LINE // out.itemsize
    # of long lines, the pixels before the first cache line go first
    lead = 0
    if size >= _LONG * lanes:
        lead = -(out.ctypes.data // out.itemsize + to) % lanes
    for r in range(lines):
        for part in range(2):
            skip = lead if part else 0
            count = _At(size - lead if part else lead)
            at = first + r * pitch + skip
            o, a = _At(to + r * out_pitch + skip), _At(at)
            b, c = _At(at + step[3] * pitch + step[4]), _At(at + step[5] * pitch + step[6])
            d, e = _At(at + step[7] * pitch + step[8]), _At(at + step[9] * pitch + step[10])
            f = _At(at + step[11] * pitch + step[12])
            z = _At(at + step[last] * pitch + step[last + 1])
            if copies == 3:
                for j in range(count):
                    bad |= x[a + j] + x[z + j] != x[a + j] + x[z + j]
                    out[o + j] = pick(pick(x[a + j], x[b + j], largest), x[z + j], largest)
            elif copies == 4:
                for j in range(count):
                    bad |= x[a + j] + x[z + j] != x[a + j] + x[z + j]
                    one = pick(x[a + j], x[b + j], largest)
                    out[o + j] = pick(one, pick(x[c + j], x[z + j], largest), largest)
            elif copies == 5:
                for j in range(count):
                    bad |= x[a + j] + x[z + j] != x[a + j] + x[z + j]
                    one = pick(x[a + j], x[b + j], largest)
                    two = pick(x[c + j], x[d + j], largest)
                    out[o + j] = pick(pick(one, two, largest), x[z + j], largest)
            else:
                for j in range(count):
                    bad |= x[a + j] + x[z + j] != x[a + j] + x[z + j]
                    one = pick(x[a + j], x[b + j], largest)
                    two = pick(x[c + j], x[d + j], largest)
                    three = pick(pick(x[e + j], x[f + j], largest), x[z + j], largest)
                    out[o + j] = pick(pick(one, two, largest), three, largest)
    return bad


@jit_helper
def _ends(
    out: Array,
    goal: int,
    width: int,
    x: Array,
    first: int,
    pitch: int,
    span: int,
    count: int,
    before: int,
    after: int,
    pair: int,
    left: bool,
    right: bool,
    outside: bool,
    cval: Any,
    largest: Any,
) -> None:
    """Write the first `before` and the last `after` windows of rows, one out of its neighbour.

    The pixels of `x` stand for themselves and, where `pair` is 1, for the next one, too.
    """
    for r in range(count):
        a, o = _At(first + r * pitch), _At(goal + r * width)
        if left:
            best = pick(x[a], cval, largest) if outside else x[a]
            for c in range(_At(after - pair)):
                best = pick(best, x[a + c], largest)
            a += _At(after - pair)
            for p in range(_At(before)):
                best = pick(best, x[a + p], largest)
                out[o + p] = best
        a, o = _At(first + r * pitch + span - 1 - pair), _At(goal + r * width + span - 1)
        if right:
            best = pick(x[a], cval, largest) if outside else x[a]
            for c in range(_At(before - pair)):
                best = pick(best, x[a - c], largest)
            a -= _At(before - pair)
            for p in range(_At(after)):
                best = pick(best, x[a - p], largest)
                out[o - p] = best
