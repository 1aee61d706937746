"""Gaussian smoothing."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import Plan, planned
from imgpipe.kernels.separable.plan import weighted_plan
from imgpipe.kernels.windows.window import axes_of, check_length, per_axis, spread, whole


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
    return planned(_plan, image, output, sigma, truncate, radius, mode, cval, axes)


def _plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    sigma: Any,
    truncate: Any,
    radius: Any,
    mode: Any,
    cval: Any,
    axes: Any,
) -> Plan:
    chosen = axes_of(axes, len(shape))
    lines = _lines(sigma, truncate, radius, len(chosen))
    window = spread(len(shape), chosen, [len(line) for line in lines], 0, mode)
    weights = [np.ones(1)] * len(shape)
    for axis, line in zip(chosen, lines, strict=True):
        weights[axis] = line
    return weighted_plan(shape, dtype, output, window, weights, cval)


def _lines(sigma: Any, truncate: Any, radius: Any, count: int) -> list[Array]:
    """Normalised weights for each filtered axis."""
    widths = [_not_negative(s, "sigma") for s in per_axis(sigma, "sigma", count)]
    if radius is None:
        reach = _not_negative(truncate, "truncate")
        for s in widths:
            check_length(2 * reach * s, "sigma", sigma)
        radii = [int(reach * s + 0.5) for s in widths]
    else:
        radii = [whole(r, "radius") for r in per_axis(radius, "radius", count)]
        if min(radii, default=0) < 0:
            raise InputError(f"radius must not be negative, got {radius!r}")
        check_length(2 * max(radii, default=0), "radius", radius)
    lines = []
    for s, r in zip(widths, radii, strict=True):
        # as in SciPy, a width below 1e-15 is none
        x = np.arange(-r, r + 1) / s if s > 1e-15 else np.zeros(1)
        weights = np.exp(-0.5 * x * x)
        lines.append(weights / weights.sum())
    return lines


def _not_negative(value: Any, name: str) -> float:
    try:
        number = -1.0 if isinstance(value, (str, bytes)) else float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not (0 <= number < np.inf):
        raise InputError(f"{name} must be a finite number, 0 or more, got {value!r}")
    return number
