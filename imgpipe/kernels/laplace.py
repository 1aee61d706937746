"""The Laplacian: second differences, of an image or of what a Gaussian makes of it."""

from typing import Any

import numpy as np

from imgpipe.kernels.correlation.plan import correlation_plan
from imgpipe.kernels.plans.averaging import signed_output
from imgpipe.kernels.plans.dtypes import Array, as_image
from imgpipe.kernels.plans.plan import Plan, planned
from imgpipe.kernels.separable.gaussians import gaussian_laplace_plan
from imgpipe.kernels.windows.window import axes_of


def laplace(
    image: Any,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Sum the second differences (1, -2, 1) along each axis.

    The meaning is that of `scipy.ndimage.laplace`, except that the result of integers is a float by
    default; an integer `output` is rounded to nearest even and saturated.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool, integers of 8 to 64 bits, float32 or float64.
    mode, cval, axes, output
        As in `correlate`.

    Returns
    -------
    ndarray
        The result, of the image's shape. Its dtype is by default the image's where that is a float,
        float64 for integers of 32 and 64 bits, and else float32: differences have signs.

    Raises
    ------
    InputError
        If an argument cannot be used (a ValueError).
    TypeError
        If a dtype cannot be used; the message names a cast.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import laplace
    >>> laplace(np.array([0, 0, 9, 0, 0], np.uint8))
    array([  0.,   9., -18.,   9.,   0.], dtype=float32)
    """
    image = as_image(image)
    return planned(_plan, image, signed_output(output, image.dtype), mode, cval, axes)


def gaussian_laplace(
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
    """Sum the second derivatives, along each axis, of an image smoothed with a Gaussian.

    The meaning is that of `scipy.ndimage.gaussian_laplace`, except that the result of integers is a
    float by default; an integer `output` is rounded to nearest even and saturated. Beyond a
    ``constant`` border lies `cval` in the image; SciPy takes it for the derivatives too, and of
    several modes that of a derivative's axis for all axes.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool, integers of 8 to 64 bits, float32 or float64.
    sigma, truncate, radius, mode, cval, axes, output
        As in `gaussian`; the window must be longer than a pixel along each axis.

    Returns
    -------
    ndarray
        The result, of the image's shape. Its dtype is by default the image's where that is a float,
        float64 for integers of 32 and 64 bits, and else float32: differences have signs.

    Raises
    ------
    InputError
        If an argument cannot be used (a ValueError).
    TypeError
        If a dtype cannot be used; the message names a cast.

    Examples
    --------
    A bright blob is a valley, in the middle of it:

    >>> from imgpipe.kernels import gaussian_laplace
    >>> gaussian_laplace([0.0, 0.0, 0.0, 9.0, 9.0, 0.0, 0.0, 0.0], sigma=1).round(1)
    array([ 0.4,  1.8,  1.5, -3.6, -3.6,  1.5,  1.8,  0.4])
    """
    image = as_image(image)
    output = signed_output(output, image.dtype)
    arguments = sigma, truncate, radius, mode, cval, axes
    return planned(gaussian_laplace_plan, image, output, *arguments)


def _plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    mode: Any,
    cval: Any,
    axes: Any,
) -> Plan:
    count = len(axes_of(axes, len(shape)))
    weights = np.zeros((3,) * count)
    for axis in range(count):
        line = np.moveaxis(weights, axis, -1)[(1,) * (count - 1)]
        line += [1.0, -2.0, 1.0]
    return correlation_plan(shape, dtype, output, weights, mode, cval, 0, axes, False)
