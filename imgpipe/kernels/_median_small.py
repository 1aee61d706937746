"""The median of 3 x 3 pixels of small images: some of them, with their borders, are one long line.

Along that line a shift by a row is a step down. The three pixels of each column are sorted once,
then neighbouring columns are merged; what comes out between rows is left behind.
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import inner, jit
from imgpipe.kernels._median_nine import middle_of, sorted_three
from imgpipe.kernels._median_strips import room

# bytes of the images that are filtered together: four lines like them fit into the first cache
_GROUP_BYTES = 1 << 13
# rows are copied in multiples of so many pixels: a few more cost less than a vector cut short
_CHUNK = 16
_At = np.uint64


def suits_small(height: int, width: int, itemsize: int) -> bool:
    """Tell whether planes are so small that the loops of images would cost more."""
    return (height + 2) * (width + 2) * itemsize <= _GROUP_BYTES


def planes_together(height: int, width: int, itemsize: int) -> int:
    """Return how many planes are filtered together."""
    return max(1, _GROUP_BYTES // ((height + 2) * (width + 2) * itemsize))


@jit
def small_nine(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    table: Array,
    height: int,
    width: int,
    before: int,
    cval: Any,
    group: int,
) -> bool:
    """Filter the planes `start` to `stop` of flat arrays, and return whether one may hold a NaN.

    `table` holds the source rows that the windows reach, then the source columns, -1 for `cval`.
    """
    rows, columns = table[: height + 2], table[height + 2 :]
    size, pitch = height * width, width + 2
    area = rows.size * pitch
    step = (group * area + 63) // 64 * 64 + 64
    memory = room(4 * step, x)
    for j in range(step):
        memory[j] = cval
    nan = False
    for number in range(start, stop, group):
        count = min(group, stop - number)
        for p in range(count):
            _with_borders(memory, p * area, x, (number + p) * size, rows, columns, width, before,
                          cval)  # fmt: skip
        cells = count * area - 2 * pitch
        nan |= _sort_columns(memory, step, pitch, cells)
        _merge_columns(memory, step, cells - 2)
        for p in range(count):
            for r in range(height):
                to = (number + p) * size + r * width
                near_end = to + width + _CHUNK > (number + count) * size
                _copy_row(memory, p * area + r * pitch, out, to, width, near_end)
    return nan


@inner
def _with_borders(
    memory: Array,
    to: int,
    x: Array,
    plane: int,
    rows: Array,
    columns: Array,
    width: int,
    before: int,
    cval: Any,
) -> None:
    """Copy a plane with the rows and columns around it."""
    for r in range(rows.size):
        line, first = to + r * columns.size, plane + rows[r] * width
        if rows[r] < 0:
            memory[line : line + columns.size] = cval
            continue
        _copy_row(x, first, memory, line + before, width, first + width + _CHUNK > x.size)
        for p in range(before):
            memory[line + p] = x[first + columns[p]] if columns[p] >= 0 else cval
        for p in range(before + width, columns.size):
            memory[line + p] = x[first + columns[p]] if columns[p] >= 0 else cval


@inner
def _copy_row(x: Array, first: int, out: Array, to: int, width: int, exactly: bool) -> None:
    """Copy a row and, unless `exactly`, what follows: the next row is written after it."""
    a, o = _At(first), _At(to)
    for j in range(_At(width if exactly else (width + _CHUNK - 1) // _CHUNK * _CHUNK)):
        out[o + j] = x[a + j]


@inner
def _sort_columns(memory: Array, step: int, pitch: int, count: int) -> bool:
    """Write the low, middle and high pixel of each column to the lines after the first.

    Return whether the sum of a highest and a lowest row is NaN: it is where a pixel is.
    """
    nan = False
    b, c = _At(pitch), _At(2 * pitch)
    low, middle, high = _At(step), _At(2 * step), _At(3 * step)
    for j in range(_At(count)):
        total = memory[j] + memory[c + j]
        nan |= total != total
        one, two, three = sorted_three(memory[j], memory[b + j], memory[c + j])
        memory[low + j] = one
        memory[middle + j] = two
        memory[high + j] = three
    return nan


@inner
def _merge_columns(memory: Array, step: int, count: int) -> None:
    """Write the median of each three sorted columns to the first line."""
    low, middle, high = _At(step), _At(2 * step), _At(3 * step)
    for j in range(_At(count)):
        k, m = j + _At(1), j + _At(2)
        least = max(max(memory[low + j], memory[low + k]), memory[low + m])
        most = min(min(memory[high + j], memory[high + k]), memory[high + m])
        a, b, c = memory[middle + j], memory[middle + k], memory[middle + m]
        memory[j] = middle_of(least, max(min(a, b), min(max(a, b), c)), most)
