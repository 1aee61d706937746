"""Correlation and convolution with any weights."""

from typing import Any

from imgpipe.kernels.correlation.plan import correlation_plan
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import kept_array, planned


def convolve(
    image: Any,
    weights: Any,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    origin: Any = 0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Convolve an image: correlate it with the weights turned by half a circle.

    The meaning is that of `scipy.ndimage.convolve`, except that integer results are rounded to
    nearest even and saturated.

    Parameters
    ----------
    image, weights, mode, cval, origin, axes, output
        As in `correlate`.

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
    As in `correlate`.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import convolve
    >>> convolve(np.array([0, 0, 1, 0, 0], np.uint8), [1, 2, 3])
    array([0, 1, 2, 3, 0], dtype=uint8)
    """
    key = kept_array(weights)
    return planned(correlation_plan, image, output, key, mode, cval, origin, axes, True)


def correlate(
    image: Any,
    weights: Any,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    origin: Any = 0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Replace each pixel by a weighted sum of a window around it.

    The meaning is that of `scipy.ndimage.correlate`, except that integer results are rounded to
    nearest even and saturated.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool (with a float `output`), integers of 8 to 64 bits, float32 or float64.
    weights : array_like
        Finite real numbers, with one dimension per filtered axis, in the order of `axes`. A weight
        of 0 takes its cell out of the window.
    mode : str or sequence of str
        Border: ``reflect``, ``nearest``, ``mirror``, ``wrap``, ``constant`` or a ``grid-`` alias.
    cval : float
        Value outside the image for ``constant``.
    origin : int or sequence of int
        Shift of the window; positive values move it towards the start of the axis.
    axes : int or sequence of int, optional
        Axes to filter, all by default; ``axes=(1, 2)`` filters a stack of images one by one.
    output : array or dtype, optional
        Array to fill (it may overlap `image`), or dtype of the result. A float dtype gives the
        unrounded sum.

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
    Weights that are a product of lines are applied axis by axis, large windows by Fourier
    transform, all others tap by tap. Integers of 8 and 16 bits and float32 are computed in float32,
    all else in float64: an integer result may be off by one where the exact value lies within
    float32's rounding of a tie.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import correlate
    >>> correlate(np.array([0, 0, 1, 0, 0], np.uint8), [1, 2, 3])
    array([0, 3, 2, 1, 0], dtype=uint8)
    """
    key = kept_array(weights)
    return planned(correlation_plan, image, output, key, mode, cval, origin, axes, False)
