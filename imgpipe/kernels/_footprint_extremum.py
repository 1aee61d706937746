"""Moving minimum or maximum over windows of any shape, one run of cells at a time.

The cells of a window form runs along its rows. The minimum of a run is that of two shorter runs
of 2, 4, 8 ... pixels, and those are found once for all windows.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._box_extremum import holds_nan, pick
from imgpipe.kernels._jit import jit
from imgpipe.kernels._padding import line_starts, padded
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Window

# bytes of one strip of rows, of which there is one for each length of runs
_STRIP_BYTES = 1 << 15
# runs that are compared in one pass
_AT_ONCE = 6
_At = np.uint64


def footprint_filter(
    shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any, largest: bool
) -> Callable[[Array, Array], bool]:
    """Return ``run(image, out)``; it tells whether the image holds a NaN."""
    assert window.cells is not None
    lead, k, pitch = shape[:-2], (1, *window.sizes)[-2], shape[-1] + window.sizes[-1] - 1
    n = shape[-2] if len(shape) > 1 else 1
    around = tuple(s + w - 1 for s, w in zip(shape, window.sizes, strict=True))
    cells = window.cells.reshape(-1, k, window.sizes[-1])
    # parts of the window that lie in one plane of the image
    parts = np.flatnonzero(cells.any(axis=(1, 2)))
    height = min(n, max(k, _STRIP_BYTES // (dtype.itemsize * pitch)))
    room = (height + k) * pitch
    runs = _runs(cells[parts], pitch, room)
    # planes of the padded image, counted along its leading axes
    planes = (*around[: len(lead)], 1)
    corners = line_starts((*lead, 1), planes)
    offsets = line_starts((*window.sizes[: len(lead)], 1), planes)
    area = math.prod(around[len(lead) :])
    order = True if largest else None
    work = math.prod(shape) * dtype.itemsize * runs.size / 4

    def run(image: Array, out: Array) -> bool:
        return run_bands(
            footprint_lines,
            image.size // image.shape[-1],
            work,
            image.ravel(),
            padded(image, window, cval).ravel(),
            out.ravel(),
            n,
            image.shape[-1],
            pitch,
            corners * area,
            offsets[parts] * area,
            k,
            height,
            runs,
            order,
        )

    return run


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
    around: Array,
    out: Array,
    n: int,
    width: int,
    pitch: int,
    corners: Array,
    offsets: Array,
    k: int,
    height: int,
    runs: Array,
    largest: Any,
) -> bool:
    """Filter lines `start` to `stop` of planes of `n` lines; return True if one of them has a NaN.

    `around` is the padded image, `corners` where the first window of each plane begins in it,
    `offsets` where the parts of a window lie from there.
    """
    room = (height + k) * pitch
    level_size = offsets.size * room
    levels = runs[-1] // level_size + 1
    memory = np.zeros(levels * level_size + 2 * room, x.dtype)
    best = levels * level_size
    found = False
    number = start
    while number < stop:
        plane = number // n
        i = number - plane * n
        count = min(height, stop - number, n - i)
        found |= holds_nan(x[number * width :], count * width)
        for part in range(offsets.size):
            source = corners[plane] + offsets[part] + i * pitch
            a, o = _At(source), _At(part * room)
            for j in range(_At((count + k - 1) * pitch)):
                memory[o + j] = around[a + j]
        for level in range(1, levels):
            _double(memory, level * level_size, level_size, 1 << (level - 1), largest)
        _compare_runs(memory, best, count * pitch, runs, largest)
        for r in range(count):
            a, o = _At(best + r * pitch), _At((number + r) * width)
            for j in range(_At(width)):
                out[o + j] = memory[a + j]
        number += count
    return found


@jit
def _double(memory: Array, goal: int, size: int, shift: int, largest: Any) -> None:
    """Write the extreme of runs twice as long as those of the level before."""
    o, a, b = _At(goal), _At(goal - size), _At(goal - size + shift)
    for j in range(_At(size - shift)):
        memory[o + j] = pick(memory[a + j], memory[b + j], largest)


@jit
def _compare_runs(memory: Array, best: int, count: int, runs: Array, largest: Any) -> None:
    """Write the extreme of all runs for `count` windows side by side."""
    o = _At(best)
    last = _At(runs[0])
    for t in range(0, runs.size, 6):
        a, b, c = _At(runs[t]), _At(runs[t + 1]), _At(runs[t + 2])
        d, e, f = _At(runs[t + 3]), _At(runs[t + 4]), _At(runs[t + 5])
        for j in range(_At(count)):
            left = pick(pick(memory[a + j], memory[b + j], largest), memory[c + j], largest)
            right = pick(pick(memory[d + j], memory[e + j], largest), memory[f + j], largest)
            memory[o + j] = pick(memory[last + j], pick(left, right, largest), largest)
        last = o
