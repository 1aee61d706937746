"""Grey dilation: the maximum of a window."""

from typing import Any

import numpy as np

from imgpipe.kernels.morphology.steps import dilation_step, morphology
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import Plan


def dilation(
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
    """Replace each pixel by the maximum of a window around it, turned by half a circle.

    The meaning is that of `scipy.ndimage.grey_dilation`; the result is exact for every dtype.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool, integers of 8 to 64 bits, float32 or float64.
    size : int or sequence of int
        Length of the box in pixels, on all axes or on each of `axes`.
    footprint : array_like of bool, optional
        Shape of the window, with one dimension per filtered axis; it overrides `size`.
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
    Boxes are filtered axis by axis, and windows grow out of shorter ones: the maximum of 9 cells
    is that of three neighbouring triples. Other shapes are compared cell by cell.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import dilation
    >>> dilation(np.array([5, 1, 7, 8, 9], np.uint8))
    array([5, 7, 8, 9, 9], dtype=uint8)
    """
    return morphology(_plan, image, output, footprint, size, mode, cval, origin, axes)


def _plan(shape: tuple[int, ...], dtype: np.dtype[Any], _: np.dtype[Any], *arguments: Any) -> Plan:
    return Plan(dtype, dilation_step(shape, dtype, *arguments))
