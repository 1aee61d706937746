"""CLAHE and histogram matching, beside scikit-image."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.exposure import equalize_adapthist, match_histograms

from imgpipe import InputError
from imgpipe.cli.program.features import parse_filters
from imgpipe.enhance import clahe, match_histogram
from imgpipe.enhance.choosing import preset_notes
from imgpipe.enhance.match_histogram import quantile_function
from imgpipe.images import Image, Images
from imgpipe.learn import Filter

RNG = np.random.default_rng(5)
PIXELS = RNG.gamma(2.0, 30.0, (40, 48)).astype(np.float32)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_clahe_is_scikit_images(dtype: type) -> None:
    """Any range of values gives what scikit-image gives of the same image from 0 to 1."""
    pixels = (PIXELS - (100 if dtype is np.int16 else 0)).astype(dtype)
    wide = pixels.astype(np.float64)
    shares = (wide - wide.min()) / (wide.max() - wide.min())
    expected = equalize_adapthist(shares, kernel_size=(10, 12), clip_limit=0.02)
    np.testing.assert_allclose(clahe(pixels, 0.02, tiles=4), expected, atol=1e-6)


def test_clahe_of_a_volume_of_three_columns_is_no_colour() -> None:
    """scikit-image would take a last axis of 3 for colour; a volume turned round is the same."""
    volume = PIXELS[:24].reshape(24, 16, 3)
    turned = clahe(np.moveaxis(volume, 2, 0))
    np.testing.assert_allclose(np.moveaxis(clahe(volume), 2, 0), turned, atol=1e-6)


def test_clahe_of_one_value() -> None:
    """A constant image has no contrast."""
    assert not clahe(np.full((9, 9), 7.0)).any()


def test_an_image_is_matched_to_itself() -> None:
    """An image whose values all differ is its own best match, up to what 256 shares can say."""
    found = match_histogram(PIXELS, PIXELS)
    rank = np.argsort(np.argsort(PIXELS.ravel())) / (PIXELS.size - 1) * 255
    low, high = (np.quantile(PIXELS, end(rank) / 255) for end in (np.floor, np.ceil))
    assert (low - 1e-3 <= found.ravel()).all()
    assert (found.ravel() <= high + 1e-3).all()
    assert found.dtype == np.float32


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.1, 50), shift=st.floats(-1000, 1000), power=st.floats(0.3, 3))
def test_a_rising_curve_is_undone(scale: float, shift: float, power: float) -> None:
    """Whatever rising curve the values went through, they come back to the reference."""
    curved = PIXELS.astype(np.float64) ** power * scale + shift
    distinct = len(np.unique(curved)) == PIXELS.size == len(np.unique(PIXELS))
    found = match_histogram(curved, PIXELS)
    if distinct:
        np.testing.assert_allclose(found, match_histogram(PIXELS, PIXELS), rtol=1e-4)


def test_matching_beside_scikit_image() -> None:
    """Of continuous values, the result is scikit-image's but for its 1 in n of a step."""
    other = RNG.normal(500, 40, (64, 64))
    expected = match_histograms(PIXELS, other)
    inner = np.abs(other - 500) < 80
    near = np.abs(match_histogram(PIXELS, other) - expected)
    assert np.median(near) < 0.5
    assert np.quantile(near, inner.mean()) < 3


def test_matching_by_the_formula() -> None:
    """A value takes the quantile of its middle rank; equal ones share it; the mask decides."""
    pixels = np.array([[5.0, 5.0, 7.0], [9.0, 0.0, 100.0]])
    mask = np.array([[1, 1, 1], [1, 0, 0]])
    reference = np.array([0.0, 30.0])  # ranks 0 to 3 are 0, 10, 20, 30
    found = match_histogram(Image(pixels, mask=mask), reference).pixels
    np.testing.assert_allclose(found, [[5, 5, 20], [30, 5, 30]], rtol=1e-6)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (None, "needs a reference"),
        ([1.0], "one axis of two or more rising values"),
        ([2.0, 1.0], "one axis of two or more rising values"),
        (np.full((3, 3), np.nan), "holds no finite value"),
    ],
)
def test_what_is_no_reference(reference: Any, words: str) -> None:
    """The error says what a reference is."""
    with pytest.raises(InputError, match=words):
        match_histogram(PIXELS, reference)


def test_a_pipeline_learns_the_mean_quantile_function() -> None:
    """`Filter` learns from what it is fitted on, keeps nothing else, and forgets when cloned."""
    images = [PIXELS, PIXELS * 2 + 30]
    step = Filter("match_histogram")
    with pytest.raises(InputError, match="call fit before transform"):
        step.transform(images)
    step.fit(images)
    expected = (quantile_function(images[0]) + quantile_function(images[1])) / 2
    np.testing.assert_allclose(step.learned_["reference"], expected)
    found = step.transform(Images([PIXELS / 3]))[0].pixels
    np.testing.assert_array_equal(found, match_histogram(PIXELS / 3, expected))
    assert step.get_params(deep=False) == {"name": "match_histogram", "channel_axis": None}


def test_a_given_reference_is_not_learnt() -> None:
    """With a reference, nothing is taken from the images."""
    given_one = Filter("match_histogram", reference=[0.0, 1.0]).fit([PIXELS])
    assert given_one.learned_ == {}
    assert given_one.transform([PIXELS])[0].max() == 1


def test_reference_is_no_file() -> None:
    """The name of a file is refused in words that help."""
    with pytest.raises(InputError, match="is no image; leave it out to learn"):
        parse_filters("match_histogram:reference=a.png")


def test_window_on_values_of_no_unit() -> None:
    """A preset on images that do not say their unit is told, any other window is not."""
    said = preset_notes([("window", {"preset": "lung"})], ["HU", "", "HU"])
    assert said == [
        "the window lung is one of Hounsfield units, and 1 of 3 images do not say their unit"
    ]
    for step in ({"center": 1, "width": 2}, {"preset": "file"}):
        assert preset_notes([("window", step)], [""]) == []
    assert preset_notes([("window", {"preset": "lung"})], ["HU"]) == []
