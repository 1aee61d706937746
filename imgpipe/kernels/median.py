"""Moving median over a box or a footprint."""

from typing import Any

from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import kept_array, planned
from imgpipe.kernels.ranks.plan import median_plan


def median(
    image: Any,
    size: Any = 3,
    *,
    footprint: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Replace each pixel by the median of a window around it.

    The meaning is that of `scipy.ndimage.median_filter`; the result is exact for every dtype. A
    window with an even number of cells gives the upper of its two middle values.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool, integers of 8 to 64 bits, float32 or float64.
    size : int or sequence of int
        Length of the box in pixels, on all axes or on each of `axes`.
    footprint : array_like of bool, optional
        Shape of the window, with one dimension per filtered axis, in the order of `axes`;
        it overrides `size`.
    mode : str or sequence of str
        Border: ``reflect``, ``nearest``, ``mirror``, ``wrap``, ``constant`` or a ``grid-`` alias.
    cval : scalar
        Value outside the image for ``constant``; the image's dtype must be able to hold it.
    origin : int or sequence of int
        Shift of the window; positive values move it towards the start of the axis.
    axes : int or sequence of int, optional
        Axes to filter, all by default; ``axes=(1, 2)`` filters a stack of images one by one.
    output : array or dtype, optional
        Array to fill (it may overlap `image`), or dtype of the result.

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
    Up to 343 cells, sorting networks over whole lines of pixels (Adams, "Fast median filters using
    separable sorting networks", ACM TOG 2021), compiled for each of the odd square boxes to 15;
    above,
    a running histogram (Huang, Yang and Tang, "A fast two-dimensional median filtering algorithm",
    IEEE TASSP 1979).

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import median
    >>> median(np.array([1, 2, 90, 3, 4], np.uint8))
    array([1, 2, 3, 4, 4], dtype=uint8)
    """
    return planned(
        median_plan, image, output, size, kept_array(footprint, bool), mode, cval, origin, axes
    )
