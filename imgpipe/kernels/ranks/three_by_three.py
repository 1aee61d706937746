"""The median of 3 x 3 pixels: one exchange network, written by hand, over whole strips of rows.

The three pixels of a row are sorted once, for all windows that hold them: four rows of output take
six sorted rows, and share what neighbouring windows compare. Short rows, which follow one another
in memory, are one long loop instead. Either way what comes out at both ends of a row is wrong:
these columns are done again, as lines of their own. Strips at the border, where a window reaches
beyond the plane, are copied first.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import holds_nan

# strips at the top and the bottom: a window there may reach beyond the plane, or the array
BORDER_ROWS = 4
_VECTOR_BYTES = 64
_MANY = 64
_At = np.uint64


@jit
def median_3x3(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    table: Array,
    width: int,
    tall: int,
    above: int,
    before: int,
    cval: Any,
) -> bool:
    """Filter the strips `start` to `stop` of planes, and return whether one may hold a NaN."""
    height = out.shape[1] // width
    rows, columns = table[: height + 2], table[height + 2 :]
    strips = strip_count(height, tall)
    most = height if strips == 1 else tall
    lanes = _VECTOR_BYTES // x.itemsize
    pitch = 2 * (most + 2)
    edges = np.empty(4 * pitch + 2 * lanes, x.dtype)
    copy = np.empty(((height if strips == 1 else BORDER_ROWS) + 2) * width + 4, x.dtype)
    nan = False
    for number in range(start, stop):
        plane = number // strips
        strip = number - plane * strips
        top, count = 0, height
        inside = 0 < strip < strips - 1
        if inside:
            top = BORDER_ROWS + (strip - 1) * tall
            count = min(tall, height - BORDER_ROWS - top)
        elif strips > 1:
            count = BORDER_ROWS
            top = 0 if strip == 0 else height - count
        target = out[plane, top * width : (top + count) * width]
        first = (top - above) * width
        source = x[plane]
        if not inside:
            source, first = copy, 2
            _gather(copy[2:], x[plane], rows[top : top + count + 2], width, cval)
        fours = count >= 4 and width >= 2 * lanes
        if fours:
            nan |= _fours(source[first - before :], width, target, count)
        else:
            _medians(source[first - before :], width, target)
        if not (fours and above == before == 1):
            nan |= holds_nan(x[plane], top * width, width, count, width)
        _ends(source[first:], target, width, columns, before, cval, edges, pitch)
    return nan


@jit
def strip_count(height: int, tall: int) -> int:
    """Number of strips of a plane: one if it is low, else two at its border and those between."""
    if height <= max(tall, 2 * BORDER_ROWS):
        return 1
    return 2 + (height - 2 * BORDER_ROWS + tall - 1) // tall


@jit_helper
def _gather(strip: Array, x: Array, rows: Array, width: int, cval: Any) -> None:
    """Copy the rows that the table names, as many at once as follow one another."""
    p = 0
    while p < rows.size:
        run = 1
        if rows[p] < 0:
            strip[p * width : (p + 1) * width] = cval
        else:
            while p + run < rows.size and rows[p + run] == rows[p] + run:
                run += 1
            source = x[rows[p] * width : (rows[p] + run) * width]
            target = strip[p * width : (p + run) * width]
            for j in range(source.size):
                target[j] = source[j]
        p += run


@jit_helper
def _medians(x: Array, pitch: int, out: Array) -> None:
    """Write the medians of the pixels j to j + 2 of three lines that are `pitch` apart."""
    lanes = _VECTOR_BYTES // x.itemsize
    count = out.size
    # whole vectors, aligned where there are many; single pixels at the ends would take longer
    # than one vector more, which overlaps the others
    lead = -(out.ctypes.data // x.itemsize) % lanes if count > _MANY * lanes else 0
    for part in range(3):
        first, length = 0, lanes
        if count < lanes:
            length = count if part == 0 else 0
        elif part == 0:
            first, length = lead, (count - lead) // lanes * lanes
        elif part == 1:
            length = lanes if lead else 0
        else:
            first = count - lanes
            length = lanes if (count - lead) % lanes else 0
        if length == 0:
            continue
        a = x[first : first + length + 2]
        b = x[first + pitch : first + pitch + length + 2]
        c = x[first + 2 * pitch : first + 2 * pitch + length + 2]
        _three_by_three(a, b, c, out[first : first + length])


@jit_helper
def _three_by_three(a: Array, b: Array, c: Array, out: Array) -> None:
    """Sort each column for each of its three windows: less work than to shift small pixels."""
    a1, b1, c1 = a[1:], b[1:], c[1:]
    a2, b2, c2 = a[2:], b[2:], c[2:]
    for j in range(out.size):
        low0, middle0, high0 = sorted_three(a[j], b[j], c[j])
        low1, middle1, high1 = sorted_three(a1[j], b1[j], c1[j])
        low2, middle2, high2 = sorted_three(a2[j], b2[j], c2[j])
        low = max(max(low0, low1), low2)
        middle = max(min(middle0, middle1), min(max(middle0, middle1), middle2))
        high = min(min(high0, high1), high2)
        out[j] = middle_of(low, middle, high)


@jit_helper
def _fours(x: Array, pitch: int, out: Array, count: int) -> bool:
    """Write `count` rows of medians, four or more; the last four may overlap those before.

    Return whether the middle pixel of some box is NaN, or infinities of both signs met.
    """
    lanes = _VECTOR_BYTES // x.itemsize
    nan = False
    for r in range(0, count, 4):
        first = min(r, count - 4) * pitch
        # a vector, aligned ones, a vector: they overlap, which costs less than single pixels
        lead = -(out.ctypes.data // x.itemsize + first) % lanes
        whole = (pitch - lead) // lanes * lanes
        for part in range(3):
            skip = lead if part == 1 else part // 2 * (pitch - lanes)
            size = whole if part == 1 else lanes
            if part == 1 or (part == 0 and lead) or (part == 2 and lead + whole < pitch):
                nan |= _four(x, first + skip, pitch, out, size)
    return nan


@jit_helper
def _four(x: Array, first: int, pitch: int, out: Array, count: int) -> bool:
    """Write `count` medians on each of four rows; return whether a middle pixel may be NaN."""
    nan = False
    a, b, c = _At(first), _At(first + pitch), _At(first + 2 * pitch)
    d, e, f = _At(first + 3 * pitch), _At(first + 4 * pitch), _At(first + 5 * pitch)
    for i in range(_At(count)):
        j, k = i + _At(1), i + _At(2)
        low0, middle0, high0 = sorted_three(x[a + i], x[a + j], x[a + k])
        low1, middle1, high1 = sorted_three(x[b + i], x[b + j], x[b + k])
        low2, middle2, high2 = sorted_three(x[c + i], x[c + j], x[c + k])
        low3, middle3, high3 = sorted_three(x[d + i], x[d + j], x[d + k])
        low4, middle4, high4 = sorted_three(x[e + i], x[e + j], x[e + k])
        low5, middle5, high5 = sorted_three(x[f + i], x[f + j], x[f + k])
        total = x[b + j] + x[c + j] + x[d + j] + x[e + j]
        nan |= total != total
        low, high = max(low1, low2), min(high1, high2)
        less, more = min(middle1, middle2), max(middle1, middle2)
        above = max(less, min(more, middle0))
        below = max(less, min(more, middle3))
        out[a + i] = middle_of(max(low, low0), above, min(high, high0))
        out[b + i] = middle_of(max(low, low3), below, min(high, high3))
        low, high = max(low3, low4), min(high3, high4)
        less, more = min(middle3, middle4), max(middle3, middle4)
        above = max(less, min(more, middle2))
        below = max(less, min(more, middle5))
        out[c + i] = middle_of(max(low, low2), above, min(high, high2))
        out[d + i] = middle_of(max(low, low5), below, min(high, high5))
    return nan


@jit_helper
def sorted_three(a: Any, b: Any, c: Any) -> Any:
    low, high = min(a, b), max(a, b)
    rest = max(low, c)
    return min(low, c), min(high, rest), max(high, rest)


@jit_helper
def middle_of(low: Any, middle: Any, high: Any) -> Any:
    """Median of nine: of the largest low, the median middle and the smallest high of triples."""
    return max(min(low, middle), min(max(low, middle), high))


@jit_helper
def _ends(
    x: Array,
    out: Array,
    width: int,
    columns: Array,
    before: int,
    cval: Any,
    edges: Array,
    pitch: int,
) -> None:
    """Do the columns at both ends of the rows again, from the columns that their windows cover."""
    count = out.size // width
    left = 0 if before else max(width - 2, 0)
    right = width - 1 if before < 2 else min(1, width - 1)
    half = count + 2
    _two_windows(x, edges, pitch, half, width, columns[left : left + 3], columns[right : right + 3])
    for k in range(3):
        line = edges[k * pitch : k * pitch + 2 * half]
        if columns[left + k] < 0:
            line[:half] = cval
        if columns[right + k] < 0:
            line[half:] = cval
    lanes = _VECTOR_BYTES // x.itemsize
    result = edges[3 * pitch : 3 * pitch + (2 * half + lanes - 3) // lanes * lanes]
    _medians(edges, pitch, result)
    a, b = out[left:], out[right:]
    for t in range(count):
        a[t * width] = result[t]
        b[t * width] = result[half + t]


@jit_helper
def _two_windows(
    x: Array, edges: Array, pitch: int, rows: int, width: int, left: Array, right: Array
) -> None:
    """Copy the columns of two windows into three lines; a column that is not there, anyhow."""
    a0, a1, a2 = x[max(left[0], 0) :], x[max(left[1], 0) :], x[max(left[2], 0) :]
    b0, b1, b2 = x[max(right[0], 0) :], x[max(right[1], 0) :], x[max(right[2], 0) :]
    to0, to1, to2 = edges, edges[pitch:], edges[2 * pitch :]
    # row by row: what a row needs lies in one or two cache lines
    for t in range(rows):
        at = t * width
        to0[t], to1[t], to2[t] = a0[at], a1[at], a2[at]
        to0[rows + t], to1[rows + t], to2[rows + t] = b0[at], b1[at], b2[at]
