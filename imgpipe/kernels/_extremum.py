"""Moving minimum and maximum: one loop for boxes and one for footprints, for both orders."""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit
from imgpipe.kernels._padding import line_starts, offsets, padded
from imgpipe.kernels._strips import copy, fill, strip_shape
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Window, long_lines, passes


def extremum(image: Array, window: Window, cval: Any, largest: bool, out: Array) -> None:
    """Write the minimum (or maximum) of every window of a NaN-free image into `out`."""

    def compute(image: Array, window: Window, out: Array) -> None:
        # None and True are types of their own to Numba, so each order compiles its own loop
        order = True if largest else None
        if window.cells is None or window.cells.all():
            _box(image, window, cval, order, out)
        else:
            _footprint(image, window, cval, order, out)

    if image.size:
        long_lines(image, window, compute, out)


def _box(image: Array, window: Window, cval: Any, order: bool | None, out: Array) -> None:
    steps = passes(image.shape, window)
    source = image
    for number, step in enumerate(steps, 1):
        result = out if number == len(steps) else np.empty_like(out)
        run_bands(
            _box_lines,
            step.lines,
            image.size * image.itemsize,
            source.reshape(step.shape),
            result.reshape(step.shape),
            step.rows,
            step.above,
            step.k0,
            step.columns,
            step.before,
            step.k1,
            cval,
            *strip_shape(step, source.itemsize),
            order,
        )
        source = result


def _footprint(image: Array, window: Window, cval: Any, order: bool | None, out: Array) -> None:
    source = padded(image, window, cval)
    run_bands(
        _footprint_lines,
        out.size // out.shape[-1],
        image.size * image.itemsize * window.count / 8,
        source.ravel(),
        out.reshape(-1, out.shape[-1]),
        line_starts(image.shape, source.shape),
        offsets(window, source.shape),
        order,
    )


@jit
def _pick(a: Any, b: Any, largest: Any) -> Any:
    if largest is None:
        return min(a, b)
    return max(a, b)


@jit
def _box_lines(
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
    height: int,
    breadth: int,
    largest: Any,
) -> None:
    n, width = x.shape[1], x.shape[2]
    strips = np.empty((2, (height + k0 - 1) * (breadth + k1 - 1)), x.dtype)
    number = start
    while number < stop:
        plane = number // n
        i = number - plane * n
        count = min(height, stop - number, n - i)
        for left in range(0, width, breadth):
            wide = min(breadth, width - left)
            pitch = wide + k1 - 1
            size = (count + k0 - 1) * pitch
            line, other = strips[0], strips[1]
            fill(x, plane, rows, above, i, count + k0 - 1, columns, before, left, pitch, cval, line)
            line, other = _widen(line, other, size, pitch, k0, largest)
            line, other = _widen(line, other, count * pitch, 1, k1, largest)
            for r in range(count):
                copy(out[plane, i + r, left:], line[r * pitch :], wide)
        number += count


@jit
def _widen(
    line: Array, other: Array, size: int, shift: int, k: int, largest: Any
) -> tuple[Array, Array]:
    """Widen windows from 1 to k cells, at most threefold a pass; return the result first."""
    q = 1
    while q < k:
        grown = min(3 * q, k)
        size -= (grown - q) * shift
        b, c = line[min(q, grown - q) * shift :], line[(grown - q) * shift :]
        _pick_three(other, line, b, c, size, largest)
        line, other = other, line
        q = grown
    return line, other


# a function of its own: inside the loop over buffers that change places nothing is vectorised
@jit
def _pick_three(out: Array, a: Array, b: Array, c: Array, count: int, largest: Any) -> None:
    for j in range(count):
        out[j] = _pick(_pick(a[j], b[j], largest), c[j], largest)


@jit
def _footprint_lines(
    start: int, stop: int, x: Array, out: Array, starts: Array, cells: Array, largest: Any
) -> None:
    width = out.shape[1]
    last = cells.size - 1
    for number in range(start, stop):
        line = out[number]
        source = x[starts[number] :]
        first = source[cells[0] :]
        for j in range(width):
            line[j] = first[j]
        for t in range(1, cells.size, 3):
            a = source[cells[t] :]
            b = source[cells[min(t + 1, last)] :]
            c = source[cells[min(t + 2, last)] :]
            for j in range(width):
                line[j] = _pick(line[j], _pick(_pick(a[j], b[j], largest), c[j], largest), largest)


@jit
def _pick_four(out: Array, a: Array, b: Array, c: Array, largest: Any) -> None:
    for j in range(out.size):
        out[j] = _pick(out[j], _pick(_pick(a[j], b[j], largest), c[j], largest), largest)
