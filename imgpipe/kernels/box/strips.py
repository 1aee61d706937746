"""The moving average of long rows: strips of rows are summed down the columns, then along the rows.

Whole numbers slide: a sum of rows is the one above, plus the row that enters, less the one that
leaves. Floats would keep the rounding errors, and any NaN, of pixels that have left the window:
each of their sums adds up the rows of its own window only. Along the rows windows grow.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.box.borders import fill_sides, sum_named_rows
from imgpipe.kernels.box.rounding import Block, Parts, write_means
from imgpipe.kernels.box.sums import (
    Rows,
    add_row,
    add_row_to,
    add_three,
    add_two,
    put_row,
    slide_rows,
    sum_neighbours,
)
from imgpipe.kernels.plans.dtypes import Array

# sums of more rows than this are made of sums over blocks of rows
_DIRECT = 9


class Strips(NamedTuple):
    """How planes of `n` rows of `stride` pixels are cut into strips, and what windows reach.

    A strip has up to `height` rows of up to `breadth` pixels. Windows have `k0` rows, `above` of
    them above their pixel, and `k1` columns, `before` of them before it; `rows` and `columns` are
    the source indices that they reach, -1 for what lies `outside`. Along a row windows grow by
    the steps of the `chain`.
    """

    n: int
    stride: int
    breadth: int
    height: int
    k0: int
    above: int
    k1: int
    before: int
    rows: Array
    columns: Array
    chain: Array
    outside: Array


class Places(NamedTuple):
    """Where sums lie in a line: those of a strip from `origin` on, each row `pitch` cells after the
    one above, and those of each step of the chain `size` cells after those of the step before.
    """

    origin: int
    pitch: int
    size: int


@jit
def strip_lines(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    layout: tuple[Any, ...],
    border: Array,
    whole: Any,
    real: Any,
    rounding: tuple[Any, ...],
) -> int:
    """Filter lines `begin` to `end` of the flat `x`; return 1 if a float is not finite.

    `layout` holds the fields of `Strips`, `rounding` those of `Rounding`, `border` the sum of a
    column outside. One of `whole` and `real` is None, and what belongs to it is not compiled.
    """
    # a plain tuple reaches this loop a microsecond faster than a named one
    strips = Strips(*layout)
    k0, k1 = strips.k0, strips.k1
    # each row of a strip lies `pitch` cells after the one above
    pitch = (strips.breadth + k1 + 30) // 32 * 32
    # one row more, for shifts, and room for those of the last row
    size = (strips.height + 1) * pitch + (k1 + 63) // 32 * 32
    line = np.zeros(len(strips.chain) * size + size + 64, border.dtype)
    # sums over the rest of a block of rows, from each of its rows on, and over the next one so far
    blocks = np.empty((k0 + 1) * pitch if k0 > _DIRECT else 0, border.dtype)
    # the first sum of a row lies at the start of a cache line
    origin = pitch + -line.ctypes.data % 64 // line.itemsize + -strips.before % 32
    places = Places(origin, pitch, size)
    return _filter(begin, end, x, out, strips, line, places, blocks, border, whole, real, rounding)


@jit_helper(counts=False)
def _filter(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    strips: Strips,
    line: Array,
    places: Places,
    blocks: Array,
    border: Array,
    whole: Any,
    real: Any,
    rounding: tuple[Any, ...],
) -> int:
    """Filter lines, with a `line` for the sums of a strip and its windows, and one for `blocks`."""
    n, stride, k1, before = strips.n, strips.stride, strips.k1, strips.before
    origin, pitch = places.origin, places.pitch
    found = 0
    for left in range(0, stride, strips.breadth):
        width = min(strips.breadth, stride - left)
        # the columns of the image that this stretch's windows reach
        head = max(left - before, 0)
        span = min(left + width + k1 - 1 - before, stride) - head
        top = origin + head - left + before
        number = begin
        while number < end:
            first = number % n
            count = min(strips.height, end - number, n - first)
            source = Rows((number - first) * stride + head, stride, span)
            if whole is not None:
                _slide(line, top, pitch, x, source, strips, first, count,
                       number == begin or first == 0)  # fmt: skip
            if real is not None:
                _sum(line, top, pitch, blocks, x, source, strips, first, count,
                     number == begin)  # fmt: skip
            fill_sides(line, origin, pitch, count, top - origin, span, strips.columns[left:], head,
                       width + k1 - 1, border)  # fmt: skip
            # five loads cost less than a pass over the strip and three
            five = k1 == 5
            if five:
                parts = (origin, origin + 1, origin + 2, origin + 3, origin + 4)
            else:
                parts = _grow(line, places, strips.chain, count * pitch)
            block = Block(number * stride + left, stride, count, width)
            found |= write_means(line, parts, five, pitch, out, block, *rounding)
            number += count
    return found


@jit_helper(counts=False)
def _slide(
    line: Array,
    top: int,
    pitch: int,
    x: Array,
    source: Rows,
    strips: Strips,
    first: int,
    count: int,
    fresh: bool,
) -> None:
    """Write the sums of rows of a strip, each out of the one above, the first out of the last."""
    n, k0, above, rows, outside = strips.n, strips.k0, strips.above, strips.rows, strips.outside
    base, stride, width = source.base, source.stride, source.width
    done, last = 0, top + (strips.height - 1) * pitch
    if k0 == 1:
        for r in range(count):
            put_row(line, top + r * pitch, x, base + (first + r) * stride, width)
        return
    if fresh:
        sum_named_rows(line, top, x, source, rows, first, k0, outside)
        done, last = 1, top
    while done < count:
        to, leaving = top + done * pitch, first + done - 1 - above
        old = base + leaving * stride
        if leaving >= 0 and leaving + k0 < n:
            run = min(count - done, n - k0 - leaving)
            slide_rows(line, to, last, pitch, x, old + k0 * stride, x, old, stride, run, width)
        else:
            run = 1
            enters, leaves = rows[first + done + k0 - 1], rows[first + done - 1]
            new = base + enters * stride if enters >= 0 else 0
            old = base + leaves * stride if leaves >= 0 else 0
            entering, left = x if enters >= 0 else outside, x if leaves >= 0 else outside
            slide_rows(line, to, last, pitch, entering, new, left, old, stride, run, width)
        done += run
        last = top + (done - 1) * pitch


@jit_helper(counts=False)
def _sum(
    line: Array,
    top: int,
    pitch: int,
    blocks: Array,
    x: Array,
    source: Rows,
    strips: Strips,
    first: int,
    count: int,
    fresh: bool,
) -> None:
    """Write the sums of rows of a strip, each of its own rows only."""
    n, k0, above = strips.n, strips.k0, strips.above
    done = 0
    while done < count:
        i = first + done
        to = top + done * pitch
        run = 1
        if k0 > _DIRECT:
            _sum_by_blocks(line, to, blocks, pitch, x, source, strips, i, fresh and done == 0)
        elif i >= above and i - above + k0 <= n:
            run = min(count - done, n - k0 - i + above + 1)
            sum_neighbours(line, to, pitch, x, source, i - above, k0, run)
        else:
            sum_named_rows(line, to, x, source, strips.rows, i, k0, strips.outside)
        done += run


@jit_helper(counts=False)
def _sum_by_blocks(
    line: Array,
    to: int,
    blocks: Array,
    pitch: int,
    x: Array,
    source: Rows,
    strips: Strips,
    i: int,
    fresh: bool,
) -> None:
    """Write the sum of `k0` rows: the rest of one block of `k0` rows and the start of the next.

    Blocks begin at multiples of `k0`, so that bands for several threads give the same sums.
    """
    k0, rows, outside, width = strips.k0, strips.rows, strips.outside, source.width
    none, one = np.int64(0), np.int64(1)
    r = i % k0
    if fresh or r == 0:
        last = (k0 - 1) * pitch
        sum_named_rows(blocks, last, x, source, rows, i - r + k0 - 1, one, outside)
        for t in range(k0 - 2, -1, -1):
            row, here = rows[i - r + t], t * pitch
            if row >= 0:
                row = source.base + row * source.stride
                add_row_to(blocks, here, here + pitch, x, row, width)
            else:
                add_row_to(blocks, here, here + pitch, outside, none, width)
    if r == 0:
        put_row(line, to, blocks, none, width)
        return
    ahead = k0 * pitch
    for t in range(1 if fresh else r, r + 1):
        row = rows[i - r + k0 - 1 + t]
        if t == 1:
            sum_named_rows(blocks, ahead, x, source, rows, i - r + k0, one, outside)
        elif row >= 0:
            add_row(blocks, ahead, x, source.base + row * source.stride, width)
        else:
            add_row(blocks, ahead, outside, none, width)
    put_row(line, to, blocks, r * pitch, width)
    add_row(line, to, blocks, ahead, width)


@jit_helper(counts=False)
def _grow(line: Array, places: Places, chain: Array, cells: int) -> Parts:
    """Grow windows along the rows up to the last step; return where the three parts of that begin.

    Where a window has fewer than three parts, the others are zeros.
    """
    steps, size = len(chain) - 1, places.size
    for s in range(steps):
        q, third = chain[s, 0], chain[s, 1]
        a = s * size + places.origin
        if third < 0:
            add_two(line, a + size, a, a + q, cells)
        else:
            c = third * size + places.origin + 2 * q
            add_three(line, a + size, a, a + q, c, cells)
    a = steps * size + places.origin
    b = c = len(chain) * size
    q, third = chain[steps, 0], chain[steps, 1]
    if q:
        b = a + q
    if third >= 0:
        c = third * size + places.origin + 2 * q
    return a, b, c, c, c
