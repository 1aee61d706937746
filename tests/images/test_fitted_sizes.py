"""Sizes that are reached by padding or cutting: pixels, masks, spacing and place."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.images import Image, Images, Place, resize
from imgpipe.images.fit import distortion
from imgpipe.images.region import resized

RNG = np.random.default_rng(5)
TALL = RNG.integers(100, 900, (40, 20), dtype=np.int16)
INSIDE = np.zeros((40, 20), bool)
INSIDE[10:30, 4:16] = True
PLACE = Place(np.array([5.0, 7.0, 9.0]), np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
IMAGE = Image(TALL, spacing=(0.5, 0.5), mask=INSIDE, place=PLACE)


def test_pad() -> None:
    """The whole image in the middle, the border of its lowest value, outside of the mask."""
    found = resized(IMAGE, 20, "pad")
    assert np.array_equal(found.pixels[:, 5:15], resize(TALL, (20, 10)))
    assert (found.pixels[:, :5] == TALL.min()).all()
    assert (found.pixels[:, 15:] == TALL.min()).all()
    assert np.array_equal(np.argwhere(found.mask)[[0, -1]], [[5, 7], [14, 12]])
    assert found.spacing == (1.0, 1.0)
    # the corner of the first pixel lies 5 pixels of 1 mm before that of the image
    assert np.allclose(found.place.origin, [5 - 0.25 - 5 + 0.5, 7 - 0.25 + 0.5, 9])


def test_crop() -> None:
    """The middle of the image fills the size."""
    found = resized(IMAGE, 20, "crop")
    assert np.array_equal(found.pixels, TALL[10:30])
    assert np.array_equal(found.mask, INSIDE[10:30])
    assert found.spacing == (0.5, 0.5)
    assert np.allclose(found.place.origin, [5, 7 + 10 * 0.5, 9])


@pytest.mark.parametrize("fit", ["stretch", "pad", "crop"])
def test_stacks_volumes_and_colour(fit: str) -> None:
    """A stack gives what its images give one by one; a volume is fitted slice by slice."""
    pixels = RNG.integers(0, 255, (3, 9, 17), dtype=np.uint8)
    stack = Images(pixels, pixels > 90).resized(8, fit)
    for k, image in enumerate(stack):
        alone = resized(Image(pixels[k], mask=pixels[k] > 90), 8, fit)
        assert np.array_equal(image.pixels, alone.pixels)
        assert np.array_equal(image.mask, alone.mask)
    volume = resized(Image(pixels, spacing=(3.0, 1.0, 1.0)), 8, fit)
    assert volume.shape == (3, 8, 8)
    assert volume.spacing[0] == 3.0
    if fit == "crop":
        assert np.array_equal(volume.pixels[1], resized(Image(pixels[1]), 8, fit).pixels)
    colour = resized(Image(np.repeat(pixels[0, ..., None], 3, -1), -1), 8, fit)
    assert np.array_equal(colour.pixels[..., 2], resized(Image(pixels[0]), 8, fit).pixels)


def test_distortion() -> None:
    """A square of an image twice as long as wide doubles its width."""
    assert distortion((40, 20), 20) == 1.0
    assert distortion((40, 20), (80, 40)) == 0.0
    with pytest.raises(InputError, match="fit='squash'; choose from stretch, pad, crop"):
        Images(TALL[None]).resized(20, "squash")
