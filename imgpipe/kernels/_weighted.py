"""Weighted sums axis by axis: the loop of the Gaussian and of separable convolution."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array, limits
from imgpipe.kernels._jit import jit
from imgpipe.kernels._rounding import store
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Window, passes

# taps that one pass over a line adds up: more would leave short windows with idle taps
_TAPS = 3


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
            _whole_groups(step.rows, step.k0),
            _filled(w0, accumulator),
            step.columns,
            _filled(w1, accumulator) if step.k1 > 1 else one.astype(accumulator),
            step.before,
            real(edge),
            real(edge * w0.sum()),
            real(low) if final and low is not None else None,
            real(high) if final and high is not None else None,
        )
        source, edge = result, edge * w0.sum() * w1.sum()


def _filled(weights: Array, dtype: np.dtype[Any]) -> Array:
    """Weights with zeros up to a whole number of groups of taps."""
    return np.append(weights, np.zeros(-len(weights) % _TAPS)).astype(dtype)


def _whole_groups(rows: Array, k: int) -> Array:
    """Index table for the taps that `_filled` adds: any row of the image will do."""
    return np.append(rows, np.zeros(-k % _TAPS, np.int64))


# contract: one fused multiply-add instead of two operations nearly halves the time of long windows
@jit(contract=True)
def _weighted_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    rows: Array,
    w0: Array,
    columns: Array,
    w1: Array,
    before: int,
    cval: Any,
    border: Any,
    low: Any,
    high: Any,
) -> None:
    n, width = x.shape[1], x.shape[2]
    line = np.zeros(width + w1.size - 1, w0.dtype)
    total = np.empty(width, w0.dtype)
    edge = np.zeros(width, x.dtype)
    one = w0.dtype.type(1)
    for number in range(start, stop):
        plane = number // n
        i = number - plane * n
        middle = line[before : before + width]
        _add_rows(x, plane, rows[i : i + w0.size], w0, edge, cval, middle)
        for p in range(before):
            line[p] = middle[columns[p]] if columns[p] >= 0 else border
        for p in range(before + width, columns.size):
            line[p] = middle[columns[p]] if columns[p] >= 0 else border
        if w1.size == 1:
            store(line, out[plane, i], one, low, high)
        else:
            _add_shifts(line, w1, total)
            store(total, out[plane, i], one, low, high)


@jit(contract=True)
def _add_rows(
    x: Array, plane: int, rows: Array, weights: Array, edge: Array, cval: Any, total: Array
) -> None:
    real = weights.dtype.type
    outside = real(0)
    for t in range(weights.size):
        if rows[t] < 0:
            outside += weights[t] * cval
    total[:] = outside
    for t in range(0, weights.size, 3):
        a = x[plane, rows[t]] if rows[t] >= 0 else edge
        b = x[plane, rows[t + 1]] if rows[t + 1] >= 0 else edge
        c = x[plane, rows[t + 2]] if rows[t + 2] >= 0 else edge
        u, v, w = weights[t], weights[t + 1], weights[t + 2]
        for j in range(total.size):
            total[j] += u * real(a[j]) + v * real(b[j]) + w * real(c[j])


@jit(contract=True)
def _add_shifts(line: Array, weights: Array, total: Array) -> None:
    total[:] = 0
    for t in range(0, weights.size, 3):
        a, b, c = line[t:], line[t + 1 :], line[t + 2 :]
        u, v, w = weights[t], weights[t + 1], weights[t + 2]
        for j in range(total.size):
            total[j] += u * a[j] + v * b[j] + w * c[j]
