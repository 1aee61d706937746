"""Co-occurrence matrices and features against plain Python and scikit-image."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import graycomatrix, graycoprops

from imgpipe import InputError
from imgpipe.features import catalogue, extract, glcm

FLAT = [(0, 0, 1), (0, 1, -1), (0, 1, 0), (0, 1, 1)]
DEEP = [(1, dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]


def naive_matrices(levels, code, distance=1):
    """Symmetric pair counts of levels (z, y, x), 0 outside, as dicts {(i, j): count}."""
    offsets = FLAT if code in ("BTW3", "SUJT", "JJUI", "ZW7Z") else FLAT + DEEP
    found = {}
    for z, y, x in np.ndindex(levels.shape):
        for d, step in enumerate(offsets):
            there = tuple(np.add((z, y, x), np.multiply(step, distance)))
            if not all(0 <= c < n for c, n in zip(there, levels.shape, strict=True)):
                continue
            i, j = int(levels[z, y, x]), int(levels[there])
            if i == 0 or j == 0:
                continue
            group = (z if code in ("BTW3", "SUJT") else 0, d if code[0] in "BJI" else 0)
            group = (group[0], 0 if code == "IAZD" else group[1])
            counts = found.setdefault(group, {})
            counts[i, j] = counts.get((i, j), 0) + 1
            counts[j, i] = counts.get((j, i), 0) + 1
    return [found[group] for group in sorted(found)]


def naive_features(counts, levels):
    """All 25 features by the double sums of the definition."""
    total = sum(counts.values())
    p = {pair: c / total for pair, c in counts.items()}
    grid = range(1, levels + 1)
    px = {i: sum(p.get((i, j), 0) for j in grid) for i in grid}
    difference = [sum(q for (i, j), q in p.items() if abs(i - j) == k) for k in range(levels)]
    sums = {s: sum(q for (i, j), q in p.items() if i + j == s) for s in range(2, 2 * levels + 1)}

    def mean(f):
        return sum(q * f(i, j) for (i, j), q in p.items())

    def entropy(values):
        return -sum(q * math.log2(q) for q in values if q > 0)

    mu = mean(lambda i, j: i)
    variance = mean(lambda i, j: (i - mu) ** 2)
    d_mean = sum(k * q for k, q in enumerate(difference))
    s_mean = sum(s * q for s, q in sums.items())
    hx, hxy = entropy(px.values()), entropy(p.values())
    hxy1 = -sum(q * math.log2(px[i] * px[j]) for (i, j), q in p.items())
    hxy2 = entropy(px[i] * px[j] for i, j in product(grid, grid))
    one_level = variance < 1e-12
    covariance = mean(lambda i, j: (i - mu) * (j - mu))
    return {
        "joint_maximum": max(p.values()),
        "joint_average": mu,
        "joint_variance": variance,
        "joint_entropy": hxy,
        "difference_average": d_mean,
        "difference_variance": sum((k - d_mean) ** 2 * q for k, q in enumerate(difference)),
        "difference_entropy": entropy(difference),
        "sum_average": s_mean,
        "sum_variance": sum((s - s_mean) ** 2 * q for s, q in sums.items()),
        "sum_entropy": entropy(sums.values()),
        "angular_second_moment": sum(q * q for q in p.values()),
        "contrast": mean(lambda i, j: (i - j) ** 2),
        "dissimilarity": mean(lambda i, j: abs(i - j)),
        "inverse_difference": mean(lambda i, j: 1 / (1 + abs(i - j))),
        "normalised_inverse_difference": mean(lambda i, j: 1 / (1 + abs(i - j) / levels)),
        "inverse_difference_moment": mean(lambda i, j: 1 / (1 + (i - j) ** 2)),
        "normalised_inverse_difference_moment": mean(
            lambda i, j: 1 / (1 + ((i - j) / levels) ** 2)
        ),
        "inverse_variance": mean(lambda i, j: 1 / (i - j) ** 2 if i != j else 0),
        "correlation": math.nan if one_level else covariance / variance,
        "autocorrelation": mean(lambda i, j: i * j),
        "cluster_tendency": mean(lambda i, j: (i + j - 2 * mu) ** 2),
        "cluster_shade": mean(lambda i, j: (i + j - 2 * mu) ** 3),
        "cluster_prominence": mean(lambda i, j: (i + j - 2 * mu) ** 4),
        "information_correlation_1": math.nan if one_level else (hxy - hxy1) / hx,
        "information_correlation_2": math.sqrt(max(0, 1 - math.exp(-2 * max(0, hxy2 - hxy)))),
    }


def naive(levels, code, distance=1):
    """Each feature averaged over the matrices for which it is defined."""
    top = int(levels.max())
    every = [naive_features(m, top) for m in naive_matrices(levels, code, distance)]
    names = naive_features({(1, 1): 2}, 1)
    found = {}
    for name in names:
        defined = [values[name] for values in every if not math.isnan(values[name])]
        found[name] = sum(defined) / len(defined) if defined else math.nan
    return found


def features(image, mask=None, **options):
    found = extract(image, mask, families="glcm", **options)
    return {name.removeprefix("glcm_"): value for name, value in found.items()}


def close(found, expected):
    assert list(found) == list(expected)
    # near independence information_correlation_2 is the root of a rounding error
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6, nan_ok=True)


@settings(max_examples=20, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5)),
    code=st.sampled_from(["BTW3", "SUJT", "JJUI", "ZW7Z", "ITBB", "IAZD"]),
    distance=st.integers(1, 3),
    seed=st.integers(0, 2**16),
)
def test_equals_plain_python(shape, code, distance, seed):
    """All 25 features equal their definitions for every aggregation, distance and mask."""
    rng = np.random.default_rng(seed)
    volume = rng.integers(1, 5, shape)
    mask = rng.random(shape) < 0.8
    mask[0, 0, 0] = True
    found = features(volume, mask, aggregation=code, distance=distance, bins=None)
    suffix = ("" if distance == 1 else f"_d{distance}") + f"_{code}"
    expected = naive(volume * mask, code, distance)
    close({name.removesuffix(suffix): value for name, value in found.items()}, expected)


@pytest.mark.parametrize("code", ["BTW3", "SUJT", "JJUI", "ZW7Z", "ITBB", "IAZD"])
def test_matrix_equals_plain_python(code, rng):
    """The raw matrices hold the counts of the definition."""
    volume = rng.integers(1, 4, (3, 4, 5))
    found = glcm.matrix(volume, aggregation=code, bins=None)
    expected = np.zeros_like(found)
    for k, counts in enumerate(naive_matrices(volume, code)):
        for (i, j), c in counts.items():
            expected[k, i - 1, j - 1] = c
    # the order of directions within a slice is not promised
    key = [m.tobytes() for m in found]
    assert sorted(key) == sorted(m.tobytes() for m in expected)
    assert found.dtype == np.int64


def test_matrix_equals_scikit_image(rng):
    """The merged matrix is the sum of scikit-image's symmetric ones over four angles."""
    image = rng.integers(0, 8, (11, 13), dtype=np.uint8)
    angles = [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4]
    theirs = graycomatrix(image, [1], angles, 8, symmetric=True)[:, :, 0].sum(axis=-1)
    assert np.array_equal(glcm.matrix(image.astype(int) + 1, bins=None)[0], theirs)


def test_features_equal_scikit_image(rng):
    """Features averaged over directions are the mean of scikit-image's properties."""
    image = rng.integers(0, 16, (12, 10), dtype=np.uint8)
    angles = [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4]
    theirs = graycomatrix(image, [1], angles, 16, symmetric=True, normed=True)
    found = features(image.astype(int) + 1, aggregation="BTW3", bins=None)
    for ours, name in {
        "contrast": "contrast",
        "dissimilarity": "dissimilarity",
        "inverse_difference_moment": "homogeneity",
        "angular_second_moment": "ASM",
        "correlation": "correlation",
        "joint_variance": "variance",
        "joint_entropy": "entropy",
    }.items():
        expected = graycoprops(theirs, name).mean() / (math.log(2) if name == "entropy" else 1)
        assert found[f"{ours}_BTW3"] == pytest.approx(expected, rel=1e-9), ours


def test_constant_image():
    """One gray level: correlations are NaN, homogeneity 1, contrast and entropy 0."""
    found = features(np.full((6, 6), 7))
    undefined = {name for name, value in found.items() if math.isnan(value)}
    assert undefined == {"correlation", "information_correlation_1"}
    assert (found["contrast"], found["joint_entropy"]) == (0.0, 0.0)
    assert (found["inverse_difference"], found["joint_maximum"]) == (1.0, 1.0)
    assert found["information_correlation_2"] == 0.0


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 1)])
@pytest.mark.parametrize("aggregation", ["default", "all"])
def test_no_pair(shape, aggregation):
    """Without a pair of pixels every feature is NaN."""
    found = features(np.full(shape, 7), aggregation=aggregation)
    assert all(math.isnan(value) for value in found.values())


def test_distance_beyond_the_image(rng):
    """A distance that the image does not hold gives NaN under a name that says it."""
    found = features(rng.integers(0, 9, (4, 5)), distance=[1, 5])
    assert all(math.isnan(value) == name.endswith("_d5") for name, value in found.items())
    assert len(found) == 50


def test_names_of_distances_and_aggregations():
    """Distances other than 1, and aggregations that were asked for, are in the name."""
    names = [f.name for f in catalogue("glcm", "all", distance=(1, 3))]
    contrasts = [name for name in names if "contrast" in name]
    assert contrasts == [
        "glcm_contrast_BTW3",
        "glcm_contrast_SUJT",
        "glcm_contrast_d3_BTW3",
        "glcm_contrast_d3_SUJT",
    ]
    assert [f.aggregation for f in catalogue("glcm", ndim=3)] == ["IAZD"] * 25


def test_holes_break_pairs():
    """Pixels outside the mask take part in no pair."""
    image = np.array([[1, 2, 1]])
    mask = np.array([[1, 0, 1]])
    assert all(math.isnan(value) for value in features(image, mask, bins=None).values())
    assert np.array_equal(glcm.matrix(image, mask, bins=None)[0], [[0]])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"aggregation": "all"}, "one aggregation"),
        ({"aggregation": "IAZD"}, "needs a volume.*BTW3, SUJT"),
        ({"distance": (1, 2)}, "one distance"),
        ({"aggregation": "BTW3", "bins": None}, "4 matrices of 4096 .* more than memory"),
    ],
)
def test_matrix_refuses(options, match, monkeypatch):
    """matrix() takes one aggregation that exists, one distance, and what memory can hold."""
    monkeypatch.setattr(glcm, "_MAX_ENTRIES", 2**20)
    with pytest.raises(InputError, match=match):
        glcm.matrix(np.eye(4) * 4095 + 1, **options)
