"""Moving minimum or maximum over windows of any shape, one run of cells at a time.

The cells of a window form runs along its rows. The minimum of a run is that of two shorter runs
of 2, 4, 8 ... pixels, and those are found once for all windows.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.extrema.boxes import pick
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import copy_line, holds_nan
from imgpipe.kernels.windows.window import Window

# bytes of one strip of rows, of which there is one for each length of runs
_STRIP_BYTES = 1 << 17
# runs that are compared in one pass
_AT_ONCE = 8
_At = np.uint64


def footprint_filter(
    shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any, largest: bool
) -> Callable[[Array, Array], bool]:
    """Return ``run(image, out)``; it tells whether the image holds a NaN."""
    assert window.footprint is not None
    n, width = (1, *shape)[-2:]
    k, before = (1, *window.sizes)[-2], window.before[-1]
    pitch = width + window.sizes[-1] - 1
    cells = window.footprint.reshape(-1, k, window.sizes[-1])
    # parts of the window that lie in one plane of the image
    parts = np.flatnonzero(cells.any(axis=(1, 2)))
    height = min(n, max(k, _STRIP_BYTES // (dtype.itemsize * pitch)))
    runs = _runs(cells[parts], pitch, (height + k) * pitch)
    rows = window.table(len(shape) - 2, n) if len(shape) > 1 else np.zeros(1, np.int64)
    tables = np.concatenate([rows, window.table(len(shape) - 1, width)])
    planes = np.ascontiguousarray(_planes(shape[:-2], window)[:, parts])
    order = True if largest else None
    work = math.prod(shape) * dtype.itemsize * runs.size / 4

    def run(image: Array, out: Array) -> bool:
        return run_bands(
            footprint_lines,
            image.size // width,
            work,
            image.reshape(-1),
            out.reshape(-1),
            n,
            width,
            planes,
            tables,
            before,
            k,
            cval,
            height,
            pitch,
            runs,
            order,
        )

    return run


def _planes(lead: tuple[int, ...], window: Window) -> Array:
    """Return the plane of the image below each part of the window at each plane; -1 is outside."""
    found = np.zeros((1, 1), np.int64)
    for axis, n in enumerate(lead):
        table = window.table(axis, n)
        below = np.lib.stride_tricks.sliding_window_view(table, window.sizes[axis])
        outer, inner = found[:, np.newaxis, :, np.newaxis], below[np.newaxis, :, np.newaxis]
        both = np.where((outer < 0) | (inner < 0), -1, outer * n + inner)
        found = both.reshape(found.shape[0] * n, -1)
    return found


def _runs(cells: Array, pitch: int, room: int) -> Array:
    """Return where the runs that make up a window begin in a strip: two of equal length for each.

    The strip holds each pixel, then the extreme of 2 pixels from each on, then of 4 and so on.
    """
    found = set()
    for part, row in np.argwhere(cells.any(axis=2)):
        edges = np.flatnonzero(np.diff(np.r_[0, cells[part, row].astype(np.int8), 0]))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            level = int(end - first).bit_length() - 1
            line = (level * len(cells) + part) * room + row * pitch
            found |= {line + first, line + end - (1 << level)}
    runs = sorted(int(place) for place in found)
    short = -len(runs) % _AT_ONCE
    return np.array(runs + runs[-1:] * short, np.int64)


@jit
def footprint_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    n: int,
    width: int,
    planes: Array,
    tables: Array,
    before: int,
    k: int,
    cval: Any,
    height: int,
    pitch: int,
    runs: Array,
    largest: Any,
) -> bool:
    """Filter lines `start` to `stop` of planes of `n` lines; return True if one of them has a NaN.

    `planes` holds the source plane of each plane and part of the window, `tables` the source rows
    and then the source columns.
    """
    rows, columns = tables[: n + k - 1], tables[n + k - 1 :]
    parts = planes.shape[1]
    room = (height + k) * pitch
    size = parts * room
    levels = runs[-1] // size + 1
    memory = np.zeros(levels * size + 2 * room, x.dtype)
    found = False
    number = start
    while number < stop:
        plane = number // n
        i = number - plane * n
        count = min(height, stop - number, n - i)
        found |= holds_nan(x, number * width, width, count, width)
        for part in range(parts):
            source = planes[plane, part]
            for r in range(count + k - 1):
                goal = part * room + r * pitch + before
                if source < 0 or rows[i + r] < 0:
                    memory[goal : goal + width] = cval
                else:
                    copy_line(memory, goal, x, (source * n + rows[i + r]) * width, width)
            _fill_borders(memory, part * room, pitch, count + k - 1, width, columns, before, cval)
        for level in range(1, levels):
            _double(memory, level * size, size, 1 << (level - 1), largest)
        result = _compare_runs(memory, levels * size, room, count * pitch, runs, largest)
        for r in range(count):
            copy_line(out, (number + r) * width, memory, result + r * pitch, width)
        number += count
    return found


@jit_helper
def _fill_borders(
    memory: Array,
    strip: int,
    pitch: int,
    count: int,
    width: int,
    columns: Array,
    before: int,
    cval: Any,
) -> None:
    """Write the pixels left and right of each line of a strip, -1 in the table being `cval`."""
    for r in range(count):
        line = strip + r * pitch
        for p in range(before):
            column = columns[p]
            memory[line + p] = cval if column < 0 else memory[line + before + column]
        for p in range(before + width, columns.size):
            column = columns[p]
            memory[line + p] = cval if column < 0 else memory[line + before + column]


@jit_helper
def _double(memory: Array, goal: int, size: int, shift: int, largest: Any) -> None:
    """Write the extreme of runs twice as long as those of the level before."""
    o, a, b = _At(goal), _At(goal - size), _At(goal - size + shift)
    for j in range(_At(size - shift)):
        memory[o + j] = pick(memory[a + j], memory[b + j], largest)


@jit_helper
def _compare_runs(
    memory: Array, best: int, room: int, count: int, runs: Array, largest: Any
) -> int:
    """Compare all runs, for `count` windows side by side; return where the result lies."""
    last = runs[0]
    for t in range(0, runs.size, _AT_ONCE):
        # never in place, which would not be vectorised
        goal = best + t // _AT_ONCE % 2 * room
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
