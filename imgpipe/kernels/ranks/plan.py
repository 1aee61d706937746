"""How a median is computed: which way suits an image and a window."""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.nonfinite.rank_filters import ranked
from imgpipe.kernels.plans.dtypes import Array, exact_cval, loop_dtype
from imgpipe.kernels.plans.plan import Plan
from imgpipe.kernels.ranks.boxes import square_filter
from imgpipe.kernels.ranks.column_histograms import column_median, counts_columns
from imgpipe.kernels.ranks.interpreter import network_median
from imgpipe.kernels.ranks.sliding_histogram import sliding_histogram_median
from imgpipe.kernels.ranks.tiles import tiled_median
from imgpipe.kernels.ranks.tilings import tiling_of
from imgpipe.kernels.windows.passes import Run, long_lines
from imgpipe.kernels.windows.window import Window, window_of

# above so many cells a histogram is faster than a network
_MOST_CELLS = 343
# a window of more pixels would keep one output busy for minutes
_MOST_EVER = 2**26
# nanoseconds to take one pixel into the sliding histogram or out of it, measured
_SLIDE = {1: 1.5, 2: 4.5, 4: 6.0, 8: 6.0}


def median_plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    _output: np.dtype[Any],
    size: Any,
    footprint: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
) -> Plan:
    """Check the arguments and choose."""
    window = window_of(len(shape), size, origin, mode, axes, footprint)
    if window.count > _MOST_EVER:
        raise InputError(
            f"size {size!r} makes a window of {window.count} pixels, over {_MOST_EVER}"
        )
    value = exact_cval(cval, dtype)

    def general(image: Array, out: Array) -> None:
        ranked(image, window, value, out, lines)

    def lines(image: Array, edge: Any, out: Array) -> None:
        long_lines(_line_filter, shape, window, edge)(image, out)

    square = None
    if 0 not in shape and not (window.constant and value != value):
        square = square_filter(shape, loop_dtype(dtype), window, value)
    if square is None:
        return Plan(dtype, general)

    def boxes(image: Array, out: Array) -> None:
        # a true result means that there is a NaN somewhere
        if square(image, out):
            general(image, out)

    return Plan(dtype, boxes)


def _line_filter(_shape: tuple[int, ...], window: Window, cval: Any) -> Run:
    def run(image: Array, out: Array) -> bool:
        loop = network_median if window.count <= _MOST_CELLS else large_median
        loop(image, window, cval, out)
        return False

    return run


def large_median(image: Array, window: Window, cval: Any, out: Array) -> None:
    """Write the upper median of every window: by columns, by tiles, or along lines."""
    if counts_columns(window, image.dtype):
        column_median(image, window, cval, out)
        return
    tiling = tiling_of(image, window)
    rim = 2 * math.prod(window.sizes[:-1])
    if tiling is not None and tiling.cost < rim * _SLIDE[image.itemsize]:
        tiled_median(image, window, cval, out)
    else:
        sliding_histogram_median(image, window, cval, out)
