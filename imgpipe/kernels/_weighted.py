"""Weighted sums axis by axis: the loop of the Gaussian and of separable convolution."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array, limits
from imgpipe.kernels._jit import jit
from imgpipe.kernels._rounding import store
from imgpipe.kernels._strips import copy, fill_as, strip_shape
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Window, passes


def weighted(
    image: Array,
    window: Window,
    weights: Sequence[Array],
    out: Array,
    cval: float,
    accumulator: np.dtype[Any],
) -> None:
    """Correlate a finite image with the outer product of one line of weights per axis."""
    low, high = limits(out.dtype)
    real = accumulator.type
    one = np.ones(1)
    source, edge = image, cval
    steps = passes(image.shape, window)
    for number, step in enumerate(steps, 1):
        final = number == len(steps)
        result = out if final else np.empty(image.shape, accumulator)
        w0 = one if step.row_axis is None else weights[step.row_axis]
        w1 = one if step.column_axis is None else weights[step.column_axis]
        run_bands(
            _weighted_lines,
            step.lines,
            image.size * accumulator.itemsize * (step.k0 + step.k1) / 2,
            source.reshape(step.shape),
            result.reshape(step.shape),
            step.rows,
            step.above,
            step.k0,
            step.columns,
            step.before,
            step.k1,
            source.dtype.type(edge),
            w0.astype(accumulator),
            w1.astype(accumulator),
            *strip_shape(step, accumulator.itemsize),
            real(low) if final and low is not None else None,
            real(high) if final and high is not None else None,
        )
        source, edge = result, float(edge) * float(w0.sum()) * float(w1.sum())


@jit
def _weighted_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    rows: Array,
    above: int,
    k0: int,
    columns: Array,
    before: int,
    k1: int,
    cval: Any,
    w0: Array,
    w1: Array,
    height: int,
    breadth: int,
    low: Any,
    high: Any,
) -> None:
    n, width = x.shape[1], x.shape[2]
    strips = np.empty((2, (height + k0 - 1) * (breadth + k1 - 1)), w0.dtype)
    one = w0.dtype.type(1)
    pixels = np.empty(strips.shape[1], x.dtype)
    stored = np.empty(strips.shape[1], out.dtype)
    number = start
    while number < stop:
        plane = number // n
        i = number - plane * n
        count = min(height, stop - number, n - i)
        for left in range(0, width, breadth):
            wide = min(breadth, width - left)
            pitch = wide + k1 - 1
            line, total = strips[0], strips[1]
            fill_as(
                x,
                plane,
                rows,
                above,
                i,
                count + k0 - 1,
                columns,
                before,
                left,
                pitch,
                cval,
                pixels,
                line,
            )
            if k0 > 1:
                _add_taps(line, total, count * pitch, pitch, w0)
                line, total = total, line
            if k1 > 1:
                _add_taps(line, total, count * pitch - k1 + 1, 1, w1)
                line, total = total, line
            store(line, stored, count * pitch - k1 + 1, one, low, high)
            for r in range(count):
                copy(out[plane, i + r, left:], stored[r * pitch :], wide)
        number += count


# contract: one fused multiply-add instead of two operations nearly halves the time of long windows
@jit(contract=True)
def _add_taps(line: Array, total: Array, size: int, shift: int, weights: Array) -> None:
    """Write ``sum(weights[t] * line[j + t * shift])``, a few taps at a time and block by block."""
    last = weights.size - weights.size % 3
    for first in range(0, size, 2048):
        count = min(2048, size - first)
        sums = total[first : first + count]
        for j in range(count):
            sums[j] = 0
        for t in range(0, last, 3):
            a, b, c = (
                line[first + t * shift :],
                line[first + (t + 1) * shift :],
                line[first + (t + 2) * shift :],
            )
            u, v, w = weights[t], weights[t + 1], weights[t + 2]
            for j in range(count):
                sums[j] += u * a[j] + v * b[j] + w * c[j]
        for t in range(last, weights.size):
            a, u = line[first + t * shift :], weights[t]
            for j in range(count):
                sums[j] += u * a[j]
