"""Weighted sums axis by axis: what the Gaussian and separable convolution do with an image."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._runtime.threads import bands_of
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array, limits
from imgpipe.kernels.separable.rows import filter_rows, filter_volumes
from imgpipe.kernels.separable.small_images import filter_small_planes
from imgpipe.kernels.separable.taps import Axis, taps_of
from imgpipe.kernels.windows.borders import border_table
from imgpipe.kernels.windows.passes import Run
from imgpipe.kernels.windows.window import Window

# columns filtered at a time: the lines of one window stay in a core's own cache, and long pixels of
# half a dozen rows in the first-level one (measured: a fifth of the time of float32)
_BREADTH, _LONG_BYTES = 8192, 1 << 12

# planes with rows shorter than this, and of at most this many values with their borders
_SHORT = 64
_SMALL = 1 << 13


def weighting(
    shape: tuple[int, ...], window: Window, weights: Sequence[Array], dtypes: Averaging
) -> Run:
    """Return the correlation with the outer product of one line of weights per axis.

    The lines are those of the axes before the window was reordered. The correlation tells whether
    a float may be wrong, since a value that is not finite (or is too large to be summed) came up.
    """
    lines, before, modes = window.ordered(weights), window.before, window.modes
    if len(shape) == 1:
        shape, lines = (1, *shape), [np.ones(1), *lines]
        before, modes = (0, *before), ("nearest", *modes)
    last = len(shape) - 1
    real = dtypes.accumulator
    active = [axis for axis in range(last - 1) if lines[axis].size > 1]
    # the axis before the last two is summed along with them
    begin = last - 2 if last - 2 in active else last - 1
    # what an axis finds beyond its border is what the axes before it make of the border
    borders = np.cumprod([dtypes.border, *(line.sum() for line in lines)]).tolist()
    kinds = [dtypes.pixel if axis <= min([*active, begin]) else real for axis in range(last + 1)]

    # where one line needs both sides of its pairs all have them: one loop less to compile
    even = all(_even(line.astype(real)) for line in lines)

    def along(axis: int) -> Axis:
        border = kinds[axis].type(borders[axis])
        return _axis(shape[axis], lines[axis], before[axis], modes[axis], border, real, even)

    steps = []
    for axis in active:
        if axis < begin:
            width = math.prod(shape[axis + 1 :])
            rest = _axis(width, np.ones(1), 0, "nearest", real.type(0), real, even)
            steps.append(_loop(math.prod(shape[:axis]), [along(axis), rest], real, real))
    axes = [along(axis) for axis in range(begin, last + 1)]
    final = _loop(math.prod(shape[:begin]), axes, dtypes.written, real)

    def run(image: Array, out: Array) -> bool:
        bad = False
        for step in steps:
            sums = np.empty(shape, real)
            bad |= step(image, sums)
            image = sums
        return final(image, out) or bad

    return run if steps else final


def _even(line: Array) -> bool:
    return line.size % 2 == 1 and bool((line == line[::-1]).all())


def _axis(
    length: int,
    line: Array,
    before: int,
    mode: str,
    border: Any,
    accumulator: np.dtype[Any],
    even: bool,
) -> Axis:
    taps = taps_of(line, accumulator, even)
    reach = len(taps[1]) * len(taps[1][0])
    # taps lie around the middle; zeros beside a single weight never see the border
    before += reach - line.size // 2
    table = border_table(length, before, 2 * reach + 1, "nearest" if line.size == 1 else mode)
    return Axis(length, table, before, reach, taps, border)


def _loop(outer: int, axes: list[Axis], written: np.dtype[Any], accumulator: np.dtype[Any]) -> Run:
    """Return the loop over two or three neighbouring axes."""
    rows, columns = axes[-2:]
    lengths = [axis.length for axis in axes]
    # a short row is less than a few vectors: small planes are filtered as one long line each
    short = 2 * columns.reach <= columns.length < _SHORT
    small = short and (rows.length + 2 * rows.reach) * columns.length <= _SMALL
    if len(axes) == 3:
        loop, lines = filter_volumes, outer * lengths[0]
    else:
        loop, lines = (filter_small_planes, outer) if small else (filter_rows, outer * rows.length)
    taps = sum(axis.reach + 1 for axis in axes)
    work = outer * math.prod(lengths) * accumulator.itemsize * taps / 2
    itemsize = rows.border.itemsize
    breadth = _breadth(columns, _BREADTH if itemsize <= 2 else _LONG_BYTES // itemsize)
    real = accumulator.type
    low, high = limits(written)
    ends = None if low is None else (real(low), real(high))
    return bands_of(loop, lines, work, tuple(map(tuple, axes)), breadth, ends)


def _breadth(columns: Axis, most: int) -> int:
    """Columns to filter at a time: all where a border repeats pixels from farther away."""
    length, table, reach = max(columns.length, 1), columns.table, columns.reach
    parts = max(round(length / most), 1)
    breadth = -(-length // (16 * parts)) * 16
    last = (length - 1) // breadth * breadth
    start, stop = table[: columns.before], table[columns.before + length :]
    near = start.max(initial=0) < breadth and (stop[stop >= 0] >= last - columns.before).all()
    return breadth if near and reach < breadth else length
