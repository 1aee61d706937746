"""Moving minimum or maximum over stacks of small images, whose rows are shorter than a vector.

An image and the rows around it are one long line: a shift by the width is a step down. What a shift
along the rows brings from other rows is covered by a mask. That is right where a border repeats
pixels which the window holds anyway, as `reflect`, `nearest` and `mirror` do unless the window is
longer than the image.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.extrema.boxes import pick
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.copies import copy_with_rows
from imgpipe.kernels.windows.passes import Pass

# bytes of an image: three like it and the masks fit into the first-level cache
_MOST_BYTES = 1 << 13
# pixels of the window beside its centre, over both axes: each costs a shift or a mask
_MOST_SHIFTS = 12
_LANES = 64
_At = np.uint64


def suits(step: Pass, itemsize: int) -> bool:
    """Return True where this way is faster, and right."""
    small = step.rows.size * step.shape[2] * itemsize <= _MOST_BYTES and step.shape[2] <= _LANES
    few = 0 < step.k0 + step.k1 - 2 <= _MOST_SHIFTS
    return small and few and repeats(step.columns, step.before, step.k1)


def repeats(table: Array, before: int, k: int) -> bool:
    """Return True where each window holds the pixels that its border repeats."""
    windows = np.lib.stride_tricks.sliding_window_view(table, k)
    low = np.arange(len(windows))[:, np.newaxis] - before
    # -1 in a table stands for a constant
    return bool(((windows >= np.maximum(low, 0)) & (windows < low + k)).all())


def shifts_and_masks(step: Pass, dtype: np.dtype[Any], largest: bool) -> tuple[Array, Array, Array]:
    """Return the shifts down, in threes; those along, in pairs; and their masks.

    Three windows of the last step, shifted down, make a larger one. A mask holds the dtype's end
    that loses every comparison where a shift leaves the row, and the other end elsewhere.
    """
    _, n, width = step.shape
    info: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    ends = (-np.inf, np.inf) if dtype.kind == "f" else (info.min, info.max)
    inside, beyond = ends[::-1] if largest else ends
    downs, q = [], 1
    while q < step.k0:
        k = min(3 * q, step.k0)
        downs += [0, (k - q) // 2 * width, (k - q) * width]
        q = k
    away = [d for d in range(-step.before, step.k1 - step.before) if d]
    away = away + away[: len(away) % 2] or [0, 0]
    column = np.tile(np.arange(width), n)
    leaves = [(column + d < 0) | (column + d >= width) for d in away]
    masks = np.where(leaves, beyond, inside).astype(dtype).ravel()
    return np.array(downs, np.int64), np.array(away, np.int64), masks


@jit
def small_planes(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    width: int,
    rows: Array,
    above: int,
    cval: Any,
    downs: Array,
    along: Array,
    masks: Array,
    largest: Any,
) -> bool:
    """Filter images `start` to `stop`; return True if one of them has a NaN.

    `rows` are the source rows that the windows reach, -1 for `cval`; the masks, one for each shift
    along the rows, are as large as an image.
    """
    size = masks.size // along.size
    n = size // width
    length = (rows.size * width + _LANES - 1) // _LANES * _LANES + 3 * _LANES
    memory = np.zeros(3 * length + _LANES, x.dtype)
    # the image's own rows start where a vector does
    first = _LANES + (-memory.ctypes.data // x.itemsize - above * width) % _LANES
    nan = False
    for number in range(start, stop):
        goal = number * size
        nan |= copy_with_rows(x, goal, n, width, rows, above, cval, memory, first)
        source = 0
        for s in range(0, downs.size, 3):
            slot = (source + 1) % 3
            _three_rows(memory, first + slot * length, first + source * length, downs[s + 1],
                        downs[s + 2], rows.size * width - downs[s + 2], largest)  # fmt: skip
            source = slot
        best = source
        for s in range(0, along.size - 2, 2):
            slot = 3 - source - best if source != best else (source + 1) % 3
            _two_shifts(memory, first + slot * length, memory, first + best * length,
                        first + source * length, along[s], along[s + 1], masks, s * size, size,
                        largest)  # fmt: skip
            best = slot
        s = along.size - 2
        _two_shifts(out, goal, memory, first + best * length, first + source * length, along[s],
                    along[s + 1], masks, s * size, size, largest)  # fmt: skip
    return nan


@jit_helper
def _three_rows(
    memory: Array, to: int, first: int, second: int, third: int, count: int, largest: Any
) -> None:
    """Compare each pixel with two of rows below."""
    o, a, b, c = _At(to), _At(first), _At(first + second), _At(first + third)
    for j in range(_At(count)):
        memory[o + j] = pick(memory[a + j], pick(memory[b + j], memory[c + j], largest), largest)


@jit_helper
def _two_shifts(
    out: Array,
    goal: int,
    memory: Array,
    best: int,
    source: int,
    first: int,
    second: int,
    masks: Array,
    mask: int,
    size: int,
    largest: Any,
) -> None:
    """Compare the best so far with two more pixels of each window."""
    o, a, b, c = _At(goal), _At(best), _At(source + first), _At(source + second)
    m, n = _At(mask), _At(mask + size)
    for j in range(_At(size)):
        low = _cover(memory[b + j], masks[m + j], largest)
        high = _cover(memory[c + j], masks[n + j], largest)
        out[o + j] = pick(memory[a + j], pick(low, high, largest), largest)


@jit_helper
def _cover(value: Any, mask: Any, largest: Any) -> Any:
    if largest is None:
        return max(value, mask)
    return min(value, mask)
