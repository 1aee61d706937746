"""Moving minimum and maximum: which loop suits an image and a window, and its tables."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._box_extremum import SPARE_ROWS, box_lines
from imgpipe.kernels._flat_extremum import LONGEST_FLAT, flat_lines
from imgpipe.kernels._footprint_extremum import footprint_filter
from imgpipe.kernels._small_extremum import shifts_and_masks, small_planes, suits
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Pass, Window, passes

# run(image, out) filters a C-ordered image; it returns True where that holds a NaN, and then `out`
# means nothing
Run = Callable[[Array, Array], bool]

# bytes of one strip of rows: two of them fit into a core's first cache
_STRIP_BYTES = 1 << 15
# rows in a strip of the flat loop: few stay in the first cache, but neighbours share some
_FLAT_ROWS = 16
_CACHE_LINE = 64
# lines shorter than this are not worth a vector loop
_SHORT = 16


def extremum(image: Array, window: Window, cval: Any, largest: bool, out: Array) -> None:
    """Write the minimum (or maximum) of every window of a NaN-free image into `out`."""
    if image.size:
        extremum_filter(image.shape, image.dtype, window, cval, largest)(image, out)


def extremum_filter(
    shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any, largest: bool
) -> Run:
    """Return how to filter images of one shape and dtype (not bool), all pixels of them."""
    longest = int(np.argmax(shape))
    # a colour image has lines of three: its columns then make the vectors
    if shape[-1] < _SHORT and shape[longest] >= 2 * shape[-1]:
        order = [a for a in range(len(shape)) if a != longest] + [longest]
        turned = tuple(shape[a] for a in order)
        inner = extremum_filter(turned, dtype, window.reordered(order), cval, largest)
        return _transposed(order, inner)
    if window.cells is not None and not window.cells.all():
        return footprint_filter(shape, dtype, window, cval, largest)
    steps = passes(shape, _no_longer_than_needed(window, shape))
    if len(steps) == 1 and suits(steps[0], dtype.itemsize):
        return _small_filter(steps[0], dtype, largest)
    return _box_filter(steps, shape, window, dtype, cval, largest)


def _transposed(order: list[int], inner: Run) -> Run:
    back = np.argsort(order)

    def run(image: Array, out: Array) -> bool:
        source = np.ascontiguousarray(image.transpose(order))
        result = np.empty_like(source)
        found = inner(source, result)
        np.copyto(out, result.transpose(back))
        return found

    return run


def _no_longer_than_needed(window: Window, shape: tuple[int, ...]) -> Window:
    """Return a window that reaches twice the image at most: no border brings more pixels."""
    before = tuple(min(b, 2 * n) for b, n in zip(window.before, shape, strict=True))
    after = [
        min(k - 1 - b, 2 * n) for k, b, n in zip(window.sizes, window.before, shape, strict=True)
    ]
    sizes = tuple(b + 1 + a for b, a in zip(before, after, strict=True))
    return replace(window, sizes=sizes, before=before, cells=None)


def _small_filter(step: Pass, dtype: np.dtype[Any], largest: bool) -> Run:
    shifts, masks, group = shifts_and_masks(step, dtype, largest)
    size = step.shape[1] * step.shape[2]
    downwards = step.k0 // 2 * 2
    work = step.shape[0] * size * dtype.itemsize * shifts.size
    order = True if largest else None

    def run(image: Array, out: Array) -> bool:
        return run_bands(
            small_planes,
            step.shape[0],
            work,
            image.reshape(-1),
            out.reshape(-1),
            size,
            group,
            shifts,
            downwards,
            masks,
            order,
        )

    return run


def _box_filter(
    steps: list[Pass],
    shape: tuple[int, ...],
    window: Window,
    dtype: np.dtype[Any],
    cval: Any,
    largest: bool,
) -> Run:
    order = True if largest else None
    work = math.prod(shape) * dtype.itemsize
    parts = [
        (flat_lines, step.lines, _flat_settings(step, cval))
        if _flat_suits(step)
        else (box_lines, step.lines, _box_settings(step, window, dtype.itemsize, cval))
        for step in steps
    ]

    def run(image: Array, out: Array) -> bool:
        source, found = image.reshape(-1), False
        for number, (loop, lines, values) in enumerate(parts, 1):
            result = out.reshape(-1) if number == len(parts) else np.empty(out.size, out.dtype)
            found |= run_bands(loop, lines, work, source, result, *values, order)
            source = result
        return found

    return run


def _flat_suits(step: Pass) -> bool:
    k0, k1 = step.k0, step.k1
    return k0 <= LONGEST_FLAT and 1 < k1 <= LONGEST_FLAT and step.shape[2] >= 4 * k1


def _flat_settings(step: Pass, cval: Any) -> tuple[Any, ...]:
    """Return the arguments of `flat_lines` from `n` to `height`."""
    _, n, width = step.shape
    outside = step.columns.min() < 0
    columns = step.columns
    if outside:
        columns = np.clip(np.arange(columns.size) - step.before, 0, width - 1)
    return (
        n,
        width,
        np.concatenate([step.rows, columns]).astype(np.int64),
        step.above,
        step.k0,
        step.before,
        step.k1,
        int(outside),
        cval,
        min(_FLAT_ROWS, n),
    )


def _box_settings(step: Pass, window: Window, itemsize: int, cval: Any) -> tuple[Any, ...]:
    """Return the arguments of `box_lines` from `n` to `pitch`."""
    _, n, width = step.shape
    line = _CACHE_LINE // itemsize
    pitch = -(-(width + step.k1 - 1) // line) * line
    height = max(8, _STRIP_BYTES // (pitch * itemsize) // 8 * 8)
    outside = step.row_axis is not None and window.modes[step.row_axis] == "constant"
    rows = step.rows
    if outside:
        rows = np.clip(np.arange(rows.size) - step.above, 0, n - 1)
    growth = np.array(_growth(step.k1))
    tables = [rows, rows[-1:].repeat(SPARE_ROWS), step.columns, growth]
    return (
        n,
        width,
        np.concatenate(tables).astype(np.int64),
        step.above,
        step.k0,
        step.before,
        step.k1,
        int(outside),
        cval,
        min(height, n),
        pitch,
    )


def _growth(k: int) -> list[int]:
    """Lengths through which windows grow to `k`, at most fivefold each time."""
    if k <= 5:
        return [k]
    # a threefold step reads three pixels, a fivefold one five
    lengths = [3]
    while 5 * lengths[-1] < k:
        lengths.append(5 * lengths[-1])
    return [*lengths, k]
