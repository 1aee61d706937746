"""Plans of moving averages."""

from typing import Any

import numpy as np

from imgpipe.kernels.box.layout import box_filter
from imgpipe.kernels.nonfinite.averages import averaging_plan
from imgpipe.kernels.plans.averaging import Averaging, averaging
from imgpipe.kernels.plans.plan import Plan
from imgpipe.kernels.windows.passes import Run, long_lines
from imgpipe.kernels.windows.window import Window, window_of


def mean_plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    size: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
) -> Plan:
    """Check the arguments of `mean` and return its plan."""
    window = window_of(len(shape), size, origin, mode, axes)
    dtypes = averaging(dtype, output, cval, window.constant).with_border_as_pixel()
    return averaging_plan(shape, window, dtypes, _filter, gain=window.count)


def _filter(shape: tuple[int, ...], window: Window, dtypes: Averaging) -> Run:
    return long_lines(box_filter, shape, window, dtypes)
