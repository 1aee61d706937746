"""Intensity statistics against plain Python, NumPy and SciPy."""

import math

import numpy as np
import pytest
from scipy import stats

from imgpipe.features import extract, extract_many


def naive(values):
    """The eighteen statistics, as the formulas read."""
    x = sorted(float(v) for v in values)
    n = len(x)

    def percentile(q):
        h = (n - 1) * q / 100
        i = math.floor(h)
        return x[i] + (x[min(i + 1, n - 1)] - x[i]) * (h - i)

    mean = sum(x) / n
    m2, m3, m4 = (sum((v - mean) ** k for v in x) / n for k in (2, 3, 4))
    p10, p25, p50, p75, p90 = map(percentile, (10, 25, 50, 75, 90))
    middle = [v for v in x if p10 <= v <= p90]
    middle_mean = sum(middle) / len(middle)
    energy = sum(v * v for v in x)
    return {
        "mean": mean,
        "variance": m2,
        "skewness": m3 / m2**1.5,
        "kurtosis": m4 / m2**2 - 3,
        "median": p50,
        "minimum": x[0],
        "percentile_10": p10,
        "percentile_90": p90,
        "maximum": x[-1],
        "interquartile_range": p75 - p25,
        "range": x[-1] - x[0],
        "mean_absolute_deviation": sum(abs(v - mean) for v in x) / n,
        "robust_mean_absolute_deviation": sum(abs(v - middle_mean) for v in middle) / len(middle),
        "median_absolute_deviation": sum(abs(v - p50) for v in x) / n,
        "coefficient_of_variation": math.sqrt(m2) / mean,
        "quartile_coefficient_of_dispersion": (p75 - p25) / (p75 + p25),
        "energy": energy,
        "root_mean_square": math.sqrt(energy / n),
    }


def intensity(image, mask=None, **settings):
    found = extract(image, mask, families="intensity", **settings)
    return {name.removeprefix("intensity_"): value for name, value in found.items()}


@pytest.mark.parametrize("kind", ["u8", "signed", "float", "skewed"])
def test_equals_plain_python(kind, rng):
    """All eighteen statistics equal their formulas, inside a mask."""
    image = {
        "u8": rng.integers(0, 256, (9, 11)),
        "signed": rng.integers(-1000, 400, (9, 11)),
        "float": rng.normal(5, 2, (9, 11)),
        "skewed": rng.exponential(3, (9, 11)),
    }[kind]
    mask = rng.random((9, 11)) < 0.7
    assert intensity(image, mask) == pytest.approx(naive(image[mask]), rel=1e-9)


def test_equals_numpy_and_scipy(rng):
    """Moments and percentiles are those of NumPy and SciPy."""
    image = rng.normal(100, 20, (3, 12, 13))
    found = intensity(image)
    assert found["mean"] == pytest.approx(image.mean(), rel=1e-12)
    assert found["variance"] == pytest.approx(image.var(), rel=1e-12)
    assert found["skewness"] == pytest.approx(stats.skew(image, axis=None), rel=1e-9)
    assert found["kurtosis"] == pytest.approx(stats.kurtosis(image, axis=None), rel=1e-9)
    assert found["interquartile_range"] == pytest.approx(stats.iqr(image), rel=1e-12)
    for q in (10, 90):
        assert found[f"percentile_{q}"] == pytest.approx(np.percentile(image, q), rel=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, -3.0, 1e9 + 0.3])
def test_constant_image(value):
    """One intensity has no spread, and no skewness or kurtosis: they are NaN."""
    found = intensity(np.full((7, 9), value))
    assert found["mean"] == value
    zero = ["variance", "range", "interquartile_range", "mean_absolute_deviation",
            "robust_mean_absolute_deviation", "median_absolute_deviation"]  # fmt: skip
    assert [found[name] for name in zero] == [0.0] * len(zero)
    undefined = {name for name, number in found.items() if math.isnan(number)}
    ratios = {"coefficient_of_variation", "quartile_coefficient_of_dispersion"}
    assert undefined == {"skewness", "kurtosis"} | (ratios if value == 0 else set())


def test_two_pixels_leave_nothing_between_percentiles():
    """The robust deviation is NaN where no pixel lies between the 10th and 90th percentile."""
    found = intensity(np.array([[0.0, 10.0]]))
    assert math.isnan(found["robust_mean_absolute_deviation"])
    assert found["mean_absolute_deviation"] == 5.0


def test_large_offset_keeps_precision(rng):
    """A far-away zero level does not spoil variance and skewness."""
    image = rng.integers(0, 100, (8, 8)).astype(float)
    near, far = intensity(image), intensity(image + 2.0**40)
    for name in ("variance", "skewness", "kurtosis", "mean_absolute_deviation"):
        assert far[name] == pytest.approx(near[name], rel=1e-10)


def test_order_of_pixels_does_not_matter(rng):
    """Shuffled pixels give the same numbers to the last bit."""
    image = rng.normal(size=(6, 7))
    shuffled = rng.permutation(image.ravel()).reshape(6, 7)
    assert intensity(image) == intensity(shuffled)


def test_colour_gives_each_channel(rng):
    """Statistics of a colour image are those of each channel, with a suffix."""
    image = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    found = intensity(image, channel_axis=-1)
    for c in range(3):
        for name, value in intensity(image[..., c]).items():
            assert found[f"{name}_c{c}"] == value
    assert len(found) == 54


def test_range_and_outliers_leave_pixels_out(rng):
    """Re-segmentation keeps the range first, then what lies near the mean of the rest."""
    image = rng.normal(0, 1, (20, 20))
    image[0, :3] = (50.0, -70.0, 8.0)
    kept = image[(image >= -10) & (image <= 10)]
    assert intensity(image, range=(-10, 10)) == pytest.approx(naive(kept), rel=1e-9)
    kept = kept[np.abs(kept - kept.mean()) <= 2.5 * kept.std()]
    both = intensity(image, range=(-10, 10), outliers=2.5)
    assert both == pytest.approx(naive(kept), rel=1e-9)
    assert both["maximum"] < 8


def test_constant_image_has_no_outliers():
    """However narrow the limit, one intensity stays."""
    assert intensity(np.full((5, 3), 0.1), outliers=0.01)["mean"] == 0.1


def test_label_chooses_a_part(rng):
    """label=k is the mask `mask == k`."""
    image = rng.normal(size=(8, 9))
    labels = rng.integers(0, 4, (8, 9))
    assert intensity(image, labels, label=2) == intensity(image, labels == 2)


def test_stack_with_masks_of_different_sizes(rng):
    """Each image of a stack keeps to its own mask."""
    images = rng.normal(3, 1, (4, 6, 6))
    masks = rng.random((4, 6, 6)) < np.array([0.2, 0.5, 0.8, 1.0])[:, None, None]
    masks[:, 2:4, 2:4] = True
    values, _ = extract_many(images, masks, families="intensity")
    for row, image, mask in zip(values, images, masks, strict=True):
        assert row == pytest.approx(list(naive(image[mask]).values()), rel=1e-9)


@pytest.mark.parametrize("masked", [False, True])
def test_whole_numbers_are_counted_and_others_sorted(masked: bool) -> None:
    """Half an image of whole numbers, which is sorted and not counted, has half its statistics."""
    rng = np.random.default_rng(0)
    image = rng.integers(-300, 300, (40, 50)) | 1
    mask = rng.random(image.shape) < 0.6 if masked else None
    whole = extract(image, mask, families="intensity")
    halves = extract(image / 2, mask, families="intensity")
    for name in ("median", "minimum", "percentile_10", "percentile_90", "maximum", "range"):
        assert halves[f"intensity_{name}"] == whole[f"intensity_{name}"] / 2
    for name in ("skewness", "kurtosis"):
        np.testing.assert_allclose(
            halves[f"intensity_{name}"], whole[f"intensity_{name}"], rtol=1e-9
        )
    np.testing.assert_allclose(
        halves["intensity_variance"], whole["intensity_variance"] / 4, rtol=1e-12
    )
