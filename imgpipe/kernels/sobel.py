"""Sobel's filter: the slope along one axis, smoothed along the others."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.correlation.plan import correlation_plan
from imgpipe.kernels.plans.averaging import signed_output
from imgpipe.kernels.plans.dtypes import Array, as_image
from imgpipe.kernels.plans.plan import Plan, planned
from imgpipe.kernels.windows.window import axes_of, axis_within


def sobel(
    image: Any,
    axis: int = -1,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Find edges: differences along one axis (-1, 0, 1), sums along the others (1, 2, 1).

    The meaning is that of `scipy.ndimage.sobel`, except that the result of integers is a float by
    default; an integer `output` is rounded to nearest even and saturated. Beyond a ``constant``
    border lies `cval` in the image; SciPy takes it for the differences too.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool, integers of 8 to 64 bits, float32 or float64.
    axis : int
        Axis of the differences: one of the image, or where `axes` is given its place there.
    mode, cval, axes, output
        As in `correlate`.

    Returns
    -------
    ndarray
        The result, of the image's shape. Its dtype is by default the image's where that is a float,
        float64 for integers of 32 and 64 bits, and else float32: a slope has a sign.

    Raises
    ------
    InputError
        If an argument cannot be used (a ValueError).
    TypeError
        If a dtype cannot be used; the message names a cast.

    Notes
    -----
    It is `correlate` with these weights: the line of pixels between the two sides has weights of 0
    and is out of the window, so that a NaN there does not count.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import sobel
    >>> sobel(np.array([[0, 0, 9, 9]] * 3, np.uint8))[1]
    array([ 0., 36., 36.,  0.], dtype=float32)
    """
    image = as_image(image)
    return planned(_plan, image, signed_output(output, image.dtype), axis, mode, cval, axes)


def _plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    axis: Any,
    mode: Any,
    cval: Any,
    axes: Any,
) -> Plan:
    count = len(axes_of(axes, len(shape)))
    if count == 0:
        raise InputError("axes is (): Sobel's filter needs one axis at least, that of `axis`")
    along = axis_within(axis, count)
    weights = np.ones((1,) * count)
    for a in range(count):
        line = [-1.0, 0.0, 1.0] if a == along else [1.0, 2.0, 1.0]
        weights = weights * np.reshape(line, [3 if b == a else 1 for b in range(count)])
    return correlation_plan(shape, dtype, output, weights, mode, cval, 0, axes, False)
