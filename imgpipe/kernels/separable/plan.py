"""Plans of separable weighted sums, with the slow path for NaN, infinities and huge values."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.nonfinite.averages import _guarded, _holds
from imgpipe.kernels.plans.dtypes import Array, averaging_dtypes, real_cval
from imgpipe.kernels.plans.plan import Plan
from imgpipe.kernels.separable.axes import weighted, weighting
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
    written, accumulator = averaging_dtypes(dtype, output)
    value = float(real_cval(cval))
    if output.kind != "f" and not np.isfinite(value):
        raise InputError(f"cval must be finite where the output is {output}, got {cval!r}")
    fill = value if window.constant else 0.0
    source = np.dtype(np.uint8) if dtype.kind == "b" else dtype
    # long integers are summed as float64 anyhow: one loop less to compile for each
    if (dtype.kind in "iu" and dtype.itemsize > 2) or not _holds(source, fill):
        source, accumulator = _F64, _F64
    top = abs(fill) * max(gain, 1.0)
    if source.kind in "iu":
        top = max(top, 2.0 ** (8 * source.itemsize) * gain)
        # float32 may not be off by more than a rounding of sums near a tie
        if written.itemsize <= 2:
            accumulator = _F32 if top < _MOST_SINGLE else _F64
    both = (window, None) if signs is None else signs

    def compute(x: Array, where: Window, out: Array, border: float, real: Any) -> None:
        # a short last axis may have changed places with a longer one
        weighted(x, where, where.ordered(weights), out, border, real)

    def repair(pixels: Array, out: Array) -> None:
        _guarded(pixels, window, out, fill, accumulator, compute, gain, both)

    finite = top < 1e37
    moved = shape and shape[-1] < 16 and max(shape) >= 2 * shape[-1]
    loop = None
    if finite and 0 not in shape and not moved:
        loop = weighting(shape, source, window, weights, written, fill, accumulator)

    def run(image: Array, out: Array) -> None:
        pixels = image if image.dtype is source else image.astype(source)
        if loop is None or (loop(pixels, out) and source.kind == "f"):
            repair(pixels, out)

    return Plan(written, run)
