"""Moving minimum and maximum: one loop for boxes and one for footprints, for both orders."""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit
from imgpipe.kernels._padding import line_starts, offsets, padded
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Window, long_lines, passes

# up to here the k rows of a window are compared directly, above by running minima
_DIRECT = 5


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
            step.k0,
            step.columns,
            step.k1,
            step.before,
            cval,
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
    k0: int,
    columns: Array,
    k1: int,
    before: int,
    cval: Any,
    largest: Any,
) -> None:
    n, width = x.shape[1], x.shape[2]
    reach = width + k1 - 1
    scratch = np.empty((k0 + 4, reach), x.dtype)
    line, other = scratch[k0], scratch[k0 + 1]
    middle = line[before : before + width]
    edge, prefix = scratch[k0 + 2][:width], scratch[k0 + 3][:width]
    for j in range(width):
        edge[j] = cval
    phase = k0
    for number in range(start, stop):
        plane = number // n
        i = number - plane * n
        if k0 <= _DIRECT:
            _fold_rows(x, plane, rows, i, k0, edge, middle, largest)
        else:
            # van Herk: in blocks of k rows a window is a suffix of one block, a prefix of the next
            if i == 0 or phase >= k0:
                phase -= phase
                _suffixes(x, plane, rows, i, k0, edge, scratch, prefix, largest)
            row = rows[i + k0 - 1]
            b = x[plane, row] if row >= 0 else edge
            a = scratch[phase]
            for j in range(width):
                prefix[j] = _pick(prefix[j], b[j], largest)
            for j in range(width):
                middle[j] = _pick(a[j], prefix[j], largest)
            phase += 1
        for p in range(before):
            line[p] = middle[columns[p]] if columns[p] >= 0 else cval
        for p in range(before + width, reach):
            line[p] = middle[columns[p]] if columns[p] >= 0 else cval
        _fold_line(line, other, k1, out[plane, i], largest)


@jit
def _fold_rows(
    x: Array, plane: int, rows: Array, i: int, k: int, edge: Array, out: Array, largest: Any
) -> None:
    """Compare up to five rows; a window of fewer reads some of them twice."""
    first, centre, last = rows[i], rows[i + k // 2], rows[i + k - 1]
    a = x[plane, first] if first >= 0 else edge
    b = x[plane, centre] if centre >= 0 else edge
    c = x[plane, last] if last >= 0 else edge
    for j in range(out.size):
        out[j] = _pick(_pick(a[j], b[j], largest), c[j], largest)
    if k > 3:
        first, last = rows[i + 1], rows[i + k - 2]
        a = x[plane, first] if first >= 0 else edge
        c = x[plane, last] if last >= 0 else edge
        for j in range(out.size):
            out[j] = _pick(out[j], _pick(a[j], c[j], largest), largest)


@jit
def _suffixes(
    x: Array,
    plane: int,
    rows: Array,
    i: int,
    k: int,
    edge: Array,
    suffix: Array,
    prefix: Array,
    largest: Any,
) -> None:
    """Write the running minima of k rows, from the last to the first; the prefix starts there."""
    below = prefix
    for t in range(k - 1, -1, -1):
        a = x[plane, rows[i + t]] if rows[i + t] >= 0 else edge
        if t == k - 1:
            for j in range(prefix.size):
                prefix[j] = a[j]
        out = suffix[t]
        for j in range(prefix.size):
            out[j] = _pick(a[j], below[j], largest)
        below = out


@jit
def _fold_line(line: Array, other: Array, k: int, out: Array, largest: Any) -> None:
    """Widen the windows from 1 to k cells, threefold a pass; both buffers are overwritten."""
    q = 1
    while 3 * q < k:
        a, b, c = line, line[q:], line[2 * q :]
        count = c.size
        for j in range(count):
            other[j] = _pick(_pick(a[j], b[j], largest), c[j], largest)
        line, other = other[:count], line
        q *= 3
    a, b, c = line, line[min(q, k - q) :], line[k - q :]
    for j in range(out.size):
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
