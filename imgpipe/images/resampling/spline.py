"""Splines on a grid of other spacing, which shares its centre with that of the image."""

from typing import Any

import numpy as np

from imgpipe._common import InputError

INTERPOLATIONS = {"nearest": 0, "linear": 1, "cubic": 3}
"""Names of the interpolations and the order of their splines."""
_MOST_PIXELS = 2**31


def check_interpolation(interpolation: str) -> str:
    """Refuse what is no interpolation."""
    if interpolation not in INTERPOLATIONS:
        names = ", ".join(map(repr, INTERPOLATIONS))
        raise InputError(f"interpolation {interpolation!r} is unknown; use {names}")
    return interpolation


def lengths_of(argument: str, value: Any, ndim: int) -> np.ndarray:
    """One positive length for each axis."""
    try:
        lengths = np.asarray([value] * ndim if np.ndim(value) == 0 else value, np.float64)
    except (TypeError, ValueError):
        lengths = np.empty(0)
    if lengths.shape != (ndim,) or not (np.isfinite(lengths) & (lengths > 0)).all():
        raise InputError(
            f"{argument} must be {ndim} positive lengths in mm, one per axis, not {value!r}"
        )
    return lengths


def new_grid(
    shape: tuple[int, ...], old: np.ndarray, new: np.ndarray, argument: str
) -> tuple[tuple[int, ...], np.ndarray, np.ndarray]:
    """Shape of the grid of another spacing, its step and its first pixel in pixels of the old one.

    It has the centre of the old one and just covers it.
    """
    step = new / old
    # 10 pixels of 0.3 are 30 of 0.1, not 31 for a rounding error
    sides = np.maximum(np.ceil(np.round(np.array(shape) / step, 9)), 1)
    if np.prod(sides) > _MOST_PIXELS:
        raise InputError(
            f"{argument} would give {' x '.join(f'{n:g}' for n in sides)} pixels; choose larger"
        )
    whole = sides.astype(np.int64)
    first = (np.array(shape) - 1) / 2 - step * (whole - 1) / 2
    return tuple(whole.tolist()), step, first


def finite(pixels: Any, what: str, spread_by: str = "interpolation") -> np.ndarray:
    """Pixels in double precision, for what would spread NaN over their neighbours."""
    wide: np.ndarray = pixels.astype(np.float64)
    wrong = np.count_nonzero(~np.isfinite(wide))
    if wrong:
        raise InputError(
            f"{what} holds {wrong} NaN or infinite pixels, which {spread_by} would spread; "
            "replace them"
        )
    return wide


def interpolated(
    pixels: np.ndarray, old: np.ndarray, new: np.ndarray, interpolation: str, argument: str
) -> np.ndarray:
    """Evaluate the spline of finite float64 `pixels` on the grid of another spacing."""
    from scipy import ndimage

    shape, step, first = new_grid(pixels.shape, old, new, argument)
    order = INTERPOLATIONS[interpolation]
    with np.errstate(over="ignore", invalid="ignore"):
        out = ndimage.affine_transform(
            pixels, step, offset=first, output_shape=shape, order=order, mode="nearest"
        )
    if not np.isfinite(out).all():
        raise InputError(
            f"{interpolation} interpolation goes beyond the largest float; scale the image down"
        )
    return np.asarray(out)
