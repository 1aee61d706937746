"""Top-hats: what an opening or a closing takes away."""

from typing import Any

import numpy as np

from imgpipe.kernels.morphology.steps import closing_step, difference_of, morphology, opening_step
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import Plan


def white_tophat(
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
    """Subtract the opening from the image: bright details smaller than the window.

    The meaning is that of `scipy.ndimage.white_tophat`, except that integers saturate
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
    >>> from imgpipe.kernels import white_tophat
    >>> white_tophat(np.array([2, 9, 2, 5, 5, 5, 2], np.uint8))
    array([0, 7, 0, 0, 0, 0, 0], dtype=uint8)
    """
    return morphology(_white_plan, image, output, footprint, size, mode, cval, origin, axes)


def black_tophat(
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
    """Subtract the image from the closing: dark details smaller than the window.

    The meaning is that of `scipy.ndimage.black_tophat`, except that integers saturate
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
    >>> from imgpipe.kernels import black_tophat
    >>> black_tophat(np.array([9, 0, 9, 5, 5, 5, 9], np.uint8))
    array([0, 9, 0, 0, 0, 0, 0], dtype=uint8)
    """
    return morphology(_black_plan, image, output, footprint, size, mode, cval, origin, axes)


def _white_plan(
    shape: tuple[int, ...], dtype: np.dtype[Any], _: np.dtype[Any], *arguments: Any
) -> Plan:
    return Plan(dtype, difference_of(None, opening_step(shape, dtype, *arguments)))


def _black_plan(
    shape: tuple[int, ...], dtype: np.dtype[Any], _: np.dtype[Any], *arguments: Any
) -> Plan:
    return Plan(dtype, difference_of(closing_step(shape, dtype, *arguments), None))
