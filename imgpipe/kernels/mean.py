"""Moving average over a box.

The sum over a box is a sum over its columns of sums over rows. Whole numbers slide: a sum of rows
is the one above, plus the row that enters, less the row that leaves. Along a row windows grow:
two windows of 3 pixels and one more pixel make a window of 7.
"""

from typing import Any

from imgpipe.kernels.box.plan import mean_plan
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import planned


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
    return planned(mean_plan, image, output, size, mode, cval, origin, axes)
