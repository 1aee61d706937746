"""What mean, Gaussian and convolution share: huge values, NaN and infinities."""

from collections.abc import Callable

import numpy as np

from imgpipe.kernels.extrema.choice import extremum
from imgpipe.kernels.nonfinite.rank_filters import max_abs
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array, converted
from imgpipe.kernels.plans.plan import Plan
from imgpipe.kernels.windows.passes import Run
from imgpipe.kernels.windows.window import Window

# build(shape, window, averaging) returns the filter of finite images; what that answers is true
# where a result is not finite
Build = Callable[[tuple[int, ...], Window, Averaging], Run]

_ROOM = {4: 1e37, 8: 1e306}
_SHRINK = 2.0**-300
_F64 = np.dtype(np.float64)


def averaging_plan(
    shape: tuple[int, ...],
    window: Window,
    averaging: Averaging,
    build: Build,
    *,
    gain: float = 1.0,
    signs: tuple[Window | None, Window | None] | None = None,
) -> Plan:
    """Plan a filter so that every dtype, NaN, infinity and value near the limit comes out right.

    `gain` bounds how far sums on the way exceed the largest value. `signs` are the windows of the
    cells with positive and with negative weights (default: all are positive).
    """
    pixel = averaging.pixel
    fast = None
    if 0 not in shape and np.isfinite(averaging.border):
        fast = build(shape, window, averaging)

    def run(image: Array, out: Array) -> None:
        pixels = image if image.dtype is pixel else image.astype(pixel)
        # a sum that is not finite tells of NaN, of infinities or of values near the limit
        if fast is None or fast(pixels, out):
            _repair(pixels, out, window, averaging, build, gain, signs or (window, None))

    return Plan(averaging.written, run)


def _repair(
    image: Array,
    out: Array,
    window: Window,
    averaging: Averaging,
    build: Build,
    gain: float,
    signs: tuple[Window | None, Window | None],
) -> None:
    """Filter an image that may hold NaN, infinities and values near the limit."""
    border = averaging.border
    top = max(max_abs(image), abs(border))
    if not np.isfinite(top) or np.isnan(border):
        clean = np.where(np.isfinite(image), image, image.dtype.type(0))
        finite = averaging._replace(border=border if np.isfinite(border) else 0.0)
        _repair(clean, out, window, finite, build, gain, signs)
        _mark(image, window, out, border, signs)
    elif max(top, 1.0) * max(gain, 1.0) <= _ROOM[averaging.accumulator.itemsize]:
        build(image.shape, window, averaging)(image, out)
    else:
        # values near the limit would overflow in sums whose average still fits
        small = image.astype(np.float64) * _SHRINK
        wide = np.empty(image.shape, np.float64)
        shrunk = Averaging(_F64, _F64, _F64, border * _SHRINK)
        build(image.shape, window, shrunk)(small, wide)
        with np.errstate(over="ignore"):
            np.copyto(out, converted(wide / _SHRINK, out.dtype))


def _mark(
    image: Array,
    window: Window,
    out: Array,
    border: float,
    signs: tuple[Window | None, Window | None],
) -> None:
    """Write NaN and infinities where a window holds them."""

    def reaches(pixels: Array, beyond: bool, where: Window | None) -> Array:
        reached = np.zeros(image.shape, np.uint8)
        # weights that are all 0 make a window without a cell
        if where is not None and where.count:
            extremum(pixels.view(np.uint8), where, np.uint8(beyond), True, reached)
        return reached.astype(bool)

    positive, negative = signs
    plus, minus = image == np.inf, image == -np.inf
    edge_plus, edge_minus = border == np.inf, border == -np.inf
    up = reaches(plus, edge_plus, positive) | reaches(minus, edge_minus, negative)
    down = reaches(minus, edge_minus, positive) | reaches(plus, edge_plus, negative)
    unknown = reaches(np.isnan(image), bool(np.isnan(border)), window) | (up & down)
    out[up] = np.inf
    out[down] = -np.inf
    out[unknown] = np.nan
