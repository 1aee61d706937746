"""Region growing and watershed against scikit-image."""

from typing import Any

import numpy as np
import pytest
from skimage import segmentation

from imgpipe import InputError
from imgpipe.images import Image
from imgpipe.segment import region_growing, watershed

RNG = np.random.default_rng(2)
NOISE = RNG.normal(0, 1, (25, 31))
SMOOTH = sum(np.roll(NOISE, k, axis) for k in range(4) for axis in (0, 1))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(25, 31), (5, 5, 31)])
def test_a_region_is_that_of_flood(dtype: Any, shape: tuple[int, ...]) -> None:
    """One seed gives scikit-image's flood, several give theirs together."""
    image = (100 + 10 * SMOOTH).reshape(shape).astype(dtype)
    seeds = [tuple(int(n) for n in RNG.integers(0, shape)) for _ in range(5)]
    floods = [segmentation.flood(image, seed, tolerance=9) for seed in seeds]
    for seed, flood in zip(seeds, floods, strict=True):
        np.testing.assert_array_equal(region_growing(image, seed, 9), flood)
    np.testing.assert_array_equal(region_growing(image, seeds, 9), np.any(floods, axis=0))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64, np.float32])
def test_tolerances_beyond_the_dtype(dtype: Any) -> None:
    """Bounds below and above what the dtype can hold take in everything."""
    image = np.array([[0, 1], [100, 120]], dtype)
    assert region_growing(image, (1, 1), 1e30).all()
    assert region_growing(image, (1, 1), 0).sum() == 1


def test_a_region_stays_inside_the_mask() -> None:
    """What is behind a gap of the mask is not reached."""
    mask = np.array([[1, 1, 0, 1]])
    found = region_growing(Image(np.ones((1, 4)), mask=mask), (0, 0), 1)
    assert found.tolist() == [[True, True, False, False]]
    with pytest.raises(InputError, match=r"seed \(0, 2\) lies outside the image's mask"):
        region_growing(Image(np.ones((1, 4)), mask=mask), [(0, 0), (0, 2)], 1)


@pytest.mark.parametrize(
    ("seeds", "tolerance", "said"),
    [
        ((3, 0), 1, r"the seed \(3, 0\) lies outside the image of shape \(3, 4\)"),
        ((-1, 0), 1, r"the seed \(-1, 0\) lies outside"),
        ((1, 1, 1), 1, "2 for each pixel"),
        ((0.5, 1), 1, "whole numbers"),
        ([], 1, "whole numbers"),
        ("ab", 1, "whole numbers"),
        ((0, 0), -1, "tolerance=-1"),
        ((0, 0), np.nan, "tolerance=nan"),
    ],
)
def test_seeds_that_cannot_be_used(seeds: Any, tolerance: Any, said: str) -> None:
    """The error names the seed, or what was found in its place."""
    with pytest.raises(InputError, match=said):
        region_growing(np.ones((3, 4)), seeds, tolerance)


def test_a_watershed_is_that_of_scikit_image() -> None:
    """Labels are the same, as int32, inside the mask of an image."""
    markers = np.zeros(SMOOTH.shape, np.uint8)
    markers[3, 3], markers[20, 25], markers[9, 12] = 7, 2, 3
    mask = np.ones(SMOOTH.shape, bool)
    mask[8:11, 10:14] = False
    found = watershed(SMOOTH, markers)
    np.testing.assert_array_equal(found, segmentation.watershed(SMOOTH, markers))
    assert found.dtype == np.int32
    found = watershed(Image(SMOOTH, mask=mask), markers)
    np.testing.assert_array_equal(found, segmentation.watershed(SMOOTH, markers, mask=mask))
    assert set(np.unique(found)) == {0, 2, 7}


@pytest.mark.parametrize(
    ("markers", "said"),
    [
        (np.zeros((25, 31), int), "there is no marker"),
        (np.zeros((25, 30), int), r"in the image's shape \(25, 31\)"),
        (np.ones((25, 31)), "whole numbers"),
        (np.full((25, 31), -1), "markers from -1 to -1"),
        (np.full((25, 31), 2**40), "give 0 to 2147483647"),
        (4, "in the image's shape"),
    ],
)
def test_markers_that_cannot_be_used(markers: Any, said: str) -> None:
    """The error names what was found and what would do."""
    with pytest.raises(InputError, match=said):
        watershed(SMOOTH, markers)
