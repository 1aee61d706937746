"""Intensity-volume histogram against plain counting."""

import numpy as np
import pytest

from imgpipe.features import extract

NAMES = (
    "volume_at_intensity_fraction_10",
    "volume_at_intensity_fraction_90",
    "intensity_at_volume_fraction_10",
    "intensity_at_volume_fraction_90",
    "volume_fraction_difference",
    "intensity_fraction_difference",
)


def ivh(image, mask=None, **settings):
    values = extract(image, mask, families="ivh", **settings)
    return [values[f"ivh_{name}"] for name in NAMES]


def naive(values, steps):
    """The six features, the intensities sought among `steps`."""
    span = values.max() - values.min()
    v10, v90 = (np.mean(values >= values.min() + f * span) for f in (0.1, 0.9))
    i10, i90 = (min(s for s in steps if np.mean(values >= s) <= f) for f in (0.1, 0.9))
    return [v10, v90, i10, i90, v10 - v90, i10 - i90]


def test_gray_levels(rng):
    """Gray levels are sought in steps of 1, one above the maximum where none is rare enough."""
    levels = rng.integers(1, 40, (9, 11))
    assert ivh(levels, bins=None) == pytest.approx(naive(levels, range(1, 42)))
    few = np.array([[1, 1, 2, 2]])
    assert ivh(few, bins=None)[2] == 3


def test_continuum(rng):
    """Other intensities are the limit of ever finer steps."""
    image = rng.random((8, 9))
    mask = image > 0.2
    fine = np.linspace(0, 1.01, 10001)
    assert ivh(image, mask) == pytest.approx(naive(image[mask], fine), abs=2e-4)


def test_scale_and_shift(rng):
    """Volume fractions ignore scale and shift, intensities follow them."""
    image = rng.integers(0, 1000, (9, 9)).astype(float)
    found, moved = np.array(ivh(image)), np.array(ivh(3 * image + 50))
    assert np.array_equal(moved[[0, 1, 4]], found[[0, 1, 4]])
    assert moved[2:4] == pytest.approx(3 * found[2:4] + 50)


def test_single_intensity_is_undefined():
    """One intensity has no range: everything is NaN."""
    assert np.isnan(ivh(np.full((3, 4), 2.5))).all()


@pytest.mark.jit
def test_extreme_span_stays_finite():
    """A span beyond the largest float is no infinity."""
    values = ivh(np.array([[-1.7e308, 0.0, 1.7e308]]))
    assert values[:2] == pytest.approx([2 / 3, 1 / 3])
