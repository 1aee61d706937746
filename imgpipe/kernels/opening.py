"""Grey opening and closing: erosion and dilation in either order."""

from typing import Any

import numpy as np

from imgpipe.kernels.morphology.steps import closing_step, morphology, opening_step
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import Plan


def opening(
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
    """Erode, then dilate: bright spots that the window does not fit into vanish.

    The meaning is that of `scipy.ndimage.grey_opening`; the result is exact for every dtype.

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
    >>> from imgpipe.kernels import opening
    >>> opening(np.array([0, 9, 0, 5, 5, 5, 0], np.uint8))
    array([0, 0, 0, 5, 5, 5, 0], dtype=uint8)
    """
    return morphology(_opening_plan, image, output, footprint, size, mode, cval, origin, axes)


def closing(
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
    """Dilate, then erode: dark spots that the window does not fit into vanish.

    The meaning is that of `scipy.ndimage.grey_closing`; the result is exact for every dtype.

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
    >>> from imgpipe.kernels import closing
    >>> closing(np.array([9, 0, 9, 5, 5, 5, 9], np.uint8))
    array([9, 9, 9, 5, 5, 5, 9], dtype=uint8)
    """
    return morphology(_closing_plan, image, output, footprint, size, mode, cval, origin, axes)


def _opening_plan(
    shape: tuple[int, ...], dtype: np.dtype[Any], _: np.dtype[Any], *arguments: Any
) -> Plan:
    return Plan(dtype, opening_step(shape, dtype, *arguments))


def _closing_plan(
    shape: tuple[int, ...], dtype: np.dtype[Any], _: np.dtype[Any], *arguments: Any
) -> Plan:
    return Plan(dtype, closing_step(shape, dtype, *arguments))
