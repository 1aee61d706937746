"""The body: of CT, MR and whatever is brighter than its background."""

from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import chest_ct
from imgpipe.images import Image
from imgpipe.segment import dice, recipe

# as plain Python, so many pixels would take minutes
pytestmark = pytest.mark.jit

body = recipe("body")


def ellipse(shape: tuple[int, ...], share: float) -> np.ndarray:
    """An ellipse or ellipsoid in the middle, `share` of the image long along each axis."""
    axes = np.ogrid[tuple(slice(-1, 1, n * 1j) for n in shape)]
    return np.asarray(sum((axis / share) ** 2 for axis in axes) < 1)


@pytest.mark.parametrize("shape", [(90, 120), (7, 90, 120)])
def test_a_body_of_two_tissues_with_holes(shape: tuple[int, ...]) -> None:
    """Dark muscle, bright fat and a hollow are one body, as in MR, and a table is left out."""
    rng = np.random.default_rng(0)
    truth = ellipse(shape, 0.8)
    image = 20 + 200.0 * truth + 500 * (truth & ~ellipse(shape, 0.65))
    image[ellipse(shape, 0.2)] = 20
    image[..., 86:88, :] = 220
    image += rng.normal(0, 15, shape)
    found = body(image)
    holes = truth if len(shape) == 2 else truth & (np.ptp(image, axis=(1, 2)) > 0)[:, None, None]
    assert dice(found, holes) > 0.97
    assert not found[..., 86:88, :].any()


def test_a_chest_with_its_lungs() -> None:
    """In HU the body is what is above -300, lungs filled, the table left out."""
    image, lungs = chest_ct(2, spacing=(12, 3, 3))
    found = body(image)
    assert found[lungs].all()
    air = image.pixels < -800
    assert (found & air & ~lungs).sum() < 0.02 * found.sum()
    assert not found[:, -3:].any()
    unknown = body(image.pixels, image.spacing)
    assert dice(unknown, found) > 0.97  # the skin is darker than -300


def test_a_threshold_that_is_given_counts() -> None:
    """Only the bright core is above 600."""
    image = 100.0 * ellipse((60, 60), 0.9) + 900 * ellipse((60, 60), 0.4)
    np.testing.assert_array_equal(body(image, threshold=600), ellipse((60, 60), 0.4))


def test_what_is_thin_goes_by_millimetres() -> None:
    """A bar of 10 pixels is a body at 1 mm, and a table's shell at 0.3 mm."""
    image = np.zeros((80, 80))
    image[30:40, 5:75] = 1
    assert body(image, (1, 1)).sum() == 700
    assert not body(image, (0.3, 0.3), opening=2).any()


@pytest.mark.parametrize("image", [np.zeros((9, 9)), np.full((2, 5, 6), 3, np.uint8)])
def test_nothing_in_a_constant_image(image: np.ndarray) -> None:
    """One gray level has no foreground."""
    assert not body(image).any()


def test_two_gray_levels_are_body_and_background() -> None:
    """A mask as an image is its own body."""
    truth = ellipse((50, 60), 0.7)
    np.testing.assert_array_equal(body(truth.astype(np.uint8)), truth)


def test_what_is_refused() -> None:
    """Settings out of range and pixels that are no numbers."""
    with pytest.raises(InputError, match="opening=-1"):
        body(np.zeros((4, 4)), opening=-1)
    with pytest.raises(InputError, match="NaN"):
        body(np.full((4, 4), np.nan))


@pytest.mark.data
def test_a_leg_without_its_table(shared_data: Any) -> None:
    """The real series shows a lower leg of 8 to 11 cm on a cushion and a table."""
    from imgpipe.images import read_volume

    leg = read_volume(shared_data / "ct_series" / "STS_025" / "CT")
    found = body(leg)
    area = found.sum(axis=(1, 2)) * leg.spacing[1] * leg.spacing[2] / 100
    assert ((area > 50) & (area < 95)).all()
    assert not found[:, 100:].any()
    assert (leg.pixels[found] > -300).mean() > 0.995
    masked = Image(leg.pixels, mask=found, spacing=leg.spacing, unit="HU")
    np.testing.assert_array_equal(body(masked), found)
