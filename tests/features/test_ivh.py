"""Intensity-volume histogram against plain counting."""

import math
from fractions import Fraction

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.features import FAMILIES, catalogue, extract

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


def naive(values, levels, low=None, high=None):
    """The six features, by IBSI's definitions over all levels that there may be."""
    low = min(values) if low is None else low
    high = max(values) if high is None else high

    def v(level):
        return Fraction(sum(value >= level for value in values), len(values))

    tenths = [low + Fraction(percent, 100) * (high - low) for percent in (10, 90)]
    v10, v90 = (max((v(level) for level in levels if level >= t), default=0) for t in tenths)
    i10, i90 = (min(x for x in levels if v(x) <= Fraction(f, 100)) for f in (10, 90))
    return [float(number) for number in (v10, v90, i10, i90, v10 - v90, i10 - i90)]


def test_gray_levels(rng):
    """Gray levels are sought in steps of 1, one above the maximum where none is rare enough."""
    levels = rng.integers(1, 40, (9, 11))
    assert ivh(levels, bins=None) == pytest.approx(naive(levels.ravel(), range(1, 42)))
    few = np.array([[1, 1, 2, 2]])
    assert ivh(few, bins=None)[2] == 3


def test_whole_units_by_hand():
    """Of 0, ..., 9, a tenth reaches 9 and no level below, nine tenths reach 1."""
    image = np.arange(10).reshape(2, 5)
    assert ivh(image) == pytest.approx([0.9, 0.1, 9, 1, 0.8, 8])
    # 1 is the least level that a tenth reaches, though each step beyond 0 would do
    assert ivh(np.repeat([0, 100], [9, 1])[None])[2:4] == [1, 1]
    # a tenth of the way through the range, of which a level has 15 units, lies 85
    assert ivh(image, range=(0, 15)) == pytest.approx([0.8, 0.0, 9, 1, 0.8, 8])


def test_bins_of_a_size_by_hand():
    """Tenths by bins of a tenth: intensities are centres of bins, from half a bin on."""
    image = np.arange(10).reshape(2, 5) / 10
    settings = {"ivh_bin_width": 0.1}
    # centres 0.05, ..., 0.95, all of which lie within the range
    expected = [0.9, 0.1, 0.95, 0.15, 0.8, 0.8]
    assert ivh(image, range=(0, 1), **settings) == pytest.approx(expected)
    # a tenth of the way from 0.05 to 1.95 is 0.24, nine tenths are 1.76
    expected = [0.8, 0.0, 0.95, 0.15, 0.8, 0.8]
    assert ivh(image, range=(0, 2), **settings) == pytest.approx(expected)
    # without a range it ends at 0.85, half a bin below the maximum: 0.13 and 0.77
    expected = [0.9, 0.2, 0.95, 0.15, 0.7, 0.8]
    assert ivh(image, **settings) == pytest.approx(expected)
    assert ivh(image, range=(0, math.inf), **settings) == pytest.approx(expected)


def test_a_number_of_bins_by_hand():
    """Of 0, ..., 9 in five bins, two are in each; levels are the numbers 1 to 5."""
    image = np.arange(10).reshape(2, 5)
    # a tenth of the way is 1.4, nine are 4.6; two tenths are in bin 5, so that none reach 6 only
    assert ivh(image, ivh_bins=5) == pytest.approx([0.8, 0.2, 6, 2, 0.6, 4])
    assert ivh(image, ivh_bins=5, range=(-50, 50)) == ivh(image, ivh_bins=5)


@pytest.mark.parametrize("bounds", [None, (-40, 90), (-200, math.inf), (-math.inf, 300)])
@pytest.mark.parametrize("settings", [{}, {"ivh_bin_width": 2.5}, {"ivh_bins": 13}])
def test_definitions(bounds, settings, rng):
    """Every kind of bins, with every kind of range, equals IBSI's definitions."""
    image = np.round(rng.normal(20, 30, (12, 11)))
    kept = image if bounds is None else image[(image >= bounds[0]) & (image <= bounds[1])]
    values = [Fraction(x) for x in kept.ravel()]
    low, high = (
        Fraction(extreme if bounds is None or math.isinf(bounds[k]) else bounds[k])
        for k, extreme in enumerate((kept.min(), kept.max()))
    )
    if "ivh_bins" in settings:
        first, span = min(values), max(values) - min(values)
        values = [min((x - first) * 13 // span + 1, 13) for x in values]
        expected = naive(values, range(1, 15), 1, 13)
    elif settings:
        width = Fraction(5, 2)
        centres = [low + (k + Fraction(1, 2)) * width for k in range(200)]
        values = [centres[(x - low) // width] for x in values]
        expected = naive(values, centres, low + width / 2, high - width / 2)
    else:
        expected = naive(values, range(-250, 350), low, high)
    assert ivh(image, range=bounds, **settings) == pytest.approx(expected)


def test_continuum(rng):
    """Other intensities are the limit of ever finer steps."""
    image = rng.random((8, 9))
    mask = image > 0.2
    fine = np.linspace(0, 1.01, 10001)
    assert ivh(image, mask) == pytest.approx(naive(image[mask], fine), abs=2e-4)


def test_fractions_of_decimals():
    """Of 0.2 to 1.2, 0.3 lies a tenth of the way, and 1.1 nine: they reach these fractions."""
    image = np.array([[0.2, 0.3, 1.1, 1.2]])
    assert ivh(image)[:2] == [0.75, 0.5]


def test_the_histogram_has_bins_of_its_own(rng):
    """Neither `bins` nor `bin_width` and `low` touch it, and it touches nothing else."""
    image = rng.integers(0, 100, (9, 9)) / 7
    assert ivh(image, ivh_bins=50) == ivh(image, ivh_bins=50, bins=3)
    assert ivh(image, ivh_bin_width=0.5) == ivh(image, ivh_bin_width=0.5, bin_width=3, low=-9)
    assert ivh(image, ivh_bin_width=0.5) != ivh(image) != ivh(image, ivh_bins=50)
    every = [name for name in FAMILIES if name != "ivh"]
    assert extract(image, families=every, ivh_bins=50) == extract(image, families=every)


def test_units():
    """With a number of bins, intensities are gray levels."""
    assert {f.unit for f in catalogue("ivh")} == {"1", "intensity"}
    assert {f.unit for f in catalogue("ivh", ivh_bin_width=2)} == {"1", "intensity"}
    assert {f.unit for f in catalogue("ivh", ivh_bins=1000)} == {"1", "gray level"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ivh_bins": 1}, r"ivh_bins must lie between 2 and 1048576.*got 1"),
        ({"ivh_bins": 10.0}, "ivh_bins must be an integer"),
        ({"ivh_bin_width": 0}, "ivh_bin_width must be positive"),
        ({"ivh_bins": 10, "ivh_bin_width": 1}, r"ivh_bins=10 and ivh_bin_width=1.0 exclude"),
        ({"ivh_bin_width": 1e-9}, r"ivh_bin_width=1e-09 makes 9000000001 bins.*larger"),
    ],
)
def test_bins_that_do_not_do(settings, message):
    """Bins that there cannot be are refused by name."""
    with pytest.raises(InputError, match=message):
        ivh(np.arange(10).reshape(2, 5), **settings)


def test_scale_and_shift(rng):
    """Volume fractions ignore scale and shift, intensities follow them."""
    image = rng.integers(0, 1000, (9, 9)) + 0.5
    found, moved = np.array(ivh(image)), np.array(ivh(3 * image + 50))
    assert np.array_equal(moved[[0, 1, 4]], found[[0, 1, 4]])
    assert moved[2:4] == pytest.approx(3 * found[2:4] + 50)


def test_single_intensity_is_undefined():
    """One intensity has no range: everything is NaN, whatever the bins, unless there is `range`."""
    image = np.full((3, 4), 2.5)
    for settings in ({}, {"ivh_bins": 100}, {"ivh_bin_width": 0.1}):
        assert np.isnan(ivh(image, **settings)).all()
    assert ivh(image, range=(0, 10)) == [1, 0, 2.5, 2.5, 1, 0]


@pytest.mark.jit
def test_extreme_span_stays_finite():
    """A span beyond the largest float is no infinity."""
    values = ivh(np.array([[-1.7e308, 0.0, 1.7e308]]))
    assert values[:2] == pytest.approx([2 / 3, 1 / 3])
