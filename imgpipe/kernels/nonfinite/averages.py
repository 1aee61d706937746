"""What mean, Gaussian and convolution share: dtypes, huge values, NaN and infinities."""

from collections.abc import Callable
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.extrema.choice import extremum
from imgpipe.kernels.nonfinite.rank_filters import max_abs
from imgpipe.kernels.plans.dtypes import (
    Array,
    averaging_dtypes,
    converted,
    deliver,
    output_dtype,
    real_cval,
    target,
)
from imgpipe.kernels.windows.window import Window, long_lines

# compute(image, window, out, cval, accumulator dtype) writes the sums of finite data
Compute = Callable[[Array, Window, Array, float, "np.dtype[Any]"], None]

_ROOM = {4: 1e37, 8: 1e306}
_SHRINK = 2.0**-300


def average(
    image: Array,
    output: Any,
    cval: Any,
    window: Window,
    compute: Compute,
    *,
    gain: float = 1.0,
    negative: Window | None = None,
    positive: Window | None = None,
) -> Array:
    """Run `compute` so that every dtype, NaN, infinity and value near the limit comes out right.

    `gain` bounds how far sums on the way exceed the largest value. `positive` and `negative` are
    the windows of the cells with weights of either sign (default: all are positive).
    """
    dtype = output_dtype(output, image)
    written, accumulator = averaging_dtypes(image.dtype, dtype)
    value = float(real_cval(cval))
    if dtype.kind != "f" and not np.isfinite(value):
        raise InputError(f"cval must be finite where the output is {dtype}, got {cval!r}")
    out = target(output, image, written)
    if image.size:
        signs = (window, None) if positive is None and negative is None else (positive, negative)
        fill = value if window.constant else 0.0
        pixels = image
        # long integers are summed as float64 anyhow: one loop less to compile for each
        if (image.dtype.kind in "iu" and image.itemsize > 2) or not _holds(pixels.dtype, fill):
            pixels, accumulator = image.astype(np.float64), np.dtype(np.float64)
        _guarded(pixels, window, out, fill, accumulator, compute, gain, signs)
    return deliver(out, output, dtype)


def _holds(dtype: np.dtype[Any], value: float) -> bool:
    """True where the border can be written in the image's own dtype."""
    if dtype.kind == "f" or not np.isfinite(value):
        return dtype.itemsize == 8 or abs(value) < _ROOM[4] or not np.isfinite(value)
    info = np.iinfo(dtype)
    return value == int(value) and info.min <= value <= info.max


def _guarded(
    image: Array,
    window: Window,
    out: Array,
    cval: float,
    accumulator: np.dtype[Any],
    compute: Compute,
    gain: float,
    signs: tuple[Window | None, Window | None],
) -> None:
    top = max(max_abs(image), abs(cval))
    if not np.isfinite(top) or np.isnan(cval):
        clean = np.where(np.isfinite(image), image, image.dtype.type(0))
        fill = cval if np.isfinite(cval) else 0.0
        _guarded(clean, window, out, fill, accumulator, compute, gain, signs)
        _mark(image, window, out, cval, signs)
    elif max(top, 1.0) * max(gain, 1.0) <= _ROOM[accumulator.itemsize]:
        long_lines(image, window, lambda x, w, o: compute(x, w, o, cval, accumulator), out)
    else:
        # values near the limit would overflow in sums whose average still fits
        small = image.astype(np.float64) * _SHRINK
        wide = np.empty(image.shape, np.float64)
        double = wide.dtype
        shrunk = cval * _SHRINK
        long_lines(small, window, lambda x, w, o: compute(x, w, o, shrunk, double), wide)
        with np.errstate(over="ignore"):
            np.copyto(out, converted(wide / _SHRINK, out.dtype))


def _mark(
    image: Array,
    window: Window,
    out: Array,
    cval: float,
    signs: tuple[Window | None, Window | None],
) -> None:
    """Write NaN and infinities where a window holds them."""

    def reaches(pixels: Array, border: bool, where: Window | None) -> Array:
        found = np.zeros(image.shape, np.uint8)
        if where is not None:
            extremum(pixels.view(np.uint8), where, np.uint8(border), True, found)
        return found.astype(bool)

    positive, negative = signs
    plus, minus = image == np.inf, image == -np.inf
    edge_plus, edge_minus = cval == np.inf, cval == -np.inf
    up = reaches(plus, edge_plus, positive) | reaches(minus, edge_minus, negative)
    down = reaches(minus, edge_minus, positive) | reaches(plus, edge_plus, negative)
    unknown = reaches(np.isnan(image), bool(np.isnan(cval)), window) | (up & down)
    out[up] = np.inf
    out[down] = -np.inf
    out[unknown] = np.nan
