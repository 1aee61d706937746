"""Morphological gradient: the edges of an image."""

from typing import Any

import numpy as np

from imgpipe.kernels.morphology.steps import difference_of, dilation_step, erosion_step, morphology
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import Plan


def gradient(
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
    """Subtract the erosion from the dilation.

    The meaning is that of `scipy.ndimage.morphological_gradient`, except that integers saturate
    instead of wrapping.

    Parameters
    ----------
    image, size, footprint, mode, cval, origin, axes, output
        As in `erosion`.

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

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import gradient
    >>> gradient(np.array([1, 1, 1, 7, 7, 7], np.uint8))
    array([0, 0, 6, 6, 0, 0], dtype=uint8)
    """
    return morphology(_plan, image, output, footprint, size, mode, cval, origin, axes)


def _plan(shape: tuple[int, ...], dtype: np.dtype[Any], _: np.dtype[Any], *arguments: Any) -> Plan:
    dilate = dilation_step(shape, dtype, *arguments)
    erode = erosion_step(shape, dtype, *arguments)
    return Plan(dtype, difference_of(dilate, erode))
