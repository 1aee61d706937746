"""Separable filters: across rows into a line, borders at its ends, then along the line.

No padded copy of the image is made: rows beyond the border are copied only for the few rows of
output that need them, columns beyond it are written at the ends of a line.
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit
from imgpipe.kernels._taps import across, along, not_finite, reach_of

# rows of output that share one copy of the rows beyond a border
_TALL = 8


@jit
def filter_rows(
    start: int,
    stop: int,
    x: Array,
    out: Array,
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
    """Filter rows `start` to `stop` of planes (outer, n, width); True if a result is not finite.

    `table` holds the source row of each entry, then the source columns; entries `above` and
    `before` are those of row and column 0. `edge` is what `cval` gives across rows, `taps` are
    those across rows and those along them.
    """
    n, width = x.shape[1], x.shape[2]
    scratch = _scratch(x, width, breadth, taps)
    flat, results = x.reshape(x.size), out.reshape(out.size)
    found = False
    number = start
    while number < stop:
        k = number // n
        i = number - k * n
        count = min(n - i, stop - number)
        plane = k * n * width
        found |= _filter_plane(
            i,
            i + count,
            flat,
            plane,
            results,
            plane,
            n,
            width,
            cval,
            table,
            above,
            before,
            breadth,
            edge,
            taps,
            low,
            high,
            scratch,
        )
        number += count
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
    scratch = _scratch(sums, width, breadth, taps)
    found = False
    number = start
    while number < stop:
        k = number // depth
        i = number - k * depth
        count = min(2, depth - i, stop - number)
        if i >= ahead and i + 2 * reach + 1 - ahead < depth:
            across(flat, (number - ahead) * area, area, first_taps, area, sums, 0, area)
        else:
            volume = k * depth * area
            gather(flat, volume, area, planes, i, planes.size, 2 * reach + 2, area, cval, patch)
            across(patch, 0, area, first_taps, area, sums, 0, area)
        for s in range(count):
            found |= _filter_plane(
                0,
                n,
                sums,
                s * area,
                results,
                (number + s) * area,
                n,
                width,
                edge,
                table,
                above,
                before,
                breadth,
                last_edge,
                taps,
                low,
                high,
                scratch,
            )
        number += count
    return found


@jit
def _scratch(x: Array, width: int, breadth: int, taps: Any) -> Any:
    """Two lines for sums across rows, one for those along them, and room for copied rows."""
    pitch = min(width, breadth) + 2 * reach_of(taps[1])
    rows = _TALL + 2 * reach_of(taps[0]) + 1
    lines, sums = np.full(2 * pitch, taps[0][0]), np.full(pitch, taps[0][0])
    return lines, sums, np.empty(rows * min(width, pitch), x.dtype)


@jit
def _filter_plane(
    start: int,
    stop: int,
    flat: Array,
    origin: int,
    out: Array,
    target: int,
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
    scratch: Any,
) -> bool:
    """Filter rows of the plane at ``flat[origin]`` into that at ``out[target]``."""
    lines, sums, patch = scratch
    reach, ends = reach_of(taps[0]), 2 * reach_of(taps[1])
    pitch = lines.size // 2
    found = False
    for left in range(0, width, breadth):
        wide = min(breadth, width - left)
        lo, hi = max(left - before, 0), min(left + wide + ends - before, width)
        at, size = lo + before - left, hi - lo
        i = start
        while i < stop:
            inside = i >= above and i + 2 * reach + 1 - above < n
            if inside:
                first, step = origin + (i - above) * width + lo, width
                end = min(stop, n - 1 - 2 * reach + above)
            else:
                first, step = 0, size
                end = min(stop, i + _TALL, above if i < above else n)
                count = end - i + 2 * reach + 1
                gather(flat, origin + lo, width, table, i, n + 2 * reach, count, size, cval, patch)
            while i < end:
                if inside:
                    across(flat, first, step, taps[0], size, lines, at, pitch + at)
                else:
                    across(patch, first, step, taps[0], size, lines, at, pitch + at)
                for s in range(min(2, end - i)):
                    line, row = s * pitch, target + (i + s) * width + left
                    p = n + 2 * reach + left
                    _fill_ends(lines, line, table, p, 0, at, before - left, edge)
                    _fill_ends(lines, line, table, p, at + size, wide + ends, before - left, edge)
                    along(lines, line, 1, taps[1], wide, sums, out, row, low, high)
                    if low is None:
                        found |= not_finite(out, row, wide)
                first += 2 * step
                i += 2
            i = end
    return found


@jit
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
            line[:] = flat[origin + row * pitch : origin + row * pitch + size]


@jit
def _fill_ends(
    lines: Array, line: int, table: Array, first: int, p: int, stop: int, shift: int, edge: Any
) -> None:
    """Write entries `p` to `stop` of a line, which lie beyond the border."""
    while p < stop:
        c = table[first + p]
        lines[line + p] = edge if c < 0 else lines[line + c + shift]
        p += 1
