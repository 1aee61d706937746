"""z-scores, percentiles and gamma, by NumPy's formulas."""

from typing import Any

import numpy as np
import pytest
from skimage.exposure import adjust_gamma, rescale_intensity

from imgpipe import InputError
from imgpipe.enhance import gamma, percentile, zscore
from imgpipe.images import Image

RNG = np.random.default_rng(7)
PIXELS = RNG.integers(-1000, 2000, (9, 11)).astype(np.int16)
MASK = RNG.random((9, 11)) > 0.6


def test_zscore_by_numpy() -> None:
    """Mean and deviation are those inside the mask, and are taken from all pixels."""
    inside = PIXELS[MASK].astype(np.float64)
    expected = (PIXELS - inside.mean()) / inside.std()
    found = zscore(Image(PIXELS, mask=MASK)).pixels
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32
    whole = zscore(PIXELS)
    assert abs(whole.mean()) < 1e-6
    assert whole.std() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("value", [0, 0.1, 1e300, -7])
def test_a_constant_image_is_zero(value: float) -> None:
    """Where all values inside are the same, everything is 0 and not noise of rounding."""
    pixels = np.full((5, 7), value)
    assert not zscore(pixels).any()
    assert not percentile(pixels).any()


def test_nan_is_not_counted_and_stays() -> None:
    """NaN and infinity enter no mean, deviation or percentile."""
    pixels = np.array([[1.0, np.nan], [3.0, np.inf]])
    np.testing.assert_array_equal(zscore(pixels), np.float32([[-1, np.nan], [1, np.inf]]))
    np.testing.assert_array_equal(percentile(pixels, 0, 100), np.float32([[0, np.nan], [1, 1]]))


@pytest.mark.parametrize("step", [zscore, percentile])
def test_nothing_to_measure(step: Any) -> None:
    """An empty mask, and an image of NaN, are refused."""
    with pytest.raises(InputError, match="its mask holds no finite value"):
        step(Image(PIXELS, mask=np.zeros_like(MASK)))
    with pytest.raises(InputError, match="the image holds no finite value"):
        step(np.full((3, 3), np.nan))


def test_percentile_by_scikit_image() -> None:
    """Values between percentiles of the mask are brought to 0 to 1, others clipped."""
    low, high = np.percentile(PIXELS[MASK], [5, 90])
    expected = rescale_intensity(PIXELS.astype(float), (low, high), (0, 1))
    found = percentile(Image(PIXELS, mask=MASK), 5, 90).pixels
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32


@pytest.mark.parametrize(("low", "high"), [(5, 5), (9, 5), (-1, 50), (0, 101), ("a", 9), (0, None)])
def test_percentiles_that_do_not_rise(low: Any, high: Any) -> None:
    """Percentiles are numbers from 0 to 100, and rise."""
    with pytest.raises(InputError, match="must be percentiles"):
        percentile(PIXELS, low, high)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gamma_of_integers_keeps_their_dtype(dtype: type) -> None:
    """Shares of the full range are raised to the power and rounded."""
    full = np.iinfo(dtype).max
    pixels = np.linspace(0, full, 60).astype(dtype).reshape(6, 10)
    found = gamma(pixels, 0.6)
    expected = adjust_gamma(pixels / full, 0.6) * full
    np.testing.assert_allclose(found, expected, atol=0.5 + 1e-6)
    assert found.dtype == dtype
    assert (found[0, 0], found[-1, -1]) == (0, full)


def test_gamma_of_floats() -> None:
    """Floats in [0, 1] are scikit-image's, in float32; NaN stays."""
    pixels = RNG.random((4, 5))
    found = gamma(pixels, 2.0)
    np.testing.assert_allclose(found, adjust_gamma(pixels, 2.0), rtol=1e-6)
    assert found.dtype == np.float32
    assert np.isnan(gamma(np.array([[np.nan, 1]]), 2.0)[0, 0])


@pytest.mark.parametrize("pixels", [PIXELS, PIXELS.astype(float), MASK, np.array([[0.5, -0.1]])])
def test_gamma_of_what_has_no_range(pixels: np.ndarray) -> None:
    """Hounsfield units have no full range; the error says what to put before it."""
    with pytest.raises(InputError, match="put window or percentile before it"):
        gamma(pixels, 0.5)


@pytest.mark.parametrize("power", [0, -1, np.nan, np.inf, "a", None])
def test_a_power_that_is_none(power: Any) -> None:
    """A power is a number above 0."""
    with pytest.raises(InputError, match="must be a number above 0"):
        gamma(np.zeros((2, 2), np.uint8), power)
