"""Plans of correlations: which loop for which weights."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from imgpipe.kernels.correlation.fft import correlate_by_fft, fft_pays
from imgpipe.kernels.correlation.tiles import direct_time, line_order, tiled
from imgpipe.kernels.nonfinite.averages import Stage, averaging_plan
from imgpipe.kernels.plans.averaging import Averaging, averaging
from imgpipe.kernels.plans.dtypes import Array, real_weights
from imgpipe.kernels.plans.plan import KeptArray, Plan
from imgpipe.kernels.separable.plan import factors, weighted_plan
from imgpipe.kernels.windows.passes import Run, transposed
from imgpipe.kernels.windows.window import Window, axes_of, over_all_axes, spread

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


def correlation_plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    weights: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
    turned: bool,
) -> Plan:
    """Plan a correlation, or a convolution where the weights are to be turned."""
    chosen = axes_of(axes, len(shape))
    values = weights.array() if isinstance(weights, KeptArray) else weights
    taps = real_weights(values, len(chosen))
    window = spread(len(shape), chosen, taps.shape, origin, mode)
    taps = over_all_axes(taps, chosen, len(shape))
    if turned:
        window, taps = window.mirrored(), np.flip(taps)
    window = replace(window, footprint=taps != 0)
    stages = [Stage(window, _part(window, taps > 0), _part(window, taps < 0))]
    gain = float(np.abs(taps).sum())
    lines = factors(taps)
    if lines is not None:
        return weighted_plan(shape, dtype, output, window, lines, cval, gain=gain, stages=stages)
    dtypes = averaging(dtype, output, cval, window.constant)
    dtypes = dtypes._replace(accumulator=_F32 if _single(dtypes, taps) else _F64)

    def build(shape: tuple[int, ...], window: Window, dtypes: Averaging) -> Run:
        return _loop(shape, window, taps, dtypes)

    return averaging_plan(shape, window, dtypes, build, gain=gain, stages=stages)


def _part(window: Window, cells: Array) -> Window | None:
    return replace(window, footprint=cells) if cells.any() else None


def _single(dtypes: Averaging, weights: Array) -> bool:
    """Tell whether float32 will do: for pixels that are short, and weights that it can hold."""
    dtype, _, written, border = dtypes
    edge = border if np.isfinite(border) else 0.0
    if written == _F64 or (dtype.itemsize > 2 and dtype != _F32):
        return False
    sizes = np.abs(weights[weights != 0])
    top = max(2.0 ** (8 * min(dtype.itemsize, 2)), abs(edge)) * float(sizes.sum())
    # integers must not be off by more than a rounding of sums near a tie
    room = 1e37 if written == _F32 else 2.0**20
    return bool(top < room and (sizes > 1e-30).all())


def _loop(shape: tuple[int, ...], window: Window, taps: Array, dtypes: Averaging) -> Run:
    """Choose how to correlate finite images; the loop returns true where that went wrong."""
    if not taps.any():
        return _zeros
    loop = None
    if not fft_pays(shape, taps.shape, direct_time(taps)):
        order = line_order(shape, taps.shape) or list(range(len(shape)))
        turned = tuple(shape[axis] for axis in order)
        loop = tiled(turned, window.reordered(order), taps.transpose(order), dtypes)
        if loop is not None and order != sorted(order):
            loop = transposed(order, loop)
    by_fft = partial(correlate_by_fft, window, taps, dtypes.border, dtypes.accumulator)
    return loop or by_fft


def _zeros(_image: Array, out: Array) -> bool:
    out.fill(0)
    return False
