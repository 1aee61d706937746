"""Moving average over a box."""

import math
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array, as_image, limits
from imgpipe.kernels._averaging import average
from imgpipe.kernels._jit import jit
from imgpipe.kernels._rounding import store, store_quotient
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Window, passes, window_of

# up to here the k rows of a window are added directly, above by a running sum
_DIRECT = 7
# a running sum of floats starts afresh this often, so that rounding errors cannot pile up
_FRESH = 32


def mean(
    image: Any,
    size: Any = 3,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    origin: Any = 0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Replace each pixel by the mean of a box around it.

    The meaning is that of `scipy.ndimage.uniform_filter`, except that integer results are rounded
    to nearest even and saturated.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool (with a float `output`), integers of 8 to 64 bits, float32 or float64.
    size : int or sequence of int
        Length of the box in pixels, on all axes or on each of `axes`.
    mode : str or sequence of str
        Border: ``reflect``, ``nearest``, ``mirror``, ``wrap``, ``constant`` or a ``grid-`` alias.
    cval : float
        Value outside the image for ``constant``.
    origin : int or sequence of int
        Shift of the box; positive values move it towards the start of the axis.
    axes : int or sequence of int, optional
        Axes to filter, all by default; ``axes=(1, 2)`` filters a stack of images one by one.
    output : array or dtype, optional
        Array to fill (it may overlap `image`), or dtype of the result. A float dtype gives the
        unrounded mean.

    Returns
    -------
    ndarray
        The result, of the image's shape and, by default, dtype.

    Raises
    ------
    InputError
        If an argument cannot be used (a ValueError).
    TypeError
        If a dtype cannot be used; the message names a cast.

    Notes
    -----
    Integers of 8 and 16 bits are summed exactly, float32 in float32, all else in float64.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import mean
    >>> mean(np.array([0, 0, 9, 0, 0], np.uint8))
    array([0, 3, 3, 3, 0], dtype=uint8)
    >>> mean([1.0, 2.0, 4.0], size=2)
    array([1. , 1.5, 3. ])
    """
    image = as_image(image)
    window = window_of(image.ndim, size, origin, mode, axes)
    return average(image, output, cval, window, _box_mean, gain=math.prod(window.sizes))


def _box_mean(
    image: Array, window: Window, out: Array, cval: float, accumulator: np.dtype[Any]
) -> None:
    count = math.prod(window.sizes)
    if image.dtype.kind in "iu" and image.itemsize <= 2:
        # whole numbers below 2**24 add up exactly in float32, below 2**53 in float64
        largest = max(2 ** (8 * image.itemsize), abs(cval)) * count
        exact = largest < 2**24 and cval == int(cval)
        accumulator = np.dtype(np.float32 if exact else np.float64)
    narrow = accumulator.itemsize == 4 and (out.itemsize == 1 or out.dtype == np.float32)
    low, high = limits(out.dtype)
    source, seen = image, 1
    steps = passes(image.shape, window)
    for number, step in enumerate(steps, 1):
        final = number == len(steps)
        result = out if final else np.empty(image.shape, accumulator)
        real = (np.float32 if narrow else np.float64) if final else accumulator.type
        total = count if final else 1
        # a product with 1/count misses ties, which only even counts have; powers of 2 are exact
        divide = final and low is not None and count % 2 == 0 and count & (count - 1) != 0
        run_bands(
            _mean_lines,
            step.lines,
            image.size * 8,
            source.reshape(step.shape),
            result.reshape(step.shape),
            step.rows,
            step.k0,
            step.columns,
            step.k1,
            step.before,
            accumulator.type(cval * seen),
            np.empty(1, accumulator),
            real(total if divide else 1 / total),
            divide,
            real(low) if final and low is not None else None,
            real(high) if final and high is not None else None,
        )
        source, seen = result, seen * step.k0 * step.k1


@jit
def _mean_lines(
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
    kind: Array,
    scale: Any,
    divide: bool,
    low: Any,
    high: Any,
) -> None:
    n, width = x.shape[1], x.shape[2]
    reach = width + k1 - 1
    scratch = np.empty((4, reach), kind.dtype)
    line, sums = scratch[2], scratch[3][:width]
    middle = line[before : before + width]
    edge = np.zeros(width, x.dtype)
    for number in range(start, stop):
        plane = number // n
        i = number - plane * n
        if k0 <= _DIRECT:
            _add_rows(x, plane, rows, i, k0, edge, sums)
        elif number == start or i % _FRESH == 0:
            # the same additions in the same order, wherever a band of lines starts
            first = i - i % _FRESH
            _add_rows(x, plane, rows, first, k0, edge, sums)
            for t in range(first, i):
                _slide(x, plane, rows, t, k0, edge, sums)
        else:
            _slide(x, plane, rows, i - 1, k0, edge, sums)
        outside = cval * 0
        for t in range(k0):
            if rows[i + t] < 0:
                outside += cval
        for j in range(width):
            middle[j] = sums[j] + outside
        border = cval * k0
        for p in range(before):
            line[p] = middle[columns[p]] if columns[p] >= 0 else border
        for p in range(before + width, reach):
            line[p] = middle[columns[p]] if columns[p] >= 0 else border
        _finish_line(line, scratch, k1, out[plane, i], scale, divide, low, high)


@jit
def _add_rows(x: Array, plane: int, rows: Array, i: int, k: int, edge: Array, sums: Array) -> None:
    real = sums.dtype.type
    a = x[plane, rows[i]] if rows[i] >= 0 else edge
    for j in range(sums.size):
        sums[j] = real(a[j])
    for t in range(1, k - 1, 2):
        a = x[plane, rows[i + t]] if rows[i + t] >= 0 else edge
        b = x[plane, rows[i + t + 1]] if rows[i + t + 1] >= 0 else edge
        for j in range(sums.size):
            sums[j] += real(a[j]) + real(b[j])
    if k % 2 == 0:
        a = x[plane, rows[i + k - 1]] if rows[i + k - 1] >= 0 else edge
        for j in range(sums.size):
            sums[j] += real(a[j])


@jit
def _slide(x: Array, plane: int, rows: Array, i: int, k: int, edge: Array, sums: Array) -> None:
    """Turn the sums of row `i` into those of row `i + 1`."""
    a = x[plane, rows[i]] if rows[i] >= 0 else edge
    b = x[plane, rows[i + k]] if rows[i + k] >= 0 else edge
    real = sums.dtype.type
    for j in range(sums.size):
        sums[j] += real(b[j]) - real(a[j])


@jit
def _finish_line(
    line: Array, others: Array, k: int, out: Array, scale: Any, divide: bool, low: Any, high: Any
) -> None:
    """Double the windows from 1 to k cells, bit by bit of k, then scale and store."""
    bits = 0
    while k >> (bits + 1):
        bits += 1
    q = 1
    turn = 0
    source, wide = line, others[turn]
    for bit in range(bits - 1, -1, -1):
        odd = (k >> bit) & 1
        a, b = source, source[q:]
        count = line.size - 2 * q - odd + 1
        if odd:
            c = line[2 * q :]
            for j in range(count):
                wide[j] = a[j] + b[j] + c[j]
        else:
            for j in range(count):
                wide[j] = a[j] + b[j]
        q = 2 * q + odd
        # the buffer that was not just written
        turn = 1 - turn
        source, wide = wide, others[turn]
    if low is None:
        store(source, out, scale, low, high)
    elif divide:
        store_quotient(source, out, scale, low, high)
    else:
        store(source, out, scale, low, high)
