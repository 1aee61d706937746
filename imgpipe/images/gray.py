"""Gray images that were saved as colour."""

from dataclasses import replace

import numpy as np

from imgpipe._common.texts import say
from imgpipe.images.image import Image

SAVED_AS_COLOUR = say("gray images saved as colour (three equal channels): one channel is used")


def gray_in_disguise(pixels: np.ndarray, channel_axis: int | None = -1) -> bool:
    """Whether all three channels hold the same values, in one image or a stack of them.

    Parameters
    ----------
    pixels : ndarray
        Image, or images, in colour.
    channel_axis : int or None
        Axis of the channels; None for gray, which is no disguise.

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images.gray import gray_in_disguise
    >>> gray = np.arange(12).reshape(3, 4)
    >>> gray_in_disguise(np.dstack([gray, gray, gray])), gray_in_disguise(np.dstack([gray] * 3) * 2)
    (True, True)
    >>> gray_in_disguise(np.dstack([gray, gray, gray + 1]))
    False
    """
    if channel_axis is None:
        return False
    channels = np.moveaxis(pixels, channel_axis, 0)
    return all(np.array_equal(channels[0], other, equal_nan=True) for other in channels[1:])


def single_channel(image: Image) -> Image:
    """Give a gray image that was saved as colour one channel; others stay as they are."""
    axis = image.channel_axis
    if not gray_in_disguise(image.pixels, axis):
        return image
    pixels = np.ascontiguousarray(np.take(image.pixels, 0, axis))
    return replace(image, pixels=pixels, channel_axis=None)
