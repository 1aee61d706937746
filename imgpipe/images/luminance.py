"""Colour to gray."""

from dataclasses import replace

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image

# Rec. 709: 0.2126, 0.7152, 0.0722, each times 10000 / 2^14, which floats hold exactly
_WEIGHTS = (2126 / 2**14, 7152 / 2**14, 722 / 2**14)
_SUM = 10000 / 2**14


def luminance(pixels: np.ndarray, channel_axis: int | None = -1) -> np.ndarray:
    """Weighted sum of red, green and blue as the eye sees it (Rec. 709 luma).

    The weights 0.2126, 0.7152 and 0.0722 act on the stored values; no gamma curve is undone.

    Parameters
    ----------
    pixels : array_like
        Image or stack with three channels, or one.
    channel_axis : int or None, default -1
        Axis of the channels. None means that `pixels` is gray already and is only cast.

    Returns
    -------
    ndarray
        float32 for bool, 8- and 16-bit integers and float32, else float64; without the channels.

    Raises
    ------
    InputError
        If the axis does not hold one or three channels.

    References
    ----------
    ITU-R Recommendation BT.709-6 (2015), section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import luminance
    >>> float(luminance(np.array([[[255, 255, 255]]], np.uint8))[0, 0])
    255.0
    """
    pixels = np.asarray(pixels)
    wide = pixels.dtype.kind != "b" and pixels.dtype not in (np.float16, np.float32)
    dtype = np.float64 if wide and pixels.dtype.itemsize > 2 else np.float32
    if channel_axis is None:
        return pixels.astype(dtype)
    if not -pixels.ndim <= channel_axis < pixels.ndim:
        raise InputError(f"channel_axis={channel_axis} for an array of shape {pixels.shape}")
    channels = np.moveaxis(pixels, channel_axis, 0)
    if len(channels) == 1:
        return channels[0].astype(dtype)
    if len(channels) != 3:
        raise InputError(
            f"{len(channels)} channels on axis {channel_axis} of an array of shape "
            f"{pixels.shape}; luminance is for 3 (red, green, blue)"
        )
    # products and sum of whole numbers are exact, so that gray stays exactly gray
    gray = sum(w * c.astype(np.float64) for w, c in zip(_WEIGHTS, channels, strict=True))
    return np.asarray(gray / _SUM, dtype=dtype)


def in_gray(image: Image) -> Image:
    """Give a colour image in gray (`luminance`); one that is gray stays as it is."""
    if image.channel_axis is None:
        return image
    gray = luminance(image.pixels, image.channel_axis)
    return replace(image, pixels=gray, channel_axis=None)
