"""Moving average over a box.

The sum over a box is a sum over its columns of sums over rows. Whole numbers slide: a sum of rows
is the one above, plus the row that enters, less the row that leaves. Along a row windows grow:
two windows of 3 pixels and one more pixel make a window of 7.
"""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.box.layout import box_filter
from imgpipe.kernels.nonfinite.averages import average
from imgpipe.kernels.plans.dtypes import Array, averaging_dtypes, real_cval
from imgpipe.kernels.plans.plan import Plan, planned
from imgpipe.kernels.windows.window import Window, long_lines, window_of

# rows shorter than this are not worth a vector loop
_SHORT = 16


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
    return planned(_plan, image, output, size, mode, cval, origin, axes)


def _plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    asked: np.dtype[Any],
    size: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
) -> Plan:
    window = window_of(len(shape), size, origin, mode, axes)
    written, accumulator = averaging_dtypes(dtype, asked)
    value = float(real_cval(cval))
    if asked.kind != "f" and not np.isfinite(value):
        raise InputError(f"cval must be finite where the output is {asked}, got {cval!r}")
    border = value if window.constant else 0.0
    pixels = np.dtype(np.uint8) if dtype.kind == "b" else dtype

    def slowly(image: Array, out: Array) -> None:
        average(image, out, cval, window, _compute, gain=window.count)

    def turned(image: Array, out: Array) -> None:
        found = []

        def filtered(x: Array, w: Window, o: Array) -> None:
            box = box_filter(x.shape, pixels, written, w, border, accumulator)
            found.append(box(x, o))

        long_lines(image, window, filtered, out)
        if any(found):
            slowly(image, out)

    def directly(image: Array, out: Array) -> None:
        if box(image, out):
            slowly(image, out)

    if not math.prod(shape) or not _holds(pixels, border):
        return Plan(written, slowly)
    if shape[-1] < _SHORT:
        return Plan(written, turned)
    box = box_filter(shape, pixels, written, window, border, accumulator)
    return Plan(written, directly)


def _compute(
    image: Array, window: Window, out: Array, cval: float, accumulator: np.dtype[Any]
) -> None:
    box_filter(image.shape, image.dtype, out.dtype, window, cval, accumulator)(image, out)


def _holds(dtype: np.dtype[Any], border: float) -> bool:
    """Tell whether pixels are summed as they are, and `border` can be one of them."""
    if dtype.kind == "f":
        # a border beyond the dtype's range counts in float64
        return dtype.itemsize == 8 or not np.isfinite(border) or abs(border) < 1e37
    if dtype.itemsize > 2 or not np.isfinite(border):
        return False
    info = np.iinfo(dtype)
    return border == int(border) and info.min <= border <= info.max
