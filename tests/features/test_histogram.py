"""Discretisation and the intensity histogram against plain Python."""

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from imgpipe import InputError
from imgpipe._common import ImageError
from imgpipe.features import extract, extract_many


def naive_levels(values, bins=32, width=None, low=None):
    """Gray level of each value by the formulas of fixed bin number and fixed bin size."""
    bottom, top = min(values), max(values)
    if width is not None:
        start = Fraction(bottom if low is None else low)
        return [math.floor((Fraction(v) - start) / Fraction(width)) + 1 for v in values]
    if bottom == top:
        return [1 for _ in values]
    steps = [bins * (Fraction(v) - Fraction(bottom)) for v in values]
    return [min(math.floor(s / (Fraction(top) - Fraction(bottom))) + 1, bins) for s in steps]


def naive(levels):
    """The statistics that only the histogram has."""
    top, n = max(levels), len(levels)
    count = Counter(levels)
    h = [count[level] for level in range(1, top + 1)]
    mean = sum(levels) / n
    p = [c / n for c in h if c]
    most = max(h)
    modes = [level for level in range(1, top + 1) if count[level] == most]
    found = {
        "mode": min(modes, key=lambda level: (abs(level - mean), level)),
        "entropy": -sum(q * math.log2(q) for q in p),
        "uniformity": sum(q * q for q in p),
    }
    if top > 1:
        slopes = [h[1] - h[0]]
        slopes += [(h[i + 1] - h[i - 1]) / 2 for i in range(1, top - 1)]
        slopes += [h[-1] - h[-2]]
        for word, extreme in (("maximum", max(slopes)), ("minimum", min(slopes))):
            found[f"{word}_gradient"] = extreme
            found[f"{word}_gradient_level"] = slopes.index(extreme) + 1
    return found


def histogram(image, mask=None, **settings):
    found = extract(image, mask, families="histogram", **settings)
    return {name.removeprefix("histogram_"): value for name, value in found.items()}


def check(image, mask, levels, **settings):
    found = histogram(image, mask, **settings)
    expected = naive(levels)
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-12)
    assert found["mean"] == pytest.approx(np.mean(levels), rel=1e-12)
    assert found["variance"] == pytest.approx(np.var(levels), rel=1e-12)
    assert found["median"] == np.median(levels)
    assert found["percentile_90"] == pytest.approx(np.percentile(levels, 90), rel=1e-12)
    assert (found["minimum"], found["maximum"]) == (min(levels), max(levels))


@pytest.mark.parametrize("bins", [2, 5, 32, 100])
@pytest.mark.parametrize("kind", ["integers", "floats"])
def test_fixed_bin_number(bins, kind, rng):
    """Bins of equal size lie between minimum and maximum inside the mask."""
    image = rng.integers(0, 60, (9, 8)) if kind == "integers" else rng.normal(size=(9, 8))
    mask = rng.random((9, 8)) < 0.8
    values = image[mask].tolist()
    check(image, mask, naive_levels(values, bins), bins=bins)


@pytest.mark.parametrize("low", [None, -3.0, 0.0])
def test_fixed_bin_size(low, rng):
    """Bins of a fixed size begin at `low`, else at the minimum."""
    image = rng.integers(0, 50, (9, 8))
    levels = naive_levels(image.ravel().tolist(), width=7.0, low=low)
    check(image, None, levels, bin_width=7.0, low=low)


def test_fixed_bin_size_begins_at_the_range(rng):
    """Without `low` the first bin begins at the lower bound of the range."""
    image = rng.integers(-100, 100, (9, 8))
    kept = [v for v in image.ravel().tolist() if -40 <= v <= 60]
    levels = naive_levels(kept, width=25, low=-40)
    check(image, (image >= -40) & (image <= 60), levels, bin_width=25, range=(-40, 60))


def test_gray_levels_as_they_are(rng):
    """bins=None takes the pixels for gray levels."""
    image = rng.integers(1, 9, (9, 8))
    check(image, None, image.ravel().tolist(), bins=None)


def test_entropy_equals_scipy(rng):
    """Entropy is SciPy's, in bits."""
    image = rng.integers(1, 20, (9, 8))
    expected = stats.entropy(np.bincount(image.ravel()), base=2)
    assert histogram(image, bins=None)["entropy"] == pytest.approx(expected, rel=1e-12)


def test_constant_image():
    """One gray level has no information, and no gradient or skewness: they are NaN."""
    found = histogram(np.full((5, 5), 3.7))
    assert (found["mean"], found["entropy"], found["uniformity"]) == (1.0, 0.0, 1.0)
    undefined = {name for name, value in found.items() if math.isnan(value)}
    gradients = {name for name in found if "gradient" in name}
    assert undefined == {"skewness", "kurtosis"} | gradients


def test_mode_is_the_one_closest_to_the_mean():
    """Of equally frequent levels the one closest to the mean is the mode, the lower of two."""
    assert histogram([[1, 1, 2, 2, 9]], bins=None)["mode"] == 2
    assert histogram([[1, 1, 3, 3]], bins=None)["mode"] == 1


def test_pixels_below_low():
    """Pixels below the first bin are an error that says how to leave them out."""
    with pytest.raises(InputError, match=r"-5.*below low=0.*range"):
        histogram(np.array([[-5, 3], [2, 8]]), bin_width=2, low=0)


@pytest.mark.parametrize("image", [[[0, 1]], [[1.5, 2]], [[-1, 3]]])
def test_not_gray_levels(image):
    """bins=None refuses what is no positive integer, and counts it."""
    with pytest.raises(InputError, match="1 of 2 are not positive integers"):
        histogram(image, bins=None)


@pytest.mark.parametrize(
    ("image", "settings", "words"),
    [
        ([[0, 1]], {"bin_width": 2, "low": 1}, "image 1 goes down to 0, below low=1"),
        ([[1.5, 3]], {"bins": None}, "pixels of image 1 as gray levels .* 1 of 2 are not"),
        ([[1, 9000]], {"bins": None}, "image 1 has 9000 gray levels"),
        ([[1, 9000]], {"bin_width": 1}, "image 1 has 9000 gray levels"),
        ([[1, 1e9]], {"ivh_bin_width": 1}, "makes 1000000000 bins of image 1"),
    ],
)
def test_errors_name_the_image(image, settings, words):
    """Of many images, the one whose gray levels cannot be is named."""
    with pytest.raises(ImageError, match=words) as caught:
        extract_many([[[1, 2]], image], families=["ivh", "histogram"], **settings)
    assert caught.value.index == 1


@pytest.mark.parametrize("settings", [{"bins": None}, {"bin_width": 0.001}])
def test_too_many_gray_levels(settings):
    """More levels than a matrix holds are an error that says what would do."""
    with pytest.raises(InputError, match=r"has (60000|59999001) gray levels"):
        histogram(np.array([[1, 60000]]), **settings)


def test_values_at_the_limits_of_the_dtype():
    """Spans beyond the largest float stay within the bins."""
    largest = np.finfo(float).max
    with np.errstate(all="ignore"):
        found = histogram(np.array([[-largest, 0.0, largest]]), bins=4)
    assert (found["minimum"], found["median"], found["maximum"]) == (1, 3, 4)
