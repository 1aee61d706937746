"""The moving average over a box, laid out for one shape: passes, tables, strips and volumes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from imgpipe._runtime.threads import bands_of
from imgpipe.kernels.box.rounding import byte_factors, largest, rounding_of
from imgpipe.kernels.box.small_images import Lines, flat_lines
from imgpipe.kernels.box.strips import Strips, strip_lines
from imgpipe.kernels.box.volumes import Planes, volume_planes
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.borders import sides_of
from imgpipe.kernels.windows.passes import Pass, Run, in_turn, passes
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
    """One pass, its loop, and the arguments of that after the image and the output."""

    step: Pass
    loop: Callable[..., Any]
    layout: tuple[Any, ...]
    border: Array
    rest: tuple[Any, ...]


@lru_cache(maxsize=256)
def box_filter(shape: tuple[int, ...], window: Window, dtypes: Averaging) -> Run:
    """Return the filter of images of one shape and dtype, in which the border's value can be.

    It answers True where a mean is not finite. Short integers are summed exactly.
    """
    pixel, sums, written, border = dtypes
    count = window.count
    whole = pixel.kind in "iu"
    if whole and largest(pixel) * count >= 2**31:
        wide = box_filter(shape, window, Averaging(_F64, _F64, written, border))
        return lambda image, out: wide(image.astype(np.float64), out)
    if whole:
        bytes_ = pixel == written == np.uint8 and byte_factors(count) is not None
        sums = np.dtype(np.uint16 if bytes_ else np.int32)
    *leading, last = passes(shape, window)
    stages, source, seen = [], pixel, 1
    for step in leading:
        stages.append(_stage(step, source, Averaging(pixel, sums, sums, border * seen), 1))
        source, seen = sums, seen * step.k0 * step.k1
    stages.append(_stage(last, source, Averaging(pixel, sums, written, border * seen), count))
    runs = [_run(stage) for stage in stages[:-2]]
    if leading and _fit(leading[-1], last):
        runs.append(_planes_run(*stages[-2:]))
    else:
        runs += [_run(stage) for stage in stages[-2:]]
    return in_turn(runs, shape, sums)


def _stage(step: Pass, source: np.dtype[Any], dtypes: Averaging, count: int) -> _Stage:
    """Lay out a pass over an image of dtype `source`, which holds sums of what the image held."""
    pixel, sums, written, border = dtypes
    whole = pixel.kind in "iu"
    # whole numbers are exact in any dtype; floats count beyond the border as they are summed
    beyond, outside = _filled(1, border * step.k0, sums), source if whole else sums
    _, n, width = step.shape
    window = step.k0, step.above, step.k1, step.before
    if _small(step) and (whole or written.kind == "f"):
        height = min(max(_FLAT_CELLS // width, 2), step.lines)
        sides = sides_of(step.columns, width, step.before, step.k1 - 1)
        lines = Lines(n, width, height, *window, step.rows, sides, _filled(width, border, outside))
        rounding = rounding_of(dtypes, count, height * max(width, 3 * step.k1))
        return _Stage(step, flat_lines, tuple(lines), beyond, (tuple(rounding),))
    breadth = _breadth(step)
    chain = _chain(step.k1)
    height = max(2, _STRIP_BYTES // (sums.itemsize * (breadth + step.k1) * len(chain)))
    row = _filled(breadth + step.k1, border, outside)
    tables = step.rows, step.columns, np.array(chain), row
    strips = Strips(n, width, breadth, min(height, n), *window, *tables)
    rounding = rounding_of(dtypes, count, breadth)
    rest = (True, None) if whole else (None, True)
    return _Stage(step, strip_lines, tuple(strips), beyond, (*rest, tuple(rounding)))


def _filled(length: int, value: float, dtype: np.dtype[Any]) -> Array:
    with np.errstate(over="ignore"):
        return np.full(length, value).astype(dtype)


def _small(step: Pass) -> bool:
    """Tell whether a small box filters short rows."""
    return step.k0 in (3, 5) and step.k1 in (1, 3, 5) and step.k1 <= step.shape[2] <= _SHORT


def _run(stage: _Stage) -> Run:
    lines, work = stage.step.lines, float(np.prod(stage.step.shape)) * 8
    return bands_of(stage.loop, lines, work, stage.layout, stage.border, *stage.rest)


def _fit(first: Pass, last: Pass) -> bool:
    """Tell whether the first pass sums a few of what are whole planes to the last one."""
    return first.shape[2] == last.shape[1] * last.shape[2] and first.k0 <= _DEEP


def _planes_run(first: _Stage, last: _Stage) -> Run:
    """Return the filter that sums pixels across planes, then filters these sums."""
    step = first.step
    depth, area = step.shape[1:]
    group = max(1, _GROUP_BYTES // (area * last.border.itemsize))
    # a row of pixels outside, as long as a piece of a plane, ends the layout of either loop
    tables = step.rows, first.layout[-1]
    rows = last.step.shape[1]
    stack = Planes(depth, rows, area, min(group, depth), step.k0, step.above, *tables)
    ways = [last.rest if last.loop is loop else None for loop in (flat_lines, strip_lines)]
    work = float(np.prod(step.shape)) * 16
    return bands_of(volume_planes, step.lines, work, tuple(stack), last.layout, last.border, *ways)


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
