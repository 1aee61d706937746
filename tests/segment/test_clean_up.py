"""Clean-up of masks against SciPy and scikit-image."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from skimage.morphology import ball, disk

from imgpipe import InputError
from imgpipe.segment import clean
from imgpipe.segment.parts.connected import parts_of

RNG = np.random.default_rng(1)
MASKS = [RNG.random((23, 31)) < 0.6, RNG.random((7, 12, 13)) < 0.5]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("corners", [True, False])
def test_parts_are_those_of_scipy(mask: np.ndarray, corners: bool) -> None:
    """Parts are numbered in the order of their first pixels, and counted."""
    structure = ndimage.generate_binary_structure(mask.ndim, mask.ndim if corners else 1)
    expected, n = ndimage.label(mask, structure)
    found = parts_of(mask, corners=corners)
    np.testing.assert_array_equal(found.labels, expected)
    np.testing.assert_array_equal(found.sizes, np.bincount(expected.ravel())[1:])
    assert (found.labels.dtype, len(found.sizes)) == (np.int32, n)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("radius", [1, 2])
def test_opening_and_closing_are_those_of_scipy(mask: np.ndarray, radius: int) -> None:
    """Discs and balls: within the image for opening, in a wide plain for closing."""
    window = disk(radius) if mask.ndim == 2 else ball(radius)
    eroded = ndimage.binary_erosion(mask, window, border_value=1)
    opened = ndimage.binary_dilation(eroded, window)
    np.testing.assert_array_equal(clean(mask, opening=radius), opened)
    wide = ndimage.binary_closing(np.pad(mask, 9), window)
    closed = wide[(slice(9, -9),) * mask.ndim]
    np.testing.assert_array_equal(clean(mask, closing=radius), closed)
    assert (closed >= mask).all()


@pytest.mark.parametrize("mask", MASKS)
def test_holes_are_those_of_scipy(mask: np.ndarray) -> None:
    """Filled is what the border is not reached from over sides."""
    filled = clean(mask, fill_holes=True)
    np.testing.assert_array_equal(filled, ndimage.binary_fill_holes(mask))
    assert filled.sum() > mask.sum()


@pytest.mark.parametrize("mask", MASKS)
def test_small_parts_go(mask: np.ndarray) -> None:
    """Parts stay that have as many pixels as are asked for; the largest is one of them."""
    mask = mask & (RNG.random(mask.shape) < 0.5)
    labels, n = ndimage.label(mask, np.ones((3,) * mask.ndim))
    sizes = np.bincount(labels.ravel())
    np.testing.assert_array_equal(clean(mask, min_size=4), (sizes[labels] >= 4) & mask)
    largest = clean(mask, largest=True)
    np.testing.assert_array_equal(largest, labels == 1 + np.argmax(sizes[1:]))
    assert n > 2
    assert not clean(mask, largest=True, min_size=mask.size).any()


def test_of_equal_parts_the_first_is_the_largest() -> None:
    """The part whose first pixel comes first stays."""
    mask = np.array([[0, 1, 0, 1], [1, 0, 0, 1]])
    assert clean(mask, largest=True).tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]


def test_the_order_of_the_steps() -> None:
    """Holes are filled after closing, and parts are counted last."""
    ring = np.ones((9, 9), bool)
    ring[3:6, 3:6] = ring[4, 6:] = False  # a hole, and a gap in its wall
    ring = np.pad(ring, 2)
    assert not clean(ring, fill_holes=True)[6, 6]
    expected = np.pad(np.ones((9, 9), bool), 2)
    expected[6, 10] = False  # the disc fits into the mouth of the gap
    found = clean(ring, closing=1, fill_holes=True, min_size=80)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (4, 5), (2, 3, 4)])
def test_nothing_and_everything_stay(value: int, shape: tuple[int, ...]) -> None:
    """Empty masks stay empty, full ones full, down to one pixel; the result is new."""
    mask = np.full(shape, value, np.uint8)
    found = clean(mask, opening=2, closing=2, fill_holes=True, largest=True, min_size=1)
    assert found.dtype == bool
    np.testing.assert_array_equal(found, mask)


def test_the_mask_is_not_written_into() -> None:
    """Without settings comes a mask of its own."""
    mask = MASKS[0].copy()
    found = clean(mask)
    found[:] = False
    np.testing.assert_array_equal(mask, MASKS[0])


@pytest.mark.parametrize(
    ("mask", "settings", "said"),
    [
        (np.ones((2, 2)), {"opening": -1}, "opening=-1"),
        (np.ones((2, 2)), {"closing": 1.5}, "closing=1.5"),
        (np.ones((2, 2)), {"min_size": True}, "min_size=True"),
        (np.ones(3), {}, r"shape \(3,\)"),
        (np.ones((0, 3)), {}, r"shape \(0, 3\)"),
        (np.full((2, 2), np.nan), {}, "NaN"),
        (np.full((2, 2), "a"), {}, "dtype"),
    ],
)
def test_what_cannot_be_cleaned(mask: np.ndarray, settings: dict[str, Any], said: str) -> None:
    """The error names what was found."""
    with pytest.raises(InputError, match=said):
        clean(mask, **settings)
