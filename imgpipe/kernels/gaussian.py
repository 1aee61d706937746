"""Gaussian smoothing, and derivatives of what is smoothed."""

from typing import Any

import numpy as np

from imgpipe.kernels.plans.averaging import signed_output
from imgpipe.kernels.plans.dtypes import Array, as_image
from imgpipe.kernels.plans.plan import planned
from imgpipe.kernels.separable.gaussians import gaussian_plan


def gaussian(
    image: Any,
    sigma: Any,
    *,
    order: Any = 0,
    truncate: float = 4.0,
    radius: Any = None,
    mode: Any = "reflect",
    cval: float = 0.0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Smooth an image with a Gaussian, or take a derivative of the smoothed image.

    The meaning is that of `scipy.ndimage.gaussian_filter`, except that integer results are rounded
    to nearest even and saturated, and that derivatives of integers are floats.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool (with a float `output`), integers of 8 to 64 bits, float32 or float64.
    sigma : float or sequence of float
        Standard deviation in pixels, on all axes or on each of `axes`; 0 leaves an axis alone.
    order : int or sequence of int
        Order of the derivative, on all axes or on each of `axes`: 0 smooths, 1 is the slope, 2 the
        curvature. Where it is not 0, the window must be longer than a pixel.
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
        The result, of the image's shape and, by default, dtype; derivatives of integers and bool
        are float32 by default, of integers of 32 and 64 bits float64.

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
    Beyond a ``constant`` border lies `cval` in the image; SciPy takes it for derivatives too.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import gaussian
    >>> gaussian(np.array([0, 0, 100, 0, 0], np.uint8), sigma=1)
    array([ 6, 24, 40, 24,  6], dtype=uint8)
    >>> gaussian([0.0, 0.0, 0.0, 9.0, 9.0, 9.0], sigma=1, order=1).round(1)
    array([0.1, 1.1, 3.3, 3.3, 1.1, 0.1])
    """
    if not (type(order) is int and order == 0):
        image = as_image(image)
        if np.any(np.asarray(order) != 0):
            output = signed_output(output, image.dtype)
    return planned(gaussian_plan, image, output, sigma, order, truncate, radius, mode, cval, axes)
