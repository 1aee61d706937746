"""Moving minimum and maximum: which loop suits an image and a window, and its tables."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._runtime.threads import bands_of
from imgpipe.kernels.extrema.boxes import Strips, box_lines, packed_step, packed_strips
from imgpipe.kernels.extrema.footprints import footprint_filter
from imgpipe.kernels.extrema.small_images import repeats, shifts_and_masks, small_planes, suits
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.passes import Pass, Run, in_turn, long_lines, passes
from imgpipe.kernels.windows.window import Window

# bytes of a strip: three of them fit into a core's second cache
_STRIP_BYTES = 1 << 17
# longer rows are filtered by stretches of this length: few rows of them make a strip
_LONG_ROW, _BREADTH = 1 << 15, 1 << 12


def extremum(image: Array, window: Window, cval: Any, largest: bool, out: Array) -> None:
    """Write the minimum (or maximum) of every window of a NaN-free image into `out`."""
    if image.size:
        extremum_filter(image.shape, image.dtype, window, cval, largest)(image, out)


def extremum_filter(
    shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any, largest: bool
) -> Run:
    """Return how to filter images of one shape and dtype (not bool), all pixels of them.

    A true result tells that the image holds a NaN; the filtered image then means nothing.
    """
    return long_lines(_line_filter, shape, window, dtype, cval, largest)


def _line_filter(
    shape: tuple[int, ...], window: Window, dtype: np.dtype[Any], cval: Any, largest: bool
) -> Run:
    if window.footprint is not None and not window.footprint.all():
        return footprint_filter(shape, dtype, window, cval, largest)
    steps = passes(shape, _no_longer_than_needed(window, shape))
    if len(steps) == 1 and suits(steps[0], dtype.itemsize):
        return _small_filter(steps[0], dtype, cval, largest)
    runs = [_pass_filter(step, dtype, cval, largest) for step in steps]
    return in_turn(runs, shape, dtype)


def _no_longer_than_needed(window: Window, shape: tuple[int, ...]) -> Window:
    """Return a window that reaches twice the image at most: no border brings more pixels."""
    before = tuple(min(b, 2 * n) for b, n in zip(window.before, shape, strict=True))
    after = [
        min(k - 1 - b, 2 * n) for k, b, n in zip(window.sizes, window.before, shape, strict=True)
    ]
    sizes = tuple(b + 1 + a for b, a in zip(before, after, strict=True))
    return replace(window, sizes=sizes, before=before, footprint=None)


def _small_filter(step: Pass, dtype: np.dtype[Any], cval: Any, largest: bool) -> Run:
    planes, _, width = step.shape
    shifts = shifts_and_masks(step, dtype, largest)
    work = math.prod(step.shape) * dtype.itemsize * (step.k0 + step.k1)
    return bands_of(small_planes, planes, work, width, step.rows, step.above, cval, *shifts,
                    True if largest else None)  # fmt: skip


def _pass_filter(step: Pass, dtype: np.dtype[Any], cval: Any, largest: bool) -> Run:
    ends = _ends_of(step)
    if ends is None:
        return _with_columns_beside(step, dtype, cval, largest)
    layout = _layout(step, dtype.itemsize, ends)
    work = math.prod(step.shape) * dtype.itemsize
    return bands_of(box_lines, step.lines, work, *layout, cval, True if largest else None)


def _ends_of(step: Pass) -> int | None:
    """Return what `box_lines` calls `ends`; None where it must not meet the border of columns."""
    if step.k1 == 1:
        return 0
    if step.shape[2] < 4 * step.k1:
        return None
    if repeats(step.columns, step.before, step.k1):
        return 1
    outside = step.columns < 0
    return 2 if outside.any() else None


def _with_columns_beside(step: Pass, dtype: np.dtype[Any], cval: Any, largest: bool) -> Run:
    """Filter a copy that has the columns beyond the border, and leave out its own."""
    outer, n, width = step.shape
    wide = replace(step, shape=(outer, n, step.columns.size), before=0)
    layout = _layout(wide, dtype.itemsize, 0)
    work = math.prod(wide.shape) * dtype.itemsize
    filtered = bands_of(box_lines, step.lines, work, *layout, cval, True if largest else None)
    outside = np.flatnonzero(step.columns < 0)

    def run(image: Array, out: Array) -> bool:
        source = np.take(image.reshape(outer * n, width), step.columns, axis=1)
        source[:, outside] = cval
        result = np.empty_like(source)
        nan = filtered(source, result)
        np.copyto(out.reshape(outer * n, width), result[:, :width])
        return nan

    return run


def _layout(step: Pass, itemsize: int, ends: int) -> tuple[Array, Array]:
    """Return the arguments `layout` and `growth` of `box_lines`."""
    _, n, width = step.shape
    breadth = width if width * itemsize <= _LONG_ROW else _BREADTH // itemsize
    breadth = max(breadth, min(2 * step.k1, width))
    height = min(n, max(_STRIP_BYTES // (breadth * itemsize), step.k0, 4))
    growth = _growth(step.k0, step.k1, step.before)
    upright = sum(rows < step.k0 for rows, _, _ in growth) + (step.k0 > 1)
    strips = Strips(n, width, height, breadth, step.above, step.before, step.k0, step.k1, ends,
                    upright, step.rows)  # fmt: skip
    return packed_strips(strips), np.array([packed_step(*part) for part in growth])


# windows of some rows and columns, and where the smaller windows begin that make them up
Step = tuple[int, int, list[tuple[int, int]]]


def _growth(k0: int, k1: int, before: int) -> list[Step]:
    """Return the steps by which windows grow to `k0` rows and `k1` columns, rows first."""
    steps: list[Step] = []
    q = 1
    lengths = _lengths(k0)
    for k in lengths:
        steps.append((k, 1, [(d, 0) for d in _starts(q, k)]))
        q = k
    across, q = _lengths(k1), 1
    double = len(lengths) == len(across) == 2 and k0 <= 2 * lengths[0] and k1 <= 10
    if double and 0 < before < k1 - 1:
        # two columns at once with the second half of the rows: one step less
        steps[-1] = (k0, 2, [(d, c) for d in (0, k0 - lengths[0]) for c in (0, 1)])
        across, q = across[1:], 2
    for k in across:
        steps.append((k0, k, [(0, d) for d in _starts(q, k)]))
        q = k
    return steps or [(1, 1, [(0, 0)] * 3)]


def _lengths(k: int) -> list[int]:
    """Lengths through which windows grow from one cell to `k`, at most sevenfold each time."""
    if k <= 7:
        return [k] if k > 1 else []
    if k <= 10:
        return [5, k]
    if k <= 15:
        return [3, k]
    lengths = [5]
    while 7 * lengths[-1] < k:
        lengths.append(7 * lengths[-1])
    return [*lengths, k]


def _starts(q: int, k: int) -> list[int]:
    """Where windows of `q` cells begin that together make one of `k`: 3, 5 or 7 of them."""
    count = next(c for c in (3, 5, 7) if c * q >= k)
    return [min(t * q, k - q) for t in range(count)]
