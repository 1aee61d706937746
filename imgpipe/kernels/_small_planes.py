"""Separable filters of small planes: each with its borders is one long line."""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import inner, jit
from imgpipe.kernels._taps import along, reach_of


@jit
def filter_small_planes(
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
    """Filter planes `start` to `stop`; the arguments are those of `filter_rows`."""
    entries, pitch = n + 2 * reach_of(taps[0]), width + 2 * reach_of(taps[1])
    strip = np.full(entries * pitch, taps[0][0])
    # along a column a shift by `pitch`, along a row a shift by 1
    across, spare = np.empty_like(strip), np.empty_like(strip)
    size = n * pitch
    stored = np.empty(size, out.dtype)
    found = False
    for k in range(start, stop):
        _fill(flat, k * n * width, n, width, cval, table, before, entries, pitch, strip)
        along(strip, 0, pitch, taps[0], size, spare, across, 0, None, None)
        # between rows it adds up finite values, too, unless there is one that is not
        count = size - pitch + width
        found |= along(across, 0, 1, taps[1], count, spare, stored, 0, low, high)
        for i in range(n):
            _copy(stored, i * pitch, out, (k * n + i) * width, width)
    return found


@inner
def _fill(
    flat: Array,
    origin: int,
    n: int,
    width: int,
    cval: Any,
    table: Array,
    before: int,
    entries: int,
    pitch: int,
    strip: Array,
) -> None:
    """Copy a plane with its borders."""
    for r in range(entries):
        row, first = table[r], r * pitch
        if row < 0:
            for j in range(pitch):
                strip[first + j] = cval
            continue
        _copy(flat, origin + row * width, strip, first + before, width)
        for p in range(before):
            c = table[entries + p]
            strip[first + p] = cval if c < 0 else strip[first + before + c]
        for p in range(before + width, pitch):
            c = table[entries + p]
            strip[first + p] = cval if c < 0 else strip[first + before + c]


@inner
def _copy(a: Array, start: int, out: Array, target: int, size: int) -> None:
    source, write = np.uintp(start), np.uintp(target)
    for j in range(size):
        out[write + np.uintp(j)] = a[source + np.uintp(j)]
