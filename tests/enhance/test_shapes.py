"""Resizing and cropping: what is cut or scaled, and where it lies afterwards."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.filters import threshold_otsu

from imgpipe import InputError
from imgpipe.enhance import crop, resample, resize
from imgpipe.images import Image, Place
from imgpipe.images import resample as resample_image
from imgpipe.images import resize as resize_pixels

RNG = np.random.default_rng(13)
PLACE = Place(np.array([10.0, 20.0, 30.0]), np.eye(3)[::-1])


def volume() -> Image:
    """A bright box in a dark volume, placed in space."""
    pixels = RNG.integers(0, 40, (6, 20, 24)).astype(np.int16)
    pixels[2:5, 4:12, 6:20] += 700
    mask = np.zeros(pixels.shape, bool)
    mask[3, 5:9, 8:12] = True
    return Image(pixels, spacing=(3.0, 0.5, 1.0), mask=mask, place=PLACE, unit="HU")


def test_the_foreground_is_cut_out() -> None:
    """The box around it is cut; mask and place are of the same pixels as before."""
    image = volume()
    part = crop(image)
    np.testing.assert_array_equal(part.pixels, image.pixels[2:5, 4:12, 6:20])
    np.testing.assert_array_equal(part.mask, image.mask[2:5, 4:12, 6:20])
    assert (part.spacing, part.unit) == (image.spacing, "HU")
    before = image.place.at(np.array([3, 6, 9]), image.spacing)
    np.testing.assert_allclose(part.place.at(np.array([1, 2, 3]), part.spacing), before)


def test_the_mask_is_never_cut() -> None:
    """The box holds the mask too, and a margin as far as the image reaches."""
    image = volume()
    image.mask[0, 0, 0] = True
    assert crop(image).pixels.shape == (5, 12, 20)
    assert crop(volume(), margin=4).pixels.shape == (6, 16, 22)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), shape=st.sampled_from([(9, 12), (4, 9, 10)]))
def test_otsu_is_scikit_images(seed: int, shape: tuple[int, ...]) -> None:
    """The bins above scikit-image's threshold, the centre of one, are what the box is about."""
    pixels = np.random.default_rng(seed).gamma(0.5, 50, shape)
    half_a_bin = np.ptp(pixels) / 512
    inside = np.argwhere(pixels >= threshold_otsu(pixels) + half_a_bin)
    part = tuple(slice(a, b + 1) for a, b in zip(inside.min(0), inside.max(0), strict=True))
    np.testing.assert_array_equal(crop(pixels), pixels[part])


def test_a_threshold_of_ones_own() -> None:
    """What lies above it is kept; where nothing does, the highest value is named."""
    pixels = volume().pixels
    assert crop(pixels, 100).shape == (3, 8, 14)
    assert crop(pixels, -1).shape == pixels.shape
    with pytest.raises(InputError, match=r"no pixel lies above 5000; the highest is 7\d\d"):
        crop(pixels, 5000)


def test_a_constant_image_is_kept_whole() -> None:
    """There is no foreground to cut to."""
    assert crop(np.full((5, 6), 3)).shape == (5, 6)


def test_colour_is_cut_by_its_luminance() -> None:
    """All channels are cut alike."""
    pixels = np.zeros((9, 9, 3), np.uint8)
    pixels[2:5, 3:8, 1] = 200
    part = crop(Image(pixels, channel_axis=-1))
    np.testing.assert_array_equal(part.pixels, pixels[2:5, 3:8])
    first = crop(Image(np.moveaxis(pixels, -1, 0), channel_axis=0))
    assert first.pixels.shape == (3, 3, 5)


@pytest.mark.parametrize("size", [7, (10, 6), (3, 10, 12), [3, 40, 48]])
def test_a_resized_image_lies_where_it_lay(size: Any) -> None:
    """Pixels are those of `images.resize`; the corners of the image stay where they were."""
    image = volume()
    made = resize(image, size)
    np.testing.assert_array_equal(made.pixels, resize_pixels(image.pixels, size))
    assert made.mask.shape == made.pixels.shape
    for corner in (0, 1):
        ends = [
            one.place.at(np.array(one.pixels.shape) * corner - 0.5, one.spacing)
            for one in (image, made)
        ]
        np.testing.assert_allclose(ends[0], ends[1])


def test_pixels_of_another_size() -> None:
    """Values are those of `images.resample`, rounded; the centre stays where it was."""
    image = volume()
    made = resample(image, (1.5, 1.0, 0.75))
    expected = resample_image(image, (1.5, 1.0, 0.75))
    np.testing.assert_array_equal(made.pixels, np.rint(expected.pixels))
    assert made.pixels.dtype == np.int16
    assert (made.spacing, made.unit) == ((1.5, 1.0, 0.75), "HU")
    np.testing.assert_array_equal(made.mask, expected.mask)
    middles = [
        one.place.at((np.array(one.pixels.shape) - 1) / 2, one.spacing) for one in (image, made)
    ]
    np.testing.assert_allclose(middles[0], middles[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: resample(volume(), 0), "spacing=0 must be one length above 0"),
        (lambda: resample(volume(), "a"), "spacing='a' must be one length above 0"),
        (lambda: resample(volume(), 1, "sinc"), "interpolation='sinc'; choose from linear"),
        (lambda: crop(np.eye(3), "a"), "threshold='a' must be a number"),
        (lambda: crop(np.eye(3), margin=-1), "margin=-1 must be a whole number from 0"),
        (lambda: resize(np.eye(3), 0), "size=0 must be a whole number from 1"),
        (lambda: resize(np.eye(3), (2, 2, 2)), "cannot resize an array of shape"),
    ],
)
def test_shapes_that_cannot_be(call: Any, words: str) -> None:
    """The error names the setting."""
    with pytest.raises(InputError, match=words):
        call()
