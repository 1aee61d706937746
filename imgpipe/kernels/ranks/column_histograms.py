"""The median of large 2-D boxes of 8-bit pixels, in a time that does not depend on their size.

Each column of the window keeps a cumulative histogram: how many of its pixels are no larger than
each level. They are moved down by one row, then the window's own histogram along that row by adding
one column and taking one away (Perreault and Hebert, "Median filtering in constant time", IEEE TIP
2007). Since it is cumulative, 64 levels of it around the median are enough, and the median is their
count of entries that are not above half the cells: plain loops over neighbouring levels, which are
vector instructions. Only where the median leaves those levels are they summed anew.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.padding import padded
from imgpipe.kernels.windows.window import Window

_SPAN = 64
# columns side by side: their histograms, 256 bytes each, stay in a core's own cache
_CHUNK = 1024


def counts_columns(window: Window, dtype: np.dtype[Any]) -> bool:
    """True where `column_median` can filter: columns are counted in 8 bits, windows in 16."""
    if dtype.itemsize != 1 or window.footprint is not None or len(window.sizes) < 2:
        return False
    flat = all(k == 1 for k in window.sizes[:-2])
    return flat and window.sizes[-2] < 2**8 and window.count < 2**16


def column_median(image: Array, window: Window, cval: Any, out: Array) -> None:
    """Write the upper median of every window of an 8-bit image."""
    source = padded(image, window, cval)
    signed = image.dtype.kind == "i"
    codes = source.view(np.uint8)
    if signed:
        # ordered as they are
        codes ^= np.uint8(128)
    medians = out.view(np.uint8)
    rows, width = image.shape[-2:]
    k0, k1 = window.sizes[-2:]
    for left in range(0, width, _CHUNK):
        right = min(left + _CHUNK, width)
        run_bands(
            _slide_rows,
            image.size // width,
            image.size * 64,
            codes.reshape(-1, *source.shape[-2:])[..., left : right + k1 - 1],
            medians.reshape(-1, rows, width)[..., left:right],
            k0,
            k1,
        )
    if signed:
        medians ^= np.uint8(128)


@jit
def _slide_rows(start: int, stop: int, x: Array, out: Array, k0: int, k1: int) -> None:
    rows, width = out.shape[1], out.shape[2]
    columns = np.zeros((width + k1 - 1) * 256, np.uint8)
    levels = np.arange(256).astype(np.uint8)
    below = np.zeros(_SPAN, np.uint16)
    base = 128 - _SPAN // 2
    for number in range(start, stop):
        plane, y = number // rows, number % rows
        if number == start or y == 0:
            columns[:] = 0
            for i in range(y, y + k0):
                _add_row(x[plane, i], levels, columns)
        else:
            _replace_row(x[plane, y + k0 - 1], x[plane, y - 1], levels, columns)
        base = _slide(columns, k1, k0 * k1 // 2, below, base, out[plane, y])


@jit_helper
def _add_row(row: Array, levels: Array, columns: Array) -> None:
    for c in range(row.size):
        column, level = columns[c * 256 :], row[c]
        for v in range(256):
            column[v] = np.uint8(column[v] + np.uint8(levels[v] >= level))


@jit_helper
def _replace_row(enter: Array, leave: Array, levels: Array, columns: Array) -> None:
    for c in range(enter.size):
        column = columns[c * 256 :]
        # one more (or less) at each level from the smaller to below the larger of the two pixels
        low, high = min(enter[c], leave[c]), max(enter[c], leave[c])
        span = np.uint8(high - low)
        change = np.uint8(1) if enter[c] < leave[c] else np.uint8(255)
        for v in range(256):
            between = np.uint8(levels[v] - low) < span
            column[v] = np.uint8(column[v] + (change if between else np.uint8(0)))


@jit_helper
def _slide(columns: Array, k1: int, rank: int, below: Array, base: int, line: Array) -> int:
    """Write the medians of one row; `base` is the lowest level looked at, and so is the result."""
    limit = np.uint16(rank)
    _sum_columns(columns[base:], k1, below)
    level = _count(below, limit)
    first = base
    for c in range(line.size):
        if c:
            new, old = columns[(c + k1 - 1) * 256 + base :], columns[(c - 1) * 256 + base :]
            count = np.uint16(0)
            for v in range(_SPAN):
                n = np.uint16(below[v] + new[v] - old[v])
                below[v] = n
                count = np.uint16(count + np.uint16(n <= limit))
            level = np.int64(count)
        while level == _SPAN and base < 256 - _SPAN:
            base += _SPAN // 2
            _sum_columns(columns[c * 256 + base :], k1, below)
            level = _count(below, limit)
        while level == 0 and base > 0:
            base -= _SPAN // 2
            _sum_columns(columns[c * 256 + base :], k1, below)
            level = _count(below, limit)
        line[c] = base + level
        if c == 0:
            first = base
    return first


@jit_helper
def _count(below: Array, limit: Any) -> int:
    count = np.uint16(0)
    for v in range(_SPAN):
        count = np.uint16(count + np.uint16(below[v] <= limit))
    return int(count)


@jit_helper
def _sum_columns(columns: Array, count: int, below: Array) -> None:
    """Sum `_SPAN` levels of the first `count` columns, eight columns at a time."""
    below[:] = 0
    whole = count // 8 * 8
    for c in range(0, whole, 8):
        a = columns[c * 256 :]
        for v in range(_SPAN):
            low = np.uint16(a[v] + a[v + 256] + a[v + 512] + a[v + 768])
            high = np.uint16(a[v + 1024] + a[v + 1280] + a[v + 1536] + a[v + 1792])
            below[v] = np.uint16(below[v] + low + high)
    for c in range(whole, count):
        a = columns[c * 256 :]
        for v in range(_SPAN):
            below[v] = np.uint16(below[v] + a[v])
