"""Moving average over a box."""

import math
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array, as_image, limits
from imgpipe.kernels._averaging import average
from imgpipe.kernels._jit import jit
from imgpipe.kernels._rounding import store, store_quotient
from imgpipe.kernels._strips import copy, fill_as, strip_shape
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._windows import Window, passes, window_of


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
            step.above,
            step.k0,
            step.columns,
            step.before,
            step.k1,
            source.dtype.type(cval * seen),
            np.empty(1, accumulator),
            *strip_shape(step, accumulator.itemsize),
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
    above: int,
    k0: int,
    columns: Array,
    before: int,
    k1: int,
    cval: Any,
    kind: Array,
    height: int,
    breadth: int,
    scale: Any,
    divide: bool,
    low: Any,
    high: Any,
) -> None:
    n, width = x.shape[1], x.shape[2]
    strips = np.empty((3, (height + k0 - 1) * (breadth + k1 - 1)), kind.dtype)
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
            size = (count + k0 - 1) * pitch
            line, a, b = strips[0], strips[1], strips[2]
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
            line, a, b = _widen(line, a, b, size, pitch, k0)
            line, a, b = _widen(line, a, b, count * pitch, 1, k1)
            size = count * pitch - k1 + 1
            if low is None:
                store(line, stored, size, scale, low, high)
            elif divide:
                store_quotient(line, stored, size, scale, low, high)
            else:
                store(line, stored, size, scale, low, high)
            for r in range(count):
                copy(out[plane, i + r, left:], stored[r * pitch :], wide)
        number += count


@jit
def _widen(
    line: Array, a: Array, b: Array, size: int, shift: int, k: int
) -> tuple[Array, Array, Array]:
    """Double the windows from 1 to k cells, bit by bit of k; return the sums first."""
    if k == 1:
        return line, a, b
    bits = 0
    while k >> (bits + 1):
        bits += 1
    source, wide, spare = line, a, b
    q = 1
    for bit in range(bits - 1, -1, -1):
        odd = (k >> bit) & 1
        count = size - (2 * q + odd - 1) * shift
        second = source[q * shift :]
        if odd:
            # the single cells are needed to the end
            _add_three(wide, source, second, line[2 * q * shift :], count)
        else:
            _add_two(wide, source, second, count)
        source, wide, spare = wide, spare, wide
        q = 2 * q + odd
    return source, wide, line


# functions of their own: inside the loop over buffers that change places nothing is vectorised
@jit
def _add_two(out: Array, a: Array, b: Array, count: int) -> None:
    for j in range(count):
        out[j] = a[j] + b[j]


@jit
def _add_three(out: Array, a: Array, b: Array, c: Array, count: int) -> None:
    for j in range(count):
        out[j] = a[j] + b[j] + c[j]
