"""Lesions, dark and bright: found where they were put, and nothing else."""

from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.images import Image
from imgpipe.segment import dice, recipe

# as plain Python, so many pixels would take minutes
pytestmark = pytest.mark.jit

dark, bright = recipe("dark-lesion"), recipe("bright-lesion")


def ultrasound(seed: int, shape: tuple[int, int] = (128, 128)) -> tuple[np.ndarray, np.ndarray]:
    """Speckle that fades with depth, a mass, and a shadow that reaches the lower border."""
    rng = np.random.default_rng(seed)
    y, x = np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij")
    cy, cx = rng.uniform(0.25, 0.4), rng.uniform(0.4, 0.6)
    a, b = rng.uniform(0.08, 0.14, 2)
    mass = ((y - cy) / a) ** 2 + ((x - cx) / b) ** 2 < 1
    level = 120 * np.exp(-1.5 * y)
    level[(abs(x - 0.1) < 0.07) & (y > 0.5)] *= 0.15
    level[mass] *= 0.2
    image = level * rng.rayleigh(1.0, shape)
    return image.clip(0, 255).astype(np.uint8), mass


@pytest.mark.parametrize("seed", range(3))
def test_the_mass_and_not_the_shadow(seed: int) -> None:
    """A dark mass above a dark shadow at the border."""
    image, mass = ultrasound(seed)
    found = dark(image)
    assert found.dtype == np.bool_
    assert dice(found, mass) > 0.8


@pytest.mark.parametrize("shape", [(128, 160), pytest.param((512, 640), marks=pytest.mark.full)])
def test_lengths_are_shares_of_the_image(shape: tuple[int, int]) -> None:
    """Finer and coarser pixels have the mass at the same place."""
    image, mass = ultrasound(1, shape)
    assert dice(dark(image), mass) > 0.8


def test_lengths_are_shares_of_an_image_with_a_spacing() -> None:
    """Pixels that are four times as high as wide have the mass at the same place."""
    image, mass = ultrasound(1, (64, 256))
    assert dice(dark(image, (2.0, 0.5)), mass) > 0.75


def test_a_larger_least_size_leaves_nothing() -> None:
    """Sizes bound what is a candidate."""
    image, mass = ultrasound(0)
    assert not dark(image, min_size=0.5, max_size=0.6).any()
    assert dark(image, max_size=0.5 * mass.mean()).sum() < 0.6 * mass.sum()


def blob(sigma: float, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """A ball with a soft border in noise, voxels of 3 x 1 x 1 mm."""
    z, y, x = np.ogrid[:16, :48, :48]
    away = np.sqrt((3 * (z - 7)) ** 2 + (y - 20) ** 2 + (x - 30) ** 2)
    height = 1 / (1 + np.exp((away - 11) / sigma))
    rng = np.random.default_rng(0)
    return 2 + 6 * height + rng.normal(0, noise, height.shape), away < 11


def test_a_ball_by_half_its_height() -> None:
    """Millimetres of three axes; a mask keeps what is brighter out."""
    image, truth = blob(1.0, 0.5)
    assert dice(bright(image, (3, 1, 1)), truth) > 0.93
    image[2:4, 40:46, 2:8] = 30
    assert dice(bright(image, (3, 1, 1)), truth) < 0.1
    mask = np.ones(image.shape, bool)
    mask[:5, 36:, :12] = False
    found = bright(Image(image, mask=mask, spacing=(3.0, 1.0, 1.0)))
    assert dice(found, truth) > 0.93


def test_the_level_says_how_large() -> None:
    """A lower level takes more, and the core of a ring is filled."""
    image, _ = blob(3.0, 0.0)
    sizes = [bright(image, (3, 1, 1), level=level).sum() for level in (0.3, 0.5, 0.7)]
    assert sizes[0] > sizes[1] > sizes[2] > 0
    plane = image[7].copy()
    plane[18:22, 28:32] = 2
    assert bright(plane, smoothing=0)[18:22, 28:32].all()
    assert not bright(plane, smoothing=0, holes=False)[18:22, 28:32].any()


def test_dark_lesions_are_found_in_planes() -> None:
    """A volume is refused, and told what would do."""
    with pytest.raises(InputError, match="give one slice"):
        dark(np.zeros((3, 20, 20)))


@pytest.mark.parametrize(
    ("found", "settings", "match"),
    [
        (dark, {"smoothing": -1}, "smoothing=-1 must be a number from 0 to 0.5"),
        (dark, {"max_size": 2}, "max_size=2"),
        (dark, {"min_size": 0.5}, "min_size=0.5 is above max_size=0.45"),
        (bright, {"level": 1.5}, "level=1.5 must be a number from 0 to 1"),
        (bright, {"smoothing": np.inf}, "smoothing=inf"),
    ],
)
def test_settings_out_of_range_are_refused(found: Any, settings: dict, match: str) -> None:
    """The message names the setting and its limits."""
    with pytest.raises(InputError, match=match):
        found(np.zeros((9, 9)), **settings)


@pytest.mark.data
def test_the_lesion_of_a_real_scan(shared_data: Any) -> None:
    """In PET of a sarcoma of the calf the contour of the radiologist is found again."""
    from imgpipe.images import read_contours, read_series

    folder = shared_data / "ct_series" / "STS_025" / "PET"
    series = read_series(folder / "image")
    truth = read_contours(next((folder / "mask").iterdir()), series) != 0
    assert dice(bright(series.image, level=0.4), truth) > 0.7
