"""Gaussian smoothing."""

from typing import Any

from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import planned
from imgpipe.kernels.separable.plan import gaussian_plan


def gaussian(
    image: Any,
    sigma: Any,
    *,
    truncate: float = 4.0,
    radius: Any = None,
    mode: Any = "reflect",
    cval: float = 0.0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Smooth an image with a Gaussian.

    The meaning is that of `scipy.ndimage.gaussian_filter` (order 0), except that integer results
    are rounded to nearest even and saturated.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool (with a float `output`), integers of 8 to 64 bits, float32 or float64.
    sigma : float or sequence of float
        Standard deviation in pixels, on all axes or on each of `axes`; 0 leaves an axis alone.
    truncate : float
        The window reaches this many standard deviations to either side.
    radius : int or sequence of int, optional
        Reach of the window in pixels; it overrides `truncate`.
    mode : str or sequence of str
        Border: ``reflect``, ``nearest``, ``mirror``, ``wrap``, ``constant`` or a ``grid-`` alias.
    cval : float
        Value outside the image for ``constant``.
    axes : int or sequence of int, optional
        Axes to filter, all by default; ``axes=(1, 2)`` filters a stack of images one by one.
    output : array or dtype, optional
        Array to fill (it may overlap `image`), or dtype of the result. A float dtype gives the
        unrounded value.

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
    Integers of 8 and 16 bits and float32 are computed in float32, all else in float64: an integer
    result may be off by one where the exact value lies within float32's rounding of a tie.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import gaussian
    >>> gaussian(np.array([0, 0, 100, 0, 0], np.uint8), sigma=1)
    array([ 6, 24, 40, 24,  6], dtype=uint8)
    """
    return planned(gaussian_plan, image, output, sigma, truncate, radius, mode, cval, axes)
