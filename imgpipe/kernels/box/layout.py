"""The moving average over a box, laid out for one shape: passes, tables, factors and strips."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from imgpipe._runtime.threads import bands_of
from imgpipe.kernels.box.floats import float_lines
from imgpipe.kernels.box.integers import BYTES, DOUBLE, REAL, SINGLE, TOTAL, finish_of, whole_lines
from imgpipe.kernels.box.small_images import flat_lines
from imgpipe.kernels.box.volumes import LOOPS, volume_planes
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array, limits
from imgpipe.kernels.windows.borders import sides_of
from imgpipe.kernels.windows.passes import Pass, Run, passes
from imgpipe.kernels.windows.window import Window

# bytes of a strip of sums and of the windows made of it: they stay in the first-level cache
_STRIP_BYTES = 24_000
# longer rows are filtered by stretches of this length or up to twice that
_BREADTH = 4096
# rows up to this length are strung together to lines of _FLAT_CELLS pixels
_SHORT = 192
_FLAT_CELLS = 4096
# sums of this many bytes at a time, of one plane at least, are filtered while in the cache
_GROUP_BYTES = 1 << 18
# more planes than this are summed by a pass of their own, which needs no more time for more
_DEEP = 15
_F64 = np.dtype(np.float64)


@dataclass(frozen=True)
class _Stage:
    """A loop over the lines of one pass, and its arguments after the image and the output."""

    loop: Callable[..., Any]
    step: Pass
    layout: Array
    border: Array
    finish: tuple[Any, ...]


@lru_cache(maxsize=256)
def box_filter(shape: tuple[int, ...], window: Window, dtypes: Averaging) -> Run:
    """Return the filter of images of one shape and dtype, in which the border's value can be.

    It answers True where a mean is not finite. Short integers are summed exactly.
    """
    dtype, accumulator, written, cval = dtypes
    count = window.count
    whole = dtype.kind in "iu"
    if whole and _top(dtype) * count >= 2**31:
        wide = box_filter(shape, window, Averaging(_F64, _F64, written, cval))
        return lambda image, out: wide(image.astype(np.float64), out)
    pair = _byte_factors(count) if dtype == np.uint8 and written == np.uint8 else None
    total = accumulator
    if whole:
        total = np.dtype(np.int32 if pair is None else np.uint16)
    steps = passes(shape, window)
    stages, seen = [], 1
    for number, step in enumerate(steps, 1):
        final = number == len(steps)
        scale = 1 / count if final else 1.0
        if whole:
            how = _how(dtype, written, count, pair is not None) if final else TOTAL
            stage = _whole_stage(step, total, cval * seen, how, scale, pair, final)
        else:
            low, high = limits(written) if final else (None, None)
            bounds = None if low is None else np.array([low, high], np.float64)
            stage = _float_stage(step, total, cval * seen, total.type(scale), bounds)
        stages.append(stage)
        seen *= step.k0 * step.k1
    runs = [_run(stage) for stage in stages[:-2]]
    if len(steps) > 1 and _fit(*steps[-2:]):
        runs.append(_planes_run(stages[-2], stages[-1]))
    else:
        runs += [_run(stage) for stage in stages[-2:]]
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


def _factors(pair: tuple[int, int] | None, length: int) -> Array:
    """Return `_byte_factors` as `finish_bytes` wants them."""
    assert pair is not None
    power, factor = pair
    row = np.full(32 + length, factor, np.uint16)
    row[:2] = power, 2**15
    return row


def _small(step: Pass) -> bool:
    """Tell whether a small box filters short rows."""
    return step.k0 in (3, 5) and step.k1 in (1, 3, 5) and step.k1 <= step.shape[2] <= _SHORT


def _whole_stage(
    step: Pass,
    total: np.dtype[Any],
    cval: float,
    how: int,
    scale: float,
    pair: tuple[int, int] | None,
    final: bool,
) -> _Stage:
    if _small(step) and final:
        return _flat_stage(step, total, cval, how, scale, pair)
    factors = _factors(pair, _breadth(step)) if how == BYTES else None
    return _long_stage(whole_lines, step, total, cval, how, finish_of(how, scale, factors))


def _float_stage(
    step: Pass, total: np.dtype[Any], cval: float, scale: Any, bounds: Array | None
) -> _Stage:
    if _small(step) and bounds is None:
        return _flat_stage(step, total, cval, REAL, scale, None)
    return _long_stage(float_lines, step, total, cval, REAL, (scale, bounds))


def _flat_stage(
    step: Pass,
    total: np.dtype[Any],
    cval: float,
    how: int,
    scale: Any,
    pair: tuple[int, int] | None,
) -> _Stage:
    _, n, width = step.shape
    height = min(max(_FLAT_CELLS // width, 2), step.lines)
    sides = sides_of(step.columns, width, step.before, step.k1 - 1)
    head = (n, width, height, how, step.k0, step.above, step.k1, step.before)
    layout = np.concatenate([head, step.rows, sides])
    factors = None if pair is None else _factors(pair, height * max(width, 3 * step.k1))
    finish = finish_of(how, scale, factors)
    return _Stage(flat_lines, step, layout, _border(cval, step.k0, width, total), finish)


def _long_stage(
    loop: Callable[..., Any],
    step: Pass,
    total: np.dtype[Any],
    cval: float,
    how: int,
    finish: tuple[Any, ...],
) -> _Stage:
    _, n, stride = step.shape
    breadth = _breadth(step)
    chain = _chain(step.k1)
    height = max(2, _STRIP_BYTES // (total.itemsize * (breadth + step.k1) * len(chain)))
    head = (n, stride, breadth, min(height, n), how, step.k0, step.above, step.k1, step.before)
    layout = np.concatenate([head, step.rows, step.columns, np.ravel(chain)])
    border = _border(cval, step.k0, breadth + step.k1, total)
    return _Stage(loop, step, layout, border, finish)


def _border(cval: float, rows: int, length: int, total: np.dtype[Any]) -> Array:
    """Return the sum of a column outside, then a row of pixels outside."""
    with np.errstate(over="ignore"):
        values = np.full(1 + length, cval)
        values[0] *= rows
        return values.astype(total)


def _run(stage: _Stage) -> Run:
    lines, work = stage.step.lines, float(np.prod(stage.step.shape)) * 8
    return bands_of(stage.loop, lines, work, stage.layout, stage.border, *stage.finish)


def _fit(first: Pass, last: Pass) -> bool:
    """Tell whether the first pass sums a few of what are whole planes to the last one."""
    return first.shape[2] == last.shape[1] * last.shape[2] and first.k0 <= _DEEP


def _planes_run(first: _Stage, last: _Stage) -> Run:
    """Return the filter that sums pixels across planes, then filters these sums."""
    step = first.step
    depth, area = step.shape[1:]
    group = max(1, _GROUP_BYTES // (area * last.border.itemsize))
    head = (depth, last.step.shape[1], area, min(group, depth), step.k0, step.above)
    stack = np.concatenate([head, step.rows])
    ways = [last.finish if last.loop is loop else None for loop in LOOPS]
    work = float(np.prod(step.shape)) * 16
    return bands_of(
        volume_planes, step.lines, work, stack, first.border, last.layout, last.border, *ways
    )


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
