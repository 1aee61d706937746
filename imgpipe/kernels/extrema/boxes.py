"""Moving minimum or maximum over boxes: a strip of rows is one long line.

Along that line a window grows downwards by shifts of whole rows and along the rows by shifts of
pixels, so that rows cost nothing of their own. It grows in few steps, each the extreme of three to
seven shifted copies of the line: a step more would cost more than pixels that are looked at twice.
What this gets wrong, the first and the last pixels of each row, is done again one by one.

Every line is an offset into a flat array. Offsets are unsigned, since Numba keeps its test for
negative indices in a loop over signed ones; slices instead of offsets cost more than a short row.
Where `largest` is None or True, types of their own to Numba, each order has loops of its own: one
order over pixels whose bits are flipped takes up to a tenth longer.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import copy_line

# most copies of a line that one step compares
MOST_COPIES = 7
_CACHE_LINE = 64
# a line of fewer cache lines is not worth a start of its own where they begin
_LONG = 64
_At = np.uint64


class Strips(NamedTuple):
    """Into what the lines of planes are cut, and what the windows reach there."""

    n: int  # lines of a plane
    width: int
    height: int  # most lines of a strip
    breadth: int  # most pixels of its lines
    above: int  # number of the row that is line 0
    before: int
    k0: int
    k1: int
    # 0 where both ends of a row may hold anything, 1 where borders repeat pixels which the windows
    # there hold anyway, 2 where they are `cval`
    ends: int
    upright: int  # after so many steps windows have all their rows
    rows: Array  # the source rows that the windows reach, -1 for `cval`


class Step(NamedTuple):
    """How windows grow by one step: from how many copies, and to what."""

    copies: int
    rows: int
    columns: int
    down: Array  # by how many rows each copy is shifted
    right: Array


class Lines(NamedTuple):
    """Lines in a flat array: where the first begins, and how far apart they are."""

    pixels: Array
    first: int
    pitch: int


@jit
def box_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    layout: Array,
    growth: Array,
    cval: Any,
    largest: Any,
) -> bool:
    """Filter lines `start` to `stop` of planes of `n` lines; return True if one of them has a NaN.

    `layout` holds `Strips`, and each row of `growth` a `Step`: an array takes a tenth of the time
    that a tuple takes to reach compiled code.
    """
    strips = _strips(layout)
    n, width, before = strips.n, strips.width, strips.before
    after = strips.k1 - 1 - before
    lanes = _CACHE_LINE // x.itemsize
    size = ((strips.height + strips.k0) * (strips.breadth + strips.k1) // lanes + 4) * lanes
    memory = np.empty(3 * size, x.dtype)
    # strips lie to cache lines as the image does
    origin = lanes + (x.ctypes.data - memory.ctypes.data) % _CACHE_LINE // x.itemsize
    nan = False
    for left in range(0, width, strips.breadth):
        # the columns of the image that this stretch's windows reach
        head = max(left - before, 0)
        span = min(left + strips.breadth + after, width) - head
        number = start
        while number < stop:
            plane = number // n
            i = number - plane * n
            count = _alike(i, min(strips.height, stop - number, n - i), strips)
            goal = number * width + head
            source = Lines(x, goal - strips.above * width, width)
            if i < strips.above or i - strips.above + count + strips.k0 - 1 > n:
                source = Lines(memory, origin, span)
                rows = strips.rows[i : i + count + strips.k0 - 1]
                _gather(source, x, plane * n * width + head, width, rows, cval)
            target = Lines(out, goal, width)
            tall, slot, kept = source, 0, 0 if strips.upright == 0 else -1
            for t in range(len(growth)):
                step = _step(growth, t)
                lines, length = count + strips.k0 - step.rows, span - step.columns + 1
                slot = (slot + 1) % 3
                if slot == kept:
                    slot = (slot + 1) % 3
                grown = Lines(memory, origin + slot * size, span)
                if t == len(growth) - 1:
                    grown = Lines(out, goal + before, width)
                if source.pitch == grown.pitch == span:
                    # between rows lies nothing that counts: the strip is one long line
                    length, lines = (lines - 1) * span + length, 1
                nan |= _compare(grown, source, lines, length, step, largest)
                source = grown
                if t == strips.upright - 1:
                    tall, kept = grown, slot
            if strips.ends:
                # windows of full height hold one or two columns
                pair = 0
                if strips.upright:
                    pair = _step(growth, strips.upright - 1).columns - 1
                _ends(target, tall, span, count, strips, pair, cval, largest)
            number += count
    return nan


def packed_strips(strips: Strips) -> Array:
    return np.concatenate([strips[:-1], strips.rows]).astype(np.int64)


@jit_helper(inline=True)
def _strips(layout: Array) -> Strips:
    n, width, height, breadth, above, before, k0, k1, ends, upright = layout[:10]
    return Strips(n, width, height, breadth, above, before, k0, k1, ends, upright, layout[10:])


def packed_step(rows: int, columns: int, shifts: list[tuple[int, int]]) -> Array:
    """Return a row for a step that makes windows of so many rows and columns."""
    table = np.zeros((2, MOST_COPIES), np.int64)
    table[:, : len(shifts)] = np.transpose(shifts)
    return np.array([len(shifts), rows, columns, *table.ravel()], np.int64)


@jit_helper(inline=True)
def _step(growth: Array, number: int) -> Step:
    row = growth[number]
    return Step(row[0], row[1], row[2], row[3 : 3 + MOST_COPIES], row[3 + MOST_COPIES :])


@jit_helper
def pick(a: Any, b: Any, largest: Any) -> Any:
    if largest is None:
        return min(a, b)
    return max(a, b)


@jit_helper
def _alike(i: int, count: int, strips: Strips) -> int:
    """Return how many rows from `i` on all reach beyond the plane, or all do not."""
    low, high = strips.above, strips.n + strips.above - strips.k0 + 1
    if low >= high or i >= high:
        return count
    return min(count, (low if i < low else high) - i)


@jit_helper(inline=True)
def _gather(strip: Lines, x: Array, first: int, width: int, rows: Array, cval: Any) -> None:
    """Copy the rows of a plane that begins at `first`, as far as the strip is wide."""
    pixels, span = strip.pixels, strip.pitch
    for r in range(rows.size):
        to = strip.first + r * span
        if rows[r] < 0:
            for j in range(span):
                pixels[to + j] = cval
        else:
            copy_line(pixels, to, x, first + rows[r] * width, span)


@jit_helper(inline=True)
def _compare(
    target: Lines,
    source: Lines,
    lines: int,
    length: int,
    step: Step,
    largest: Any,
) -> bool:
    """Write the extreme of three, four, five or seven copies of each of `lines` lines.

    Return whether some sum of the first and the last is NaN: any NaN is the one or the other.
    """
    x, out, pitch = source.pixels, target.pixels, source.pitch
    copies, down, right = step.copies, step.down, step.right
    nan = False
    lanes = _CACHE_LINE // out.itemsize
    # of long lines, the pixels before the first cache line go first
    lead = 0
    if length >= _LONG * lanes:
        lead = -(out.ctypes.data // out.itemsize + target.first) % lanes
    for r in range(lines):
        for part in range(2):
            skip = lead if part else 0
            count = _At(length - lead if part else lead)
            o, first = _At(target.first + r * target.pitch + skip), source.first + r * pitch + skip
            a, b = _At(first), _At(first + down[1] * pitch + right[1])
            c = _At(first + down[2] * pitch + right[2])
            d = _At(first + down[3] * pitch + right[3])
            e = _At(first + down[4] * pitch + right[4])
            f = _At(first + down[5] * pitch + right[5])
            z = _At(first + down[copies - 1] * pitch + right[copies - 1])
            if copies == 3:
                for j in range(count):
                    head, tail = x[a + j], x[z + j]
                    total = head + tail
                    nan |= total != total
                    out[o + j] = pick(pick(head, x[b + j], largest), tail, largest)
            elif copies == 4:
                for j in range(count):
                    head, tail = x[a + j], x[z + j]
                    total = head + tail
                    nan |= total != total
                    best = pick(head, x[b + j], largest)
                    out[o + j] = pick(best, pick(x[c + j], tail, largest), largest)
            elif copies == 5:
                for j in range(count):
                    head, tail = x[a + j], x[z + j]
                    total = head + tail
                    nan |= total != total
                    best = pick(pick(head, x[b + j], largest), tail, largest)
                    out[o + j] = pick(best, pick(x[c + j], x[d + j], largest), largest)
            else:
                for j in range(count):
                    head, tail = x[a + j], x[z + j]
                    total = head + tail
                    nan |= total != total
                    best = pick(pick(head, x[b + j], largest), tail, largest)
                    best = pick(best, pick(x[c + j], x[d + j], largest), largest)
                    out[o + j] = pick(best, pick(x[e + j], x[f + j], largest), largest)
    return nan


@jit_helper(inline=True)
def _ends(
    target: Lines,
    source: Lines,
    span: int,
    count: int,
    strips: Strips,
    pair: int,
    cval: Any,
    largest: Any,
) -> None:
    """Write the windows at the ends of rows that lie at the ends of the image's, one by one.

    The pixels of `source` stand for themselves and, where `pair` is 1, for the next one, too.
    """
    x, out = source.pixels, target.pixels
    before, after = strips.before, strips.k1 - 1 - strips.before
    left = target.first % strips.width
    last = span - 1
    for r in range(count):
        first, goal = source.first + r * source.pitch, target.first + r * target.pitch
        if left == 0:
            a, o = _At(first), _At(goal)
            best = pick(x[a], cval, largest) if strips.ends == 2 else x[a]
            for c in range(_At(after - pair)):
                best = pick(best, x[a + c], largest)
            a += _At(after - pair)
            for p in range(_At(before)):
                best = pick(best, x[a + p], largest)
                out[o + p] = best
        if left + span == strips.width:
            a, o = _At(first + last - pair), _At(goal + last)
            best = pick(x[a], cval, largest) if strips.ends == 2 else x[a]
            for c in range(_At(before - pair)):
                best = pick(best, x[a - c], largest)
            a -= _At(before - pair)
            for p in range(_At(after)):
                best = pick(best, x[a - p], largest)
                out[o - p] = best
