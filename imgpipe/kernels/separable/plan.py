"""Plans of separable weighted sums."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe.kernels.nonfinite.averages import averaging_plan
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
    signs: tuple[Window | None, Window | None] | None = None,
) -> Plan:
    """Plan a correlation with one line of weights per axis.

    `gain` bounds how far sums on the way exceed the largest value, `signs` are the windows of the
    cells with positive and with negative weights (default: all are positive).
    """
    dtypes = averaging(dtype, output, cval, window.constant).with_border_as_pixel()
    if dtypes.pixel.kind in "iu" and dtypes.written.itemsize <= 2:
        # float32 may not be off by more than a rounding of sums near a tie
        top = max(abs(dtypes.border) * max(gain, 1.0), 2.0 ** (8 * dtypes.pixel.itemsize) * gain)
        dtypes = dtypes._replace(accumulator=_F32 if top < _MOST_SINGLE else _F64)

    def build(shape: tuple[int, ...], window: Window, dtypes: Averaging) -> Run:
        return long_lines(weighting, shape, window, weights, dtypes)

    return averaging_plan(shape, window, dtypes, build, gain=gain, signs=signs)
