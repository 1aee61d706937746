"""Lung fields in projections of the synthetic chest."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import chest_ct
from imgpipe.images import Image
from imgpipe.segment import dice, recipe

# as plain Python, so many pixels would take minutes
pytestmark = pytest.mark.jit

fields = recipe("chest-xray-lungs")


def film(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """An X-ray through the synthetic chest, and where it passes 7 cm of lung."""
    image, lungs = chest_ct(seed, spacing=(4, 6, 4))
    dense = np.clip(1 + image.pixels / 1000, 0, None).sum(axis=1)[::-1]
    gray = 255 * (dense - dense.min()) / np.ptp(dense)
    return gray.astype(np.uint8), lungs.sum(axis=1)[::-1] * 6 > 70


@pytest.fixture(scope="module")
def films() -> list[tuple[np.ndarray, np.ndarray]]:
    return [film(seed) for seed in (1, 2)]


def test_both_fields_are_found(films: list) -> None:
    """Neither the air beside the body nor the middle is taken."""
    for image, truth in films:
        found = fields(image)
        assert dice(found, truth) > 0.82
        left, right = found[:, :50], found[:, 50:]
        assert 0.5 < left.sum() / right.sum() < 2
        assert not found[:, :8].any()


def test_a_mask_leaves_one_side(films: list) -> None:
    """What is outside is never found."""
    image, truth = films[0]
    mask = np.zeros(image.shape, bool)
    mask[:, :48] = True
    found = fields(Image(image, mask=mask))
    assert not found[:, 48:].any()
    assert dice(found, truth & mask) > 0.8


def test_a_finer_grid_finds_the_same(films: list) -> None:
    """Pixels of half the side."""
    image, _ = films[0]
    fine = np.repeat(np.repeat(image, 2, 0), 2, 1)
    found = fields(fine)
    assert dice(found[1::2, 1::2], fields(image)) > 0.93


@pytest.mark.parametrize("value", [0, 200])
def test_nothing_in_a_constant_image(value: int) -> None:
    """One gray level has no fields."""
    assert not fields(np.full((40, 50), value, np.uint8)).any()


def test_volumes_are_refused() -> None:
    """A projection has two axes."""
    with pytest.raises(InputError, match="chest-xray-lungs takes images of two axes"):
        fields(np.zeros((3, 20, 20)))
