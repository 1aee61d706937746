"""Thresholds against scikit-image's, and against all there are."""

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from skimage.filters import threshold_local, threshold_multiotsu, threshold_otsu

from imgpipe import InputError
from imgpipe.images import Image
from imgpipe.segment import threshold

RNG = np.random.default_rng(0)
IMAGES = {
    "u8": RNG.normal(100, 30, (41, 53)).clip(0, 255).astype(np.uint8),
    "i8": RNG.integers(-5, 6, (16, 17)).astype(np.int8),
    "u16": RNG.integers(0, 65536, (40, 40)).astype(np.uint16),
    "i16": RNG.normal(-200, 300, (6, 20, 21)).astype(np.int16),
    "i32": RNG.normal(9e5, 300, (20, 21)).astype(np.int32),
    "bool": RNG.random((9, 9)) < 0.3,
    "f32": RNG.normal(0, 1, (30, 30)).astype(np.float32),
    "f64": RNG.normal(0, 1e-6, (30, 30)),
}


def cut(image: np.ndarray, classes: int) -> list[int]:
    """The best thresholds of whole numbers: all are tried, the first of equals is taken."""
    levels, counts = np.unique(image, return_counts=True)
    best, found = -1.0, ()
    for middle in combinations(range(1, len(levels)), classes - 1):
        ends = (0, *middle, len(levels))
        parts = [slice(*each) for each in pairwise(ends)]
        sums = [float((counts[part] * (levels[part] - levels[0])).sum()) for part in parts]
        reached = sum(s * s / counts[part].sum() for s, part in zip(sums, parts, strict=True))
        if reached > best * (1 + 1e-12):
            best, found = reached, middle
    return [int(levels[k - 1]) for k in found]


def labelled(image: np.ndarray, thresholds: Any) -> np.ndarray:
    """How many thresholds a value exceeds."""
    return sum((image > each).astype(int) for each in thresholds)


@pytest.mark.parametrize("kind", IMAGES)
def test_otsu_is_that_of_scikit_image(kind: str) -> None:
    """The mask is what exceeds scikit-image's threshold, for every dtype and every byte order."""
    image = IMAGES[kind]
    comparable = image.astype(np.uint8) if image.dtype == bool else image
    expected = comparable > threshold_otsu(comparable)
    np.testing.assert_array_equal(threshold(image), expected)
    turned = np.asfortranarray(image.astype(image.dtype.newbyteorder(">")))
    np.testing.assert_array_equal(threshold(turned), expected)


def test_otsu_of_many_histograms() -> None:
    """Bit by bit scikit-image's: also where 16-bit thresholds nearly divide equally well."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        for image in (rng.integers(0, 65536, 900), rng.normal(9e3, 2e3, 900), rng.poisson(3, 900)):
            pixels = image.astype(np.uint16).reshape(30, 30)
            expected = pixels > threshold_otsu(pixels)
            np.testing.assert_array_equal(threshold(pixels), expected)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("method", ["otsu", "multi-otsu"])
def test_whole_numbers_below_zero_are_alike_in_every_dtype(method: str, dtype: Any) -> None:
    """Hounsfield units of 16 bits, of 32 and 64 bits, and as floats have one threshold."""
    image = np.where(np.indices((20, 24))[1] > 15, 40, -1000) + RNG.integers(0, 9, (20, 24))
    expected = threshold(image.astype(np.int16), method)
    np.testing.assert_array_equal(threshold(image.astype(dtype), method), expected)


def test_whole_numbers_far_apart_have_256_bins() -> None:
    """A bin for each number would not fit into memory."""
    image = np.array([[0, 1, 2], [2**40, 2**40 + 1, 3]])
    expected = image > threshold_otsu(image.astype(float))
    np.testing.assert_array_equal(threshold(image), expected)
    np.testing.assert_array_equal(threshold(image, "multi-otsu"), expected)


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_multi_otsu_is_the_best_there_is(classes: int) -> None:
    """No thresholds divide better, those that divide equally well are not lower."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        image = rng.integers(-5, 6 + seed, (9, 9)).astype(np.int16)
        found = threshold(image, "multi-otsu", classes=classes)
        np.testing.assert_array_equal(found, labelled(image, cut(image, classes)))


def test_multi_otsu_of_equal_choices_is_the_lowest() -> None:
    """Of 0, 1 and 2, equally often, the middle one goes up."""
    image = np.array([[0, 1, 2]], np.uint8)
    assert threshold(image, "multi-otsu", classes=2).tolist() == [[0, 1, 1]]


@pytest.mark.parametrize("classes", [3, 4])
@pytest.mark.parametrize("kind", ["u8", "f32", "f64"])
def test_multi_otsu_is_that_of_scikit_image(kind: str, classes: int) -> None:
    """The thresholds are the same where few pixels have the lowest level."""
    image = IMAGES[kind]
    expected = labelled(image, threshold_multiotsu(image, classes))
    found = threshold(image, "multi-otsu", classes=classes)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int32


def test_two_classes_are_otsus() -> None:
    """Multi-Otsu of two classes is Otsu."""
    for kind in ("u8", "i8", "i16", "i32"):
        found = threshold(IMAGES[kind], "multi-otsu")
        np.testing.assert_array_equal(found, threshold(IMAGES[kind]))


@pytest.mark.parametrize("kind", ["u8", "i16", "f32", "f64"])
@pytest.mark.parametrize("block", [1, 5, 51])
def test_local_is_that_of_scikit_image(kind: str, block: int) -> None:
    """The mask is the same, but where a pixel equals its mean up to rounding: it is not found."""
    image = IMAGES[kind]
    excess = image - threshold_local(image.astype(float), block, "mean")
    near = 1e-9 * np.ptp(image)
    np.testing.assert_array_equal(threshold(image, "local", block=block), excess > near)


def test_local_means_are_of_the_mask() -> None:
    """What is outside the mask neither counts nor is found."""
    pixels = np.array([[5, 5, 7, 250, 250]], np.uint8)
    mask = np.array([[1, 1, 1, 0, 0]])
    found = threshold(Image(pixels, mask=mask), "local", block=5)
    assert found.tolist() == [[False, False, True, False, False]]


def test_fixed_is_above() -> None:
    """A pixel that equals the value is not found."""
    image = np.array([[1, 2, 3]], np.uint8)
    assert threshold(image, "fixed", value=2).tolist() == [[False, False, True]]
    assert not threshold(image, "fixed", value=400).any()


@pytest.mark.parametrize("method", ["otsu", "multi-otsu"])
@pytest.mark.parametrize("kind", ["u8", "f32"])
def test_what_is_outside_the_mask_does_not_count(method: str, kind: str) -> None:
    """Thresholds are those of the pixels inside, as an image of their own."""
    image = IMAGES[kind]
    mask = np.zeros(image.shape, bool)
    mask[4:20, 5:30] = True
    found = threshold(Image(image, mask=mask), method)
    np.testing.assert_array_equal(found[4:20, 5:30], threshold(image[4:20, 5:30], method))
    assert not found[~mask].any()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"method": "osu"}, "did you mean otsu"),
        ({"value": 3}, "value= is for method='fixed'"),
        ({"classes": 3}, "classes= is for method='multi-otsu'"),
        ({"method": "fixed", "value": 1, "block": 3}, "block= is for method='local'"),
        ({"method": "fixed"}, "needs value="),
        ({"method": "fixed", "value": np.nan}, "finite number"),
        ({"method": "fixed", "value": "3"}, "value='3'"),
        ({"method": "local", "block": 4}, "block=4 must be an odd"),
        ({"method": "local", "block": -1}, "block=-1 must be an odd"),
        ({"method": "multi-otsu", "classes": 1}, "classes=1 must be"),
        ({"method": "multi-otsu", "classes": 2.0}, "classes=2.0 must be"),
        ({"method": "multi-otsu", "classes": 5}, "the image has 3 gray levels"),
    ],
)
def test_settings_that_cannot_be_used(settings: dict[str, Any], said: str) -> None:
    """The error names the setting, what was found and what would do."""
    with pytest.raises(InputError, match=said):
        threshold(np.array([[1, 2, 4]], np.uint8), **settings)


@pytest.mark.parametrize("image", [np.array([[-1e308, 1e308]]), np.array([[1, 1 + 2e-16]])])
@pytest.mark.parametrize("method", ["otsu", "multi-otsu"])
def test_values_that_no_bins_divide(image: np.ndarray, method: str) -> None:
    """Floats too near or too far from one another for 256 bins are refused."""
    with pytest.raises(InputError, match="cannot be divided into 256 bins"):
        threshold(image, method)
