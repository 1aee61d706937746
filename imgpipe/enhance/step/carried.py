"""New values for the same image: arrays stay arrays, and an `Image` keeps its mask and place."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Image
from imgpipe.images.image import real_image
from imgpipe.images.resampling import spline

Values = np.ndarray
Inside = np.ndarray
OnValues = Callable[[Values, Inside | None], Values]
"""``function(values, inside)``: one channel, and where its mask is (None for everywhere)."""
_UNITLESS: dict[str, Any] = {"unit": None, "windows": ()}


def by_channel(image: Any, function: OnValues, *, keeps_unit: bool = False) -> Any:
    """Give an image other values, each channel for itself.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume.
    function : callable
        ``function(values, inside)`` of one channel; it gives an array of the same shape.
    keeps_unit : bool
        Whether values measure afterwards what they did before.

    Returns
    -------
    Image or ndarray
    """
    given = as_image(image)
    inside = None if given.mask is None else given.mask != 0
    if given.channel_axis is None:
        pixels = function(given.pixels, inside)
    else:
        channels = np.moveaxis(given.pixels, given.channel_axis, 0)
        made = [function(channel, inside) for channel in channels]
        pixels = np.stack(made, axis=given.channel_axis % given.pixels.ndim)
    changed = replace(given, pixels=pixels, **({} if keeps_unit else _UNITLESS))
    return like(image, changed)


def as_image(image: Any) -> Image:
    """Take an array for a gray image; refuse what holds no real numbers."""
    return real_image(image, "enhanced")


def like(image: Any, made: Image) -> Any:
    """Give back an `Image` where one came in, else its pixels."""
    return made if isinstance(image, Image) else made.pixels


def measured(values: Values, inside: Inside | None, name: str) -> np.ndarray:
    """Finite values inside the mask, float64, of which a step takes its numbers."""
    chosen = values.ravel() if inside is None else values[inside]
    chosen = chosen.astype(np.float64)
    finite = chosen[np.isfinite(chosen)]
    if not finite.size:
        where = "the image" if inside is None else "its mask"
        raise InputError(f"{name}: {where} holds no finite value")
    return finite


def finite(values: Values, name: str) -> np.ndarray:
    """Values in double precision, for steps that would spread NaN over their neighbours."""
    return spline.finite(values, f"{name}: the image", "it")


def restored(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Denoised values: rounded in a dtype of 8 or 16 bits, which they keep, else float32."""
    if dtype.kind not in "iu" or dtype.itemsize > 2:
        return np.asarray(values, np.float32)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)


def in_unit_range(values: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Values from 0 to 1, and what brings them back: the lowest one, and the range (never 0)."""
    low, high = float(values.min()), float(values.max())
    span = high - low or 1.0
    return (values - low) / span, low, span
