"""Strips: rows of an image with their borders, side by side in one line.

On such a line a filter along a column is a shift by the strip's pitch and one along a row a shift
by 1, so a whole strip is one long loop, for small images as for large ones.
"""

from typing import Any

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit
from imgpipe.kernels._windows import Pass

# bytes of one strip: a few of them fit into a core's own cache
_STRIP_BYTES = 1 << 17
_BREADTH = 4096


def strip_shape(step: Pass, itemsize: int) -> tuple[int, int]:
    """Rows and columns of output that one strip yields."""
    breadth = min(step.shape[2], _BREADTH)
    height = _STRIP_BYTES // itemsize // (breadth + step.k1 - 1)
    # a strip has k0 - 1 rows that its neighbour has too
    return min(max(height, 2 * step.k0), step.shape[1]), breadth


@jit
def fill(
    x: Array,
    plane: int,
    rows: Array,
    above: int,
    first: int,
    count: int,
    columns: Array,
    before: int,
    left: int,
    pitch: int,
    cval: Any,
    strip: Array,
) -> None:
    """Copy `count` rows from entry `first` of the index table on, columns from entry `left` on.

    `above` and `before` are the entries of row 0 and column 0.
    """
    for r in range(count):
        row = rows[first + r]
        if row >= 0 and row == first + r - above:
            _fill_row(x[plane, row], columns, before, left, cval, strip[r * pitch :], pitch)
    # rows beyond the border are mostly those of the strip once more
    for r in range(count):
        row = rows[first + r]
        if row >= 0 and row == first + r - above:
            continue
        line = strip[r * pitch : (r + 1) * pitch]
        again = row + above - first
        if row < 0:
            for j in range(pitch):
                line[j] = cval
        elif 0 <= again < count:
            copy(line, strip[again * pitch :], pitch)
        else:
            _fill_row(x[plane, row], columns, before, left, cval, line, pitch)


@jit
def _fill_row(
    source: Array, columns: Array, before: int, left: int, cval: Any, line: Array, pitch: int
) -> None:
    low = max(left, before)
    high = max(low, min(left + pitch, before + source.size))
    copy(line[low - left :], source[low - before :], high - low)
    for p in range(left, min(before, left + pitch)):
        line[p - left] = cval if columns[p] < 0 else source[columns[p]]
    for p in range(max(before + source.size, left), left + pitch):
        line[p - left] = cval if columns[p] < 0 else source[columns[p]]


# a function of its own: within the loops over rows it would not be vectorised
@jit
def copy(out: Array, a: Array, count: int) -> None:
    """Copy the first `count` values, with the conversion that the dtypes imply."""
    for j in range(count):
        out[j] = a[j]


@jit
def fill_as(
    x: Array,
    plane: int,
    rows: Array,
    above: int,
    first: int,
    count: int,
    columns: Array,
    before: int,
    left: int,
    pitch: int,
    cval: Any,
    pixels: Array,
    strip: Array,
) -> None:
    """Fill a strip of another dtype by way of `pixels`, since short rows convert slowly."""
    fill(x, plane, rows, above, first, count, columns, before, left, pitch, cval, pixels)
    copy(strip, pixels, count * pitch)
