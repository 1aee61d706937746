"""Weighted sums axis by axis: what the Gaussian and separable convolution do with an image."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._runtime.threads import bands_of, run_bands
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array, limits
from imgpipe.kernels.separable.rows import filter_rows, filter_volumes
from imgpipe.kernels.separable.small_images import filter_small_planes
from imgpipe.kernels.separable.taps import Taps, taps_of
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
    weights = window.ordered(weights)
    dtype, accumulator, out, cval = dtypes
    last = len(shape) - 1
    leading = [axis for axis in range(last - 1) if window.sizes[axis] > 1]
    fused = leading.pop() if leading and leading[-1] == last - 2 else None
    steps = []
    for axis in leading:
        plane = (math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]))
        one = _Axis(plane[1], window, axis, weights, accumulator)
        other = _Axis(plane[2], window, None, weights, accumulator)
        steps.append(_rows_loop(plane, one, other, dtype, accumulator, cval, accumulator))
        dtype, cval = accumulator, cval * one.sum
    rows = _Axis(shape[-2] if last else 1, window, last - 1 if last else None, weights, accumulator)
    columns = _Axis(shape[-1], window, last, weights, accumulator)
    if fused is None:
        plane = (math.prod(shape[:-2]), rows.length, columns.length)
        final = _rows_loop(plane, rows, columns, dtype, out, cval, accumulator)
    else:
        first = _Axis(shape[fused], window, fused, weights, accumulator)
        volume = (math.prod(shape[:fused]), *shape[fused:])
        final = _volumes_loop(volume, first, rows, columns, dtype, out, cval, accumulator)

    def run(image: Array, out: Array) -> bool:
        found = False
        for step in steps:
            sums = np.empty(shape, accumulator)
            found |= step(image, sums)
            image = sums
        return final(image, out) or found

    return run if steps else final


class _Axis:
    """Taps, index table and entry of pixel 0 of one axis; of an unfiltered one if `axis` is None.

    The table is that of a window whose centre is in the middle, as the taps are.
    """

    def __init__(
        self,
        length: int,
        window: Window,
        axis: int | None,
        weights: Sequence[Array],
        accumulator: np.dtype[Any],
    ) -> None:
        line = np.ones(1) if axis is None else weights[axis]
        origin = 0 if axis is None else window.before[axis] - line.size // 2
        # zeros beside a single weight never see the border value
        mode = "nearest" if axis is None or line.size == 1 else window.modes[axis]
        self.length, self.sum = length, float(line.sum())
        self.taps: Taps = taps_of(line, accumulator)
        reach = len(self.taps[1]) * len(self.taps[1][0])
        self.before = reach + origin
        self.table = Window((2 * reach + 1,), (self.before,), (mode,)).table(0, length)
        self.reach = reach

    @property
    def work(self) -> int:
        """Multiplications a pixel costs."""
        return self.reach + 1


def _rows_loop(
    shape: tuple[int, int, int],
    rows: _Axis,
    columns: _Axis,
    dtype: np.dtype[Any],
    out: np.dtype[Any],
    cval: float,
    accumulator: np.dtype[Any],
) -> Run:
    """Return the loop over planes (outer, n, width)."""
    # a short row is less than a few vectors: small planes are filtered as one long line each
    ends = 2 * columns.reach
    small = ends <= shape[2] < _SHORT and (shape[1] + 2 * rows.reach) * shape[2] <= _SMALL
    loop, lines = (filter_small_planes, shape[0]) if small else (filter_rows, shape[0] * shape[1])
    work = math.prod(shape) * accumulator.itemsize * (rows.work + columns.work) / 2
    shared = _shared(rows, columns, cval * rows.sum, out, accumulator, dtype.itemsize)
    return bands_of(loop, lines, work, *shape[1:], dtype.type(cval), *shared)


def _volumes_loop(
    shape: tuple[int, ...],
    first: _Axis,
    rows: _Axis,
    columns: _Axis,
    dtype: np.dtype[Any],
    out: np.dtype[Any],
    cval: float,
    accumulator: np.dtype[Any],
) -> Run:
    """Return the loop over volumes (outer, depth, n, width)."""
    planes = shape[0] * shape[1]
    work = math.prod(shape) * accumulator.itemsize * (first.work + rows.work + columns.work) / 2
    edge = cval * first.sum
    shared = _shared(rows, columns, edge * rows.sum, out, accumulator, accumulator.itemsize)
    border, edge = dtype.type(cval), accumulator.type(edge)

    def run(image: Array, out: Array) -> bool:
        return run_bands(
            filter_volumes,
            planes,
            work,
            image.reshape(shape),
            out.reshape(shape),
            first.table,
            first.before,
            first.taps,
            border,
            edge,
            *shared,
        )

    return run


def _shared(
    rows: _Axis,
    columns: _Axis,
    edge: float,
    out: np.dtype[Any],
    accumulator: np.dtype[Any],
    itemsize: int,
) -> tuple[Any, ...]:
    """Return the arguments that the loops over planes have in common."""
    real = accumulator.type
    low, high = (None if value is None else real(value) for value in limits(out))
    return (
        np.concatenate([rows.table, columns.table]),
        rows.before,
        columns.before,
        _breadth(columns, _BREADTH if itemsize <= 2 else _LONG_BYTES // itemsize),
        real(edge),
        (rows.taps, columns.taps),
        low,
        high,
    )


def _breadth(columns: _Axis, most: int) -> int:
    """Columns to filter at a time: all where a border repeats pixels from farther away."""
    length, table, reach = max(columns.length, 1), columns.table, columns.reach
    parts = max(round(length / most), 1)
    breadth = -(-length // (16 * parts)) * 16
    last = (length - 1) // breadth * breadth
    start, stop = table[: columns.before], table[columns.before + length :]
    near = start.max(initial=0) < breadth and (stop[stop >= 0] >= last - columns.before).all()
    return breadth if near and reach < breadth else length
