"""Separable filters: across rows into a line, borders at its ends, then along the line.

No padded copy of the image is made: rows beyond the border are copied only for the few rows of
output that need them, columns beyond it are written at the ends of a line.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.separable.taps import across, along, reach_of

# rows of output that share one copy of the rows beyond a border
_TALL = 8


@jit
def filter_rows(
    start: int,
    stop: int,
    flat: Array,
    out: Array,
    n: int,
    width: int,
    cval: Any,
    table: Array,
    above: int,
    before: int,
    breadth: int,
    edge: Any,
    taps: Any,
    low: Any,
    high: Any,
) -> bool:
    """Filter rows `start` to `stop` of planes of `n` rows; True if a result is not finite.

    `table` holds the source row of each entry, then the source columns; entries `above` and
    `before` are those of row and column 0. `edge` is what `cval` gives across rows, `taps` are
    those across rows and those along them.
    """
    reach, ends = reach_of(taps[0]), 2 * reach_of(taps[1])
    pitch = min(width, breadth) + ends
    # two lines for sums across rows, one for those along them, and room for copied rows
    lines, sums = np.full(2 * pitch, edge), np.full(pitch, edge)
    patch = np.empty((_TALL + 2 * reach + 1) * min(width, pitch), flat.dtype)
    found = False
    for left in range(0, width, breadth):
        wide = min(breadth, width - left)
        lo, hi = max(left - before, 0), min(left + wide + ends - before, width)
        at, size = lo + before - left, hi - lo
        number = start
        while number < stop:
            i = number % n
            plane = (number - i) * width
            inside = i >= above and i + 2 * reach + 1 - above < n
            if inside:
                pixels, first, step = flat, plane + (i - above) * width + lo, width
                end = min(i + stop - number, n - 1 - 2 * reach + above)
            else:
                pixels, first, step = patch, 0, size
                end = min(i + stop - number, n, i + _TALL, above if i < above else n)
                count = end - i + 2 * reach + 1
                gather(flat, plane + lo, width, table, i, n + 2 * reach, count, size, cval, patch)
            number += end - i
            while i < end:
                across(pixels, first, step, taps[0], size, lines, at, pitch + at)
                for s in range(min(2, end - i)):
                    line, row = s * pitch, plane + (i + s) * width + left
                    p = n + 2 * reach + left
                    _fill_ends(lines, line, table, p, np.int64(0), at, before - left, edge)
                    _fill_ends(lines, line, table, p, at + size, wide + ends, before - left, edge)
                    found |= along(lines, line, 1, taps[1], wide, sums, out, row, low, high)
                first += 2 * step
                i += 2
    return found


@jit
def filter_volumes(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    planes: Array,
    ahead: int,
    first_taps: Any,
    cval: Any,
    edge: Any,
    table: Array,
    above: int,
    before: int,
    breadth: int,
    last_edge: Any,
    taps: Any,
    low: Any,
    high: Any,
) -> bool:
    """Filter planes `start` to `stop` of volumes (outer, depth, n, width) along all three axes.

    Two planes at a time are summed across planes; what follows is `filter_rows`.
    """
    depth, n, width = x.shape[1], x.shape[2], x.shape[3]
    area = n * width
    reach = reach_of(first_taps)
    sums = np.full(2 * area, edge)
    flat, results = x.reshape(x.size), out.reshape(out.size)
    patch = np.empty((2 * reach + 2) * area, x.dtype)
    found = False
    number = start
    while number < stop:
        k = number // depth
        i = number - k * depth
        count = min(2, depth - i, stop - number)
        if i >= ahead and i + 2 * reach + 1 - ahead < depth:
            pixels, first = flat, (number - ahead) * area
        else:
            volume = k * depth * area
            gather(flat, volume, area, planes, i, planes.size, 2 * reach + 2, area, cval, patch)
            pixels, first = patch, 0
        across(pixels, first, area, first_taps, area, sums, 0, area)
        found |= filter_rows(0, count * n, sums, results[number * area :], n, width, edge, table,
                             above, before, breadth, last_edge, taps, low, high)  # fmt: skip
        number += count
    return found


@jit_helper
def gather(
    flat: Array,
    origin: int,
    pitch: int,
    table: Array,
    first: int,
    entries: int,
    count: int,
    size: int,
    cval: Any,
    patch: Array,
) -> None:
    """Copy `size` values of the rows that `count` entries of the table name, from `first` on."""
    for r in range(count):
        # the window of the row below the last one reads one row more, and is not used
        row = table[min(first + r, entries - 1)]
        line = patch[r * size : (r + 1) * size]
        if row < 0:
            line[:] = cval
        else:
            # assigned at once, it would take seconds more to compile
            pixels = flat[origin + row * pitch : origin + row * pitch + size]
            for j in range(size):
                line[j] = pixels[j]


@jit_helper
def _fill_ends(
    lines: Array, line: int, table: Array, first: int, p: int, stop: int, shift: int, edge: Any
) -> None:
    """Write entries `p` to `stop` of a line, which lie beyond the border."""
    while p < stop:
        c = table[first + p]
        lines[line + p] = edge if c < 0 else lines[line + c + shift]
        p += 1
