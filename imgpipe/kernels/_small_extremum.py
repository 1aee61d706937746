"""Moving minimum or maximum over stacks of small images, whose rows are shorter than a vector.

Many images are one long line: a shift by the width is a step down, and what comes from beyond a
border is covered by a mask. That is right where a border repeats pixels which the window holds
anyway, as `reflect`, `nearest` and `mirror` do unless the window is longer than the image.
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._box_extremum import holds_nan, pick
from imgpipe.kernels._jit import inner, jit
from imgpipe.kernels._windows import Pass

# bytes of the images that are filtered together
_GROUP_BYTES = 1 << 13
# pixels of the window beside its centre, over both axes: each costs a mask
_MOST_SHIFTS = 12
_At = np.uint64


def suits(step: Pass, itemsize: int) -> bool:
    """Return True where this way is faster, and right."""
    small = step.shape[1] * step.shape[2] * itemsize <= _GROUP_BYTES and step.shape[2] <= 64
    few = 0 < step.k0 + step.k1 - 2 <= _MOST_SHIFTS
    return (
        small
        and few
        and repeats(step.rows, step.above, step.k0)
        and repeats(step.columns, step.before, step.k1)
    )


def repeats(table: Array, before: int, k: int) -> bool:
    """Return True where each window holds the pixels that its border repeats."""
    windows = np.lib.stride_tricks.sliding_window_view(table, k)
    low = np.arange(len(windows))[:, np.newaxis] - before
    # -1 in a table stands for a constant
    return bool(((windows >= np.maximum(low, 0)) & (windows < low + k)).all())


def shifts_and_masks(step: Pass, dtype: np.dtype[Any], largest: bool) -> tuple[Array, Array, int]:
    """Return the shifts down, then along, in pairs; their masks; and how many images go together.

    A mask holds the dtype's end that loses every comparison where a shift leaves the image, and
    the other end elsewhere.
    """
    outer, n, width = step.shape
    group = max(1, min(outer, _GROUP_BYTES // (n * width * dtype.itemsize)))
    info: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    ends = (-np.inf, np.inf) if dtype.kind == "f" else (info.min, info.max)
    inside, beyond = ends[::-1] if largest else ends
    i, j = np.indices((n, width))
    shifts, masks = [], []
    for k, before, position, length, pixels in (
        (step.k0, step.above, i, n, width),
        (step.k1, step.before, j, width, 1),
    ):
        away = [d for d in range(-before, k - before) if d]
        for d in away + away[: len(away) % 2]:
            shifts.append(d * pixels)
            leaves = (position + d < 0) | (position + d >= length)
            masks.append(np.tile(np.where(leaves, beyond, inside).astype(dtype).ravel(), group))
    return np.array(shifts, np.int64), np.concatenate(masks), group


@jit
def small_planes(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    size: int,
    group: int,
    shifts: Array,
    downwards: int,
    masks: Array,
    largest: Any,
) -> bool:
    """Filter images `start` to `stop` of `size` pixels; return True if one of them has a NaN.

    The first `downwards` shifts are along columns, the others along rows.
    """
    margin = np.abs(shifts).max()
    room = 2 * margin + group * size
    memory = np.zeros(3 * room, x.dtype)
    found = False
    for number in range(start, stop, group):
        count = min(group, stop - number) * size
        pixels, copy = x[number * size :], memory[margin:]
        for j in range(count):
            copy[j] = pixels[j]
        found |= holds_nan(x, number * size, count, 1, count)
        source, best = 0, 0
        for s in range(0, shifts.size, 2):
            if s == downwards:
                source = best
            slot = 3 - source - best if source != best else (source + 1) % 3
            lines, goal = memory, slot * room + margin
            if s + 2 >= shifts.size:
                lines, goal = out, number * size
            _two_shifts(lines, goal, memory, best * room + margin, source * room + margin,
                        shifts[s], shifts[s + 1], masks, s * group * size, group * size, count,
                        largest)  # fmt: skip
            best = slot
    return found


@inner
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
    step: int,
    count: int,
    largest: Any,
) -> None:
    """Compare the best so far with two more pixels of each window."""
    o, a, b, c = _At(goal), _At(best), _At(source + first), _At(source + second)
    m, n = _At(mask), _At(mask + step)
    for j in range(_At(count)):
        one = _cover(memory[b + j], masks[m + j], largest)
        two = _cover(memory[c + j], masks[n + j], largest)
        out[o + j] = pick(memory[a + j], pick(one, two, largest), largest)


@inner
def _cover(value: Any, mask: Any, largest: Any) -> Any:
    if largest is None:
        return max(value, mask)
    return min(value, mask)
