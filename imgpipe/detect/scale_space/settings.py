"""What settings of blobs must be."""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError, unknown_name

_WIDEST, _NARROWEST = 10_000, 1e-6  # pixels
_MOST, _LEAST_RATIO = 1000, 1.01  # scales, and one by the one before


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """Take a finite number within bounds."""
    real = isinstance(value, int | float | np.number) and not isinstance(value, bool | complex)
    if not real or not math.isfinite(value) or not low <= value <= high:
        bounds = f" from {low:g} to {high:g}" if math.isfinite(low) else ""
        raise InputError(f"{name}={value!r} must be a finite number{bounds}")
    return float(value)


def widths(
    min_sigma: Any, max_sigma: Any, spacing: tuple[float, ...] | None, axes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Take the narrowest and the widest Gaussian; give them in pixels along each axis."""
    low, high = _above_zero("min_sigma", min_sigma), _above_zero("max_sigma", max_sigma)
    if low > high:
        raise InputError(f"min_sigma={min_sigma!r} is larger than max_sigma={max_sigma!r}")
    pixels = np.ones(axes)
    if spacing is not None:
        pixels = np.array([_above_zero("spacing", each) for each in spacing])
    widest = high / pixels.min()
    if widest > _WIDEST:
        raise InputError(
            f"max_sigma={max_sigma!r} is {widest:g} pixels wide; {_WIDEST} are the most"
        )
    narrowest = low / pixels.max()
    if narrowest < _NARROWEST:
        raise InputError(
            f"min_sigma={min_sigma!r} is {narrowest:g} pixels wide; {_NARROWEST:g} are the least"
        )
    return low / pixels, high / pixels


def _above_zero(name: str, value: Any) -> float:
    if number(name, value) <= 0:
        raise InputError(f"{name}={value!r} must be above 0")
    return float(value)


def of_method(method: Any, num_sigma: Any, sigma_ratio: Any, log_scale: Any) -> tuple[int, float]:
    """Take the number or the ratio of scales, whichever the method has."""
    if method not in ("log", "dog"):
        raise unknown_name("method", method, ("log", "dog"))
    if method == "log" and sigma_ratio is not None:
        raise InputError("sigma_ratio belongs to method='dog'; num_sigma is what 'log' takes")
    if method == "dog" and (num_sigma is not None or log_scale):
        raise InputError("num_sigma and log_scale belong to method='log'; 'dog' takes sigma_ratio")
    count = 10 if num_sigma is None else num_sigma
    if (
        not isinstance(count, int | np.integer)
        or isinstance(count, bool)
        or not 1 <= count <= _MOST
    ):
        raise InputError(f"num_sigma={num_sigma!r} must be a whole number from 1 to {_MOST}")
    ratio = 1.6 if sigma_ratio is None else number("sigma_ratio", sigma_ratio)
    if not _LEAST_RATIO <= ratio <= _WIDEST:
        raise InputError(
            f"sigma_ratio={sigma_ratio!r} must be a number from {_LEAST_RATIO} to {_WIDEST}"
        )
    return int(count), ratio


def border(exclude_border: Any, axes: int) -> tuple[int, ...]:
    """Take the pixels at the border that hold no blob, along each axis."""
    each = exclude_border if isinstance(exclude_border, tuple) else (exclude_border,) * axes
    whole = (isinstance(w, int | np.integer) and w is not True and w >= 0 for w in each)
    if len(each) != axes or not all(whole):
        raise InputError(
            f"exclude_border={exclude_border!r} must be False, a number of pixels from 0 on, or a "
            f"tuple of {axes} of them"
        )
    return tuple(int(w) for w in each)
