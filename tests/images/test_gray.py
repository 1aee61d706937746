"""Gray images that were saved as colour."""

import numpy as np

from imgpipe.images import Image, Images
from imgpipe.images.gray import gray_in_disguise, single_channel

IMAGES = np.random.default_rng(8).integers(0, 65536, (12, 8, 6), dtype=np.uint16)


def test_equal_channels_are_gray() -> None:
    """One image or a stack, whichever axis holds the channels, NaN included."""
    stack = np.repeat(IMAGES[..., None], 3, axis=-1)
    assert gray_in_disguise(stack)
    assert gray_in_disguise(stack[0])
    assert gray_in_disguise(np.moveaxis(stack, -1, 1), 1)
    assert gray_in_disguise(np.full((2, 2, 3), np.nan))


def test_one_other_value_is_colour() -> None:
    """A single pixel of a single channel makes a stack coloured; gray images are no disguise."""
    for channel in range(3):
        stack = np.repeat(IMAGES[..., None], 3, axis=-1)
        stack[7, 3, 2, channel] += 1
        assert not gray_in_disguise(stack)
        assert gray_in_disguise(stack[:7])
    assert not gray_in_disguise(IMAGES[0], None)


def test_one_channel_is_taken() -> None:
    """Spacing and mask stay; an image in colour, or gray already, is given back as it is."""
    rgb = np.repeat(IMAGES[0][..., None], 3, axis=-1)
    image = single_channel(Image(rgb, -1, (0.5, 0.5), IMAGES[0] > 99))
    assert np.array_equal(image.pixels, IMAGES[0])
    assert (image.channel_axis, image.spacing) == (None, (0.5, 0.5))
    assert np.array_equal(image.mask, IMAGES[0] > 99)
    for other in (Image(rgb * [1, 2, 3], -1), Image(IMAGES[0])):
        assert single_channel(other) is other


def test_images_in_one_channel() -> None:
    """A stack is gray as a whole or not at all, items of a list each for themselves."""
    rgb = np.repeat(IMAGES[..., None], 3, axis=-1)
    stack = Images(rgb, channel_axis=-1)
    assert np.array_equal(stack.single_channel().pixels, IMAGES)
    assert stack.single_channel().channel_axis is None
    coloured = rgb.copy()
    coloured[3, 0, 0, 1] ^= 1
    assert Images(coloured, channel_axis=-1).single_channel().channel_axis == -1
    items = Images([Image(rgb[0], -1), Image(coloured[3, :5], -1)]).single_channel()
    assert [image.channel_axis for image in items] == [None, -1]
    assert items.shapes == [(8, 6), (5, 6, 3)]


def test_gray_images_in_colour() -> None:
    """They get three equal channels; what is in colour already stays as it is."""
    rgb = np.repeat(IMAGES[..., None], 3, axis=-1)
    for images in (Images(IMAGES), Images([Image(IMAGES[0]), Image(IMAGES[1, :5])])):
        for image, gray in zip(images.in_colour(), images, strict=True):
            assert image.channel_axis == -1
            assert np.array_equal(image.pixels, np.dstack([gray.pixels] * 3))
    assert np.array_equal(Images(rgb, channel_axis=-1).in_colour().pixels, rgb)
