"""Moving minimum or maximum over windows of any shape, one run of cells at a time.

The cells of a window form runs along its rows. The minimum of a run is that of two shorter runs
of 2, 4, 8 ... pixels, and those are found once for all windows.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe._runtime.threads import bands_of
from imgpipe.kernels.extrema.boxes import pick
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import copy_line, holds_nan
from imgpipe.kernels.windows.window import Window

# bytes of one strip of rows, of which there is one for each length of runs
_STRIP_BYTES = 1 << 17
# runs that are compared in one pass
_AT_ONCE = 8
_At = np.uint64


class Strips(NamedTuple):
    """Into what the lines of planes are cut."""

    n: int  # lines of a plane
    width: int
    height: int  # most lines of a strip
    pitch: int  # pixels of its lines, those beyond the border included
    k: int  # rows of the window
    before: int


def footprint_filter(
    shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any, largest: bool
) -> Callable[[Array, Array], bool]:
    """Return ``run(image, out)``; it tells whether the image holds a NaN."""
    assert window.footprint is not None
    n, width = (1, *shape)[-2:]
    k, before = (1, *window.sizes)[-2], window.before[-1]
    pitch = width + window.sizes[-1] - 1
    footprint = window.footprint.reshape(-1, k, window.sizes[-1])
    # parts of the window that lie in one plane of the image
    parts = np.flatnonzero(footprint.any(axis=(1, 2)))
    height = min(n, max(k, _STRIP_BYTES // (dtype.itemsize * pitch)))
    runs = _runs(footprint[parts], pitch, (height + k) * pitch)
    rows = window.table(len(shape) - 2, n) if len(shape) > 1 else np.zeros(1, np.int64)
    columns = window.table(len(shape) - 1, width)
    planes = np.ascontiguousarray(_planes(shape[:-2], window)[:, parts])
    layout = np.array(Strips(n, width, height, pitch, k, before))
    work = math.prod(shape) * dtype.itemsize * runs.size / 4
    return bands_of(footprint_lines, math.prod(shape) // width, work, layout, planes, rows, columns,
                    runs, cval, True if largest else None)  # fmt: skip


def _planes(lead: tuple[int, ...], window: Window) -> Array:
    """Return the plane of the image below each part of the window at each plane; -1 is outside."""
    planes = np.zeros((1, 1), np.int64)
    for axis, n in enumerate(lead):
        table = window.table(axis, n)
        below = np.lib.stride_tricks.sliding_window_view(table, window.sizes[axis])
        outer, inner = planes[:, np.newaxis, :, np.newaxis], below[np.newaxis, :, np.newaxis]
        both = np.where((outer < 0) | (inner < 0), -1, outer * n + inner)
        planes = both.reshape(planes.shape[0] * n, -1)
    return planes


def _runs(footprint: Array, pitch: int, size: int) -> Array:
    """Return where the runs that make up a window begin in a strip: two of equal length for each.

    The strip holds each pixel, then the extreme of 2 pixels from each on, then of 4 and so on.
    """
    places = set()
    for part, row in np.argwhere(footprint.any(axis=2)):
        edges = np.flatnonzero(np.diff(np.r_[0, footprint[part, row].astype(np.int8), 0]))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            level = int(end - first).bit_length() - 1
            line = (level * len(footprint) + part) * size + row * pitch
            places |= {line + first, line + end - (1 << level)}
    runs = sorted(int(place) for place in places)
    short = -len(runs) % _AT_ONCE
    return np.array(runs + runs[-1:] * short, np.int64)


@jit
def footprint_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    layout: Array,
    planes: Array,
    rows: Array,
    columns: Array,
    runs: Array,
    cval: Any,
    largest: Any,
) -> bool:
    """Filter lines `start` to `stop` of planes of `n` lines; return True if one of them has a NaN.

    `layout` holds `Strips`, `planes` the source plane of each plane and part of the window, `rows`
    and `columns` the source rows and columns that the windows reach, -1 for `cval`.
    """
    n, width, height, pitch, k, before = layout
    strips = Strips(n, width, height, pitch, k, before)
    size = (height + k) * pitch
    parts = planes.shape[1] * size
    levels = runs[-1] // parts + 1
    memory = np.zeros(levels * parts + 2 * size, x.dtype)
    nan = False
    number = start
    while number < stop:
        plane = number // n
        i = number - plane * n
        count = min(height, stop - number, n - i)
        nan |= holds_nan(x, number * width, width, count, width)
        for part in range(planes.shape[1]):
            strip = memory[part * size : (part + 1) * size]
            below = rows[i : i + count + k - 1]
            _gather(strip, x, planes[plane, part], below, columns, strips, cval)
        for level in range(1, levels):
            _double(memory, level * parts, parts, 1 << (level - 1), largest)
        result = _compare_runs(memory, levels * parts, size, count * pitch, runs, largest)
        for r in range(count):
            copy_line(out, (number + r) * width, memory, result + r * pitch, width)
        number += count
    return nan


@jit_helper(inline=True)
def _gather(
    strip: Array, x: Array, plane: int, rows: Array, columns: Array, strips: Strips, cval: Any
) -> None:
    """Copy rows of a plane, -1 being `cval`, with the pixels beyond the border."""
    width, before, pitch = strips.width, strips.before, strips.pitch
    for r in range(rows.size):
        line = strip[r * pitch : (r + 1) * pitch]
        if plane < 0 or rows[r] < 0:
            for j in range(pitch):
                line[j] = cval
            continue
        copy_line(line, before, x, (plane * strips.n + rows[r]) * width, width)
        for p in range(before):
            line[p] = cval if columns[p] < 0 else line[before + columns[p]]
        for p in range(before + width, pitch):
            line[p] = cval if columns[p] < 0 else line[before + columns[p]]


@jit_helper(inline=True)
def _double(memory: Array, goal: int, size: int, shift: int, largest: Any) -> None:
    """Write the extreme of runs twice as long as those of the level before."""
    o, a, b = _At(goal), _At(goal - size), _At(goal - size + shift)
    for j in range(_At(size - shift)):
        memory[o + j] = pick(memory[a + j], memory[b + j], largest)


@jit_helper(inline=True)
def _compare_runs(
    memory: Array, best: int, size: int, count: int, runs: Array, largest: Any
) -> int:
    """Compare all runs, for `count` windows side by side; return where the result lies."""
    last = runs[0]
    for t in range(0, runs.size, _AT_ONCE):
        # never in place, which would not be vectorised
        goal = best + t // _AT_ONCE % 2 * size
        o, z = _At(goal), _At(last)
        a, b, c, d = _At(runs[t]), _At(runs[t + 1]), _At(runs[t + 2]), _At(runs[t + 3])
        e, f, g, h = _At(runs[t + 4]), _At(runs[t + 5]), _At(runs[t + 6]), _At(runs[t + 7])
        for j in range(_At(count)):
            one = pick(pick(memory[a + j], memory[b + j], largest), memory[z + j], largest)
            two = pick(pick(memory[c + j], memory[d + j], largest), memory[e + j], largest)
            three = pick(pick(memory[f + j], memory[g + j], largest), memory[h + j], largest)
            memory[o + j] = pick(pick(one, two, largest), three, largest)
        last = goal
    return last
