"""Pictures for a person to look at, whatever the image."""

import numpy as np
import pytest

from imgpipe.images import Image
from imgpipe.images.picture import outlined, picture_of


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, bool])
@pytest.mark.parametrize("shape", [(8, 8), (300, 200), (1, 1), (9, 40, 40)])
def test_thumbnails_are_small_and_uint8(shape: tuple[int, ...], dtype: type) -> None:
    """Whatever the image, a person gets a small gray picture."""
    image = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    small = picture_of(image, None)
    assert small.dtype == np.uint8
    assert small.ndim == 2
    assert max(small.shape) <= 100


def test_a_thumbnail_spans_all_floats() -> None:
    """Pixels at both ends of float64 are black and white, and nothing overflows."""
    image = np.where(np.eye(8, dtype=bool), 1.7e308, -1.7e308)
    assert np.array_equal(picture_of(image, None), 255 * np.eye(8, dtype=np.uint8))


def test_a_thumbnail_shows_what_is_finite() -> None:
    """NaN and infinity do not blank the rest."""
    image = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    image[0, 0], image[0, 1] = np.nan, np.inf
    small = picture_of(image, None)
    assert small[-1, -1] > 200
    assert small[1, 0] < 60


def test_a_colour_thumbnail_keeps_its_channels() -> None:
    """Red stays red."""
    image = np.zeros((8, 8, 3), np.uint8)
    image[..., 0] = 200
    np.testing.assert_array_equal(picture_of(image, -1), image)


def test_volume_shows_where_its_mask_is_largest() -> None:
    """The slice with most of the mask, with its outline; the middle one without a mask."""
    pixels = np.random.default_rng(2).integers(0, 256, (5, 9, 9), dtype=np.uint8)
    mask = np.zeros(pixels.shape, bool)
    mask[1, 2:7, 2:7] = mask[2, 3:5, 3:5] = True
    seen = outlined(Image(pixels, mask=mask))
    assert np.array_equal(seen, outlined(Image(pixels[1], mask=mask[1])))
    assert np.array_equal(outlined(Image(pixels)), pixels[2])
