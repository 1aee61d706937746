"""The median of 3 x 3 pixels of small images: each, with the rows around it, is one long line.

Each pixel is sorted with its two neighbours along the row once, then the triples of three rows are
merged. Along the line the first and the last pixel of a row have neighbours in other rows: what
lies beyond the border takes the place of these.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.ranks.strips import aligned_empty
from imgpipe.kernels.ranks.three_by_three import middle_of, sorted_three
from imgpipe.kernels.windows.copies import copy_with_rows

# an image and the rows around it: five lines like it fit into the first-level cache
_MOST_BYTES, _MOST_PIXELS = 1 << 13, 1 << 12
# pixels before and after a line, where shifts of it lead
_MARGIN = 64
# from line to line; LLVM checks three lines at fixed distances as one for overlaps, and gives up
# on a loop where there are many
_STEP = _MOST_PIXELS + 4 * _MARGIN
# which pixels are the first and the last of their row
_FIRST, _LAST = 1, 2
_At = np.uint64


def suits_small(height: int, width: int, itemsize: int) -> bool:
    """Tell whether planes are so small that the loops of images would cost more."""
    pixels = (height + 2) * width
    return pixels <= _MOST_PIXELS and pixels * itemsize <= _MOST_BYTES and width <= _MARGIN


def marks_of_ends(height: int, width: int, itemsize: int) -> Array:
    """Return where the ends of rows lie, in a plane and the rows around it, and a few more."""
    pixels = (height + 2) * width
    # whole vectors: what is left over would be sorted one by one
    column = np.arange(-(-pixels // _MARGIN) * _MARGIN) % width
    first, last = column == 0, column == width - 1
    return (_FIRST * first + _LAST * last).astype(f"u{itemsize}")


@jit
def small_median_3x3(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    table: Array,
    height: int,
    width: int,
    cval: Any,
    marks: Array,
) -> bool:
    """Filter the planes `start` to `stop` of flat arrays, and return whether one holds a NaN.

    `table` holds the source rows that the windows reach, then the source columns, -1 for `cval`.
    """
    rows, columns = table[: height + 2], table[height + 2 :]
    memory = aligned_empty(5 * _STEP, x)
    # the plane's own rows start where a vector does, with room for a shift by a row before them
    plane, edge, low = 2 * _MARGIN - width % _MARGIN, _STEP + _MARGIN, 2 * _STEP + _MARGIN
    for j in range(marks.size):
        memory[edge + j] = cval
    # what lies beyond the ends of rows: the plane itself, shifted, or the line of `cval`
    left, right = plane + columns[0], plane + columns[width + 1] - width + 1
    if columns[0] < 0:
        left = edge
    if columns[width + 1] < 0:
        right = edge
    nan = False
    above = np.int64(1)
    for number in range(start, stop):
        first = number * height * width
        nan |= copy_with_rows(x, first, height, width, rows, above, cval, memory, plane)
        _sort_along(memory, plane, left, right, marks, low)
        _merge_rows(memory, low, width, out, first, height * width)
    return nan


@jit_helper
def _sort_along(memory: Array, plane: int, left: int, right: int, marks: Array, low: int) -> None:
    """Write the low, middle and high one of each pixel and its neighbours to three lines."""
    a, b, c = _At(plane - 1), _At(plane), _At(plane + 1)
    p, q = _At(left), _At(right)
    lowest, middle, highest = _At(low), _At(low + _STEP), _At(low + 2 * _STEP)
    for j in range(_At(marks.size)):
        first, last = marks[j] & _FIRST != 0, marks[j] & _LAST != 0
        before = _where(first, memory[p + j], memory[a + j])
        after = _where(last, memory[q + j], memory[c + j])
        least, median, most = sorted_three(before, memory[b + j], after)
        memory[lowest + j] = least
        memory[middle + j] = median
        memory[highest + j] = most


@jit_helper
def _merge_rows(memory: Array, low: int, width: int, out: Array, to: int, count: int) -> None:
    """Write the median of each three sorted triples, one below another."""
    o, a, b, c = _At(to), _At(low), _At(low + _STEP), _At(low + 2 * _STEP)
    d, e = _At(width), _At(2 * width)
    for j in range(_At(count)):
        least = max(max(memory[a + j], memory[a + d + j]), memory[a + e + j])
        most = min(min(memory[c + j], memory[c + d + j]), memory[c + e + j])
        x, y, z = memory[b + j], memory[b + d + j], memory[b + e + j]
        middle = max(min(x, y), min(max(x, y), z))
        out[o + j] = middle_of(least, middle, most)


@jit_helper
def _where(choice: bool, value: Any, other: Any) -> Any:
    """Return one of two values, both of which were looked up: no branch, then."""
    return value if choice else other
