"""Lungs: where the synthetic chest has them, and nowhere else."""

from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import chest_ct
from imgpipe.images import Image
from imgpipe.segment import dice, recipe

# as plain Python, so many pixels would take minutes
pytestmark = pytest.mark.jit

lungs = recipe("lungs")


@pytest.mark.parametrize("seed", [0])
def test_lungs_of_a_volume(seed: int) -> None:
    """Vessels are in, trachea, bowel gas and table are out."""
    image, truth = chest_ct(seed, spacing=(10, 2, 2))
    found = lungs(image)
    assert (found.dtype, found.shape) == (np.bool_, truth.shape)
    assert dice(found, truth) > 0.98
    vessels = truth & (image.pixels > 0)
    assert found[vessels].mean() > 0.8
    gas = ~truth & (image.pixels < -900)
    assert found[gas].mean() < 0.001


@pytest.mark.parametrize("height", [-70, -10, 80])
def test_lungs_of_a_slice(height: int) -> None:
    """At the diaphragm, the carina and the apex."""
    image, truth = chest_ct(4, spacing=(1, 1), height=height)
    assert dice(lungs(image), truth) > 0.97


def test_sizes_are_millimetres() -> None:
    """Pixels of another size and shape find the same lungs."""
    for spacing in ((2, 2), (1, 2.5)):  # of 1 x 1 the slices above are
        image, truth = chest_ct(6, spacing=spacing, height=20)
        assert dice(lungs(image), truth) > 0.97
    tall, truth = chest_ct(6, spacing=(1, 2.5), height=20)
    assert dice(lungs(tall.pixels, (1.0, 2.5)), truth) > 0.97


def test_without_a_spacing_a_slice_shows_a_chest() -> None:
    """400 mm across are assumed."""
    image, _ = chest_ct(3, spacing=(2, 2), height=0)
    np.testing.assert_array_equal(lungs(image.pixels), lungs(image))


def test_a_cuff_of_lung_keeps_a_bulla() -> None:
    """Pure gas in the middle of a lung belongs to it."""
    image, truth = chest_ct(3, spacing=(2, 2), height=40)
    y, x = np.argwhere(truth & (np.arange(200) < 90)).mean(0).astype(int)
    image.pixels[y - 8 : y + 8, x - 8 : x + 8] = -1000
    found = lungs(image)
    assert found[y - 8 : y + 8, x - 8 : x + 8].all()


def test_the_mask_limits_where_is_looked() -> None:
    """The right half gives the right lung."""
    image, truth = chest_ct(3, spacing=(2, 2), height=40)
    half = np.zeros(truth.shape, bool)
    half[:, :100] = True
    found = lungs(Image(image.pixels, mask=half, spacing=image.spacing))
    assert dice(found, truth & half) > 0.97
    assert not found[:, 100:].any()


@pytest.mark.parametrize("value", [-1000, 0, 7])
def test_nothing_in_a_constant_image(value: int) -> None:
    """Air or tissue alone have no lungs."""
    assert not lungs(np.full((20, 30), value, np.int16)).any()
    assert not lungs(np.full((3, 20, 30), value, np.int16)).any()


@pytest.mark.parametrize(
    ("image", "settings", "match"),
    [
        (Image(np.arange(12.0).reshape(3, 4), unit="SUV"), {}, "the image is in SUV"),
        (np.arange(240, dtype=np.uint8).reshape(12, 20), {}, "values from 0 to 239 hold no air"),
        (np.linspace(0, 1, 12).reshape(3, 4), {}, "give the image in HU"),
        (np.eye(4, dtype=bool), {}, "values from 0 to 1 hold no air"),
        (np.zeros((4, 4)), {"closing": -1}, "closing=-1 must be 0 or more"),
        (np.zeros((4, 4)), {"threshold": "low"}, "threshold='low' must be a finite number"),
        (np.zeros((4, 4)), {"holes": True}, "holes=True"),
    ],
)
def test_what_is_refused(image: Any, settings: dict[str, Any], match: str) -> None:
    """Other units, values of no CT, settings out of range."""
    with pytest.raises(InputError, match=match):
        lungs(image, **settings)


def test_known_units_are_not_guessed() -> None:
    """Tissue alone, said to be in HU, has no lungs and is no error."""
    tissue = np.arange(240, dtype=np.int16).reshape(12, 20)
    assert not lungs(Image(tissue, unit="HU")).any()


@pytest.mark.data
def test_a_leg_has_no_lungs(shared_data: Any) -> None:
    """Neither in the volume nor in its slices is air taken for lung."""
    from imgpipe.images import read_volume

    leg = read_volume(shared_data / "ct_series" / "STS_025" / "CT")
    assert not lungs(leg).any()
    for pixels in leg.pixels[::6]:
        assert not lungs(Image(pixels, spacing=leg.spacing[1:], unit="HU")).any()
