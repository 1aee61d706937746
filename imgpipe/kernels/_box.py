"""The moving average over a box, laid out for one shape: passes, tables, factors and strips."""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array, limits
from imgpipe.kernels._box_float import float_lines
from imgpipe.kernels._box_whole import BYTES, DOUBLE, REAL, SINGLE, TOTAL, whole_lines
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Pass, Window, passes

# bytes of one strip of sums: it stays in the first-level cache with the windows made of it
_STRIP_BYTES = 24_000
# longer rows are filtered by stretches of this length or up to twice that
_BREADTH = 4096
_F64 = np.dtype(np.float64)
_NO_FACTORS = np.zeros(1, np.uint16)

# filters an image into an array; True where a mean is not finite
Run = Callable[[Array, Array], bool]


@lru_cache(maxsize=256)
def box_filter(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    written: np.dtype[Any],
    window: Window,
    cval: float,
    accumulator: np.dtype[Any],
) -> Run:
    """Return the filter of images of one shape and dtype, `cval` being a value of that dtype.

    Short integers are summed exactly, floats in `accumulator`.
    """
    count = window.count
    whole = dtype.kind in "iu"
    if whole and _top(dtype) * count >= 2**31:
        wide = box_filter(shape, _F64, written, window, cval, _F64)
        return lambda image, out: wide(image.astype(np.float64), out)
    factors = _byte_factors(count) if dtype == np.uint8 and written == np.uint8 else None
    total = accumulator
    if whole:
        total = np.dtype(np.int32 if factors is None else np.uint16)
    steps = passes(shape, window)
    runs, source, seen = [], dtype, 1
    for number, step in enumerate(steps, 1):
        final = number == len(steps)
        border = cval * seen
        if whole:
            how = _how(dtype, written, count, factors is not None) if final else TOTAL
            last = factors if how == BYTES else None
            runs.append(_whole_pass(step, source, total, border, how, 1 / count, last))
        else:
            scale = 1 / count if final else 1.0
            runs.append(
                _float_pass(step, source, total, border, scale, written if final else total)
            )
        source, seen = total, seen * step.k0 * step.k1
    if len(runs) == 1:
        return runs[0]

    def run(image: Array, out: Array) -> bool:
        found = False
        for number, one in enumerate(runs, 1):
            result = out if number == len(runs) else np.empty(shape, total)
            found |= one(image, result)
            image = result
        return found

    return run


def _top(dtype: np.dtype[Any]) -> int:
    info = np.iinfo(dtype)
    return max(-int(info.min), int(info.max))


def _how(dtype: np.dtype[Any], written: np.dtype[Any], count: int, bytes_: bool) -> int:
    """Choose how totals become means: the fastest way that rounds each of them right."""
    if written.kind == "f":
        return REAL
    if bytes_:
        return BYTES
    top = _top(dtype)
    power_of_two = count & (count - 1) == 0
    if top * count >= 2**24 or (count % 2 == 0 and not power_of_two):
        return DOUBLE
    # a mean of an odd count lies at least half of 1/count from a tie
    error = top * abs(float(np.float32(1 / count)) * count - 1) + float(np.spacing(np.float32(top)))
    return SINGLE if power_of_two or error < 0.5 / count else DOUBLE


@lru_cache(maxsize=64)
def _byte_factors(count: int) -> tuple[int, int] | None:
    """Return a power of two and a factor for `finish_bytes`, or None where it would be inexact."""
    if count * 255 >= 2**16:
        return None
    totals = np.arange(count * 255 + 1, dtype=np.uint32)
    power = 1 << (16 - (count * 255).bit_length())
    for factor in (2**23 // (count * power), 2**23 // (count * power) + 1):
        if factor < 2**16:
            means = ((totals * power * factor >> 16) + 64) >> 7
            if np.array_equal(means, np.rint(totals / count)):
                return power, factor
    return None


def _whole_pass(
    step: Pass,
    source: np.dtype[Any],
    total: np.dtype[Any],
    cval: float,
    how: int,
    scale: float,
    factors: tuple[int, int] | None,
) -> Run:
    layout, breadth = _layout(step, total)
    power, factor = factors or (0, 0)
    row = np.full(breadth, factor, np.uint16) if factors else _NO_FACTORS
    multiply = (np.uint16(power), row, np.uint16(2**15))
    edge = np.full(breadth, int(cval), source)
    outside = np.array([int(cval) * step.k0], total)
    work = float(np.prod(step.shape)) * 8

    def run(image: Array, out: Array) -> bool:
        x, o = image.reshape(-1), out.reshape(-1)
        rest = (edge, outside, how, scale, *multiply)
        return run_bands(whole_lines, step.lines, work, x, o, *layout, *rest)

    return run


def _float_pass(
    step: Pass,
    source: np.dtype[Any],
    total: np.dtype[Any],
    cval: float,
    scale: float,
    written: np.dtype[Any],
) -> Run:
    layout, breadth = _layout(step, total)
    low, high = limits(written)
    clipped = low is not None
    with np.errstate(over="ignore"):
        edge = np.full(breadth, cval, source)
        outside = np.full(1, cval * step.k0, total)
    real = _F64.type(scale) if clipped else total.type(scale)
    rest = (edge, outside, real, clipped, low or 0.0, high or 0.0)
    work = float(np.prod(step.shape)) * 8

    def run(image: Array, out: Array) -> bool:
        x, o = image.reshape(-1), out.reshape(-1)
        return run_bands(float_lines, step.lines, work, x, o, *layout, *rest)

    return run


def _layout(step: Pass, total: np.dtype[Any]) -> tuple[tuple[Any, ...], int]:
    """Return the arguments on rows and columns, and the length of a stretch."""
    _, n, stride = step.shape
    breadth = _breadth(step)
    height = max(2, _STRIP_BYTES // (total.itemsize * (breadth + step.k1)))
    chain = np.array(_chain(step.k1))
    rows = (step.k0, step.above, step.rows)
    columns = (step.k1, step.before, step.columns, chain)
    return (n, stride, breadth, min(height, n), *rows, *columns), breadth


def _breadth(step: Pass) -> int:
    """Return the length of the stretches that rows are cut into: none of them is short."""
    stride = step.shape[2]
    # pixels that a border brings from the other end of the row would lie in another stretch
    far = step.k1 > 1 and (
        step.columns[: step.before].max(initial=0) > _BREADTH // 2
        or (step.columns[step.before + stride :].min(initial=stride) < stride // 2)
    )
    if stride < 2 * _BREADTH or far or step.k1 > _BREADTH // 4:
        return stride
    for breadth in range(_BREADTH, 2 * _BREADTH):
        if stride % breadth == 0 or stride % breadth > _BREADTH // 2:
            return breadth
    return stride


def _chain(k: int) -> list[tuple[int, int]]:
    """Return the windows that grow to `k` cells, step by step from single cells.

    A step (q, t) adds two windows of q cells of the last step and, unless t is -1, one of step t:
    the last step's window too, or a single cell (t = 0). The last step gives the window of `k`.
    """
    if k == 1:
        return [(0, -1)]
    lengths = [k]
    while lengths[-1] > 1:
        last = lengths[-1]
        lengths.append(last // 3 if last % 3 == 0 else last // 2)
    lengths.reverse()
    steps = []
    for number, (q, wide) in enumerate(pairwise(lengths)):
        third = {3 * q: number, 2 * q + 1: 0, 2 * q: -1}[wide]
        steps.append((q, third))
    return steps
