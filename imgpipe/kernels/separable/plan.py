"""Plans of separable weighted sums: weights that are a product of lines."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe.kernels.nonfinite.averages import Stage, averaging_plan
from imgpipe.kernels.plans.averaging import Averaging, averaging
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import Plan
from imgpipe.kernels.separable.axes import weighting
from imgpipe.kernels.windows.passes import Run, long_lines
from imgpipe.kernels.windows.window import Window

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)
_MOST_SINGLE = 2.0**20


def weighted_plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    window: Window,
    weights: Sequence[Array],
    cval: Any,
    *,
    gain: float = 1.0,
    stages: Sequence[Stage] = (),
) -> Plan:
    """Plan a correlation with one line of weights per axis.

    `gain` bounds how far sums on the way exceed the largest value, `stages` tell the signs of the
    weights (default: all are positive).
    """
    dtypes = weighting_dtypes(dtype, output, cval, window, gain)

    def build(shape: tuple[int, ...], window: Window, dtypes: Averaging) -> Run:
        return long_lines(weighting, shape, window, weights, dtypes)

    return averaging_plan(shape, window, dtypes, build, gain=gain, stages=stages)


def weighting_dtypes(
    dtype: np.dtype[Any], output: np.dtype[Any], cval: Any, window: Window, gain: float = 1.0
) -> Averaging:
    """Check dtypes and `cval`, and say what weighted sums read, compute in and write."""
    dtypes = averaging(dtype, output, cval, window.constant).with_border_as_pixel()
    if dtypes.pixel.kind in "iu" and dtypes.written.itemsize <= 2:
        # float32 may not be off by more than a rounding of sums near a tie
        top = max(abs(dtypes.border) * max(gain, 1.0), 2.0 ** (8 * dtypes.pixel.itemsize) * gain)
        dtypes = dtypes._replace(accumulator=_F32 if top < _MOST_SINGLE else _F64)
    return dtypes


def factors(weights: Array) -> list[Array] | None:
    """Return one line per axis whose outer product is `weights`, or None if there are none."""
    peak = np.unravel_index(np.argmax(np.abs(weights)), weights.shape)
    largest = weights[peak]
    # a pass runs over axes longer than one tap: the scale must go to one of these
    scaled = int(np.argmax(weights.shape))
    if largest == 0 or weights.shape[scaled] == 1:
        return None
    lines = []
    product = np.ones((1,) * weights.ndim)
    for axis, k in enumerate(weights.shape):
        through = tuple(slice(None) if a == axis else p for a, p in enumerate(peak))
        line = weights[through] / (1.0 if axis == scaled else largest)
        product = product * line.reshape([k if a == axis else 1 for a in range(weights.ndim)])
        lines.append(line)
    # a cell that is out of the window must stay out
    same = (weights == 0) == (product == 0)
    close = np.abs(product - weights) <= 4 * np.finfo(float).eps * np.abs(weights)
    return lines if (same & close).all() else None
