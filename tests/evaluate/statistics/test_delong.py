"""DeLong's and Obuchowski's tests: published figures, the quadratic form, a jackknife."""

import numpy as np
import pytest
from scipy.stats import chi2
from sklearn.metrics import roc_auc_score

from imgpipe import InputError
from imgpipe.evaluate import delong
from imgpipe.evaluate.statistics.delong import (
    Ranked,
    area_covariance,
    compare_areas,
    placements,
)

# albumin, total protein, K-G score, 1 where surgery was of use: the 43 complete records of DeLong,
# DeLong and Clarke-Pearson (1988), as SAS/STAT prints them in "Comparing ROC Curves"
OVARIAN = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0
1.6 5.6 5 1  3.8 5.7 5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1
4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1
3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1
3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1
3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1
3.6 6.6 5 1
"""


def ovarian() -> tuple[np.ndarray, np.ndarray]:
    """Who profited, and the three scores (K-G, albumin, protein), high for those who did."""
    table = np.array(OVARIAN.split(), float).reshape(-1, 4)
    return table[:, 3].astype(int), np.stack([10 - table[:, 2], table[:, 0], table[:, 1]])


def quadratic(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """AUCs and their covariance, pair by pair of images."""
    up, down = scores[:, labels == 1], scores[:, labels == 0]
    won = (up[:, :, None] > down[:, None, :]) + 0.5 * (up[:, :, None] == down[:, None, :])
    by_up, by_down = won.mean(axis=2), won.mean(axis=1)
    covariance = np.cov(by_up) / up.shape[1] + np.cov(by_down) / down.shape[1]
    return won.mean(axis=(1, 2)), covariance


def noisy(n: int, seed: int, ties: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels and two correlated scores."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < 0.4).astype(int)
    shared = rng.normal(size=n)
    a, b = (labels * s + shared + rng.normal(size=n) for s in (1.0, 0.6))
    return (labels, a.round(), b.round()) if ties else (labels, a, b)


def test_published_areas_and_tests() -> None:
    """DeLong's own data give the areas, errors and p-values that SAS prints."""
    labels, scores = ovarian()
    areas = [roc_auc_score(labels, row) for row in scores]
    np.testing.assert_allclose(areas, [0.7258, 0.7366, 0.6478], atol=5e-5)
    albumin, protein = (delong(labels, row, scores[0]) for row in scores[1:])
    assert albumin.difference == pytest.approx(0.0108, abs=5e-5)
    assert albumin.statistic**2 == pytest.approx(0.0127, abs=5e-5)
    assert albumin.p_value == pytest.approx(0.9102, abs=5e-5)
    assert (albumin.high - albumin.low) / 2 / 1.959964 == pytest.approx(0.0953, abs=5e-5)
    assert protein.difference == pytest.approx(-0.0780, abs=5e-5)
    assert protein.statistic**2 == pytest.approx(0.5554, abs=5e-5)
    assert protein.p_value == pytest.approx(0.4561, abs=5e-5)


def test_published_joint_test() -> None:
    """The covariance of all three areas gives SAS's joint chi-square."""
    labels, scores = ovarian()
    positive = labels == 1
    up, down = placements(positive, scores)
    contrast = np.array([[-1, 1, 0], [-1, 0, 1]])
    gaps = contrast @ up.mean(axis=1)
    spread = contrast @ area_covariance(positive, up, down) @ contrast.T
    joint = float(gaps @ np.linalg.solve(spread, gaps))
    assert joint == pytest.approx(2.5340, abs=5e-5)
    assert chi2.sf(joint, 2) == pytest.approx(0.2817, abs=5e-5)


@pytest.mark.parametrize("ties", [False, True])
def test_midranks_equal_the_quadratic_form(ties: bool) -> None:
    """Difference and error are those of all pairs of images, ties included."""
    for seed in range(5):
        labels, a, b = noisy(80, seed, ties)
        areas, spread = quadratic(labels, np.stack([a, b]))
        test = delong(labels, a, b)
        error = np.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])
        assert test.difference == pytest.approx(areas[0] - areas[1], abs=1e-12)
        assert test.statistic == pytest.approx((areas[0] - areas[1]) / error)
        assert test.high == pytest.approx(test.difference + 1.959964 * error)


def test_each_image_a_patient_is_plain_delong() -> None:
    """Groups of one image change nothing."""
    labels, a, b = noisy(60, 7)
    assert delong(labels, a, b, groups=np.arange(60)[::-1]) == delong(labels, a, b)


def test_clusters_agree_with_a_jackknife_over_patients() -> None:
    """Obuchowski's error is near that of leaving out one patient at a time."""
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(150), rng.integers(1, 6, 150))
    effect = rng.normal(size=(3, 150))[:, groups]
    labels = (effect[2] + rng.normal(size=len(groups)) > 0.5).astype(int)
    a, b = (labels + effect[i] + rng.normal(size=len(groups)) for i in (0, 1))
    test = delong(labels, a, b, groups=groups)
    left = []
    for patient in range(150):
        kept = groups != patient
        left.append(roc_auc_score(labels[kept], a[kept]) - roc_auc_score(labels[kept], b[kept]))
    jackknife = np.sqrt(149 / 150 * ((np.array(left) - np.mean(left)) ** 2).sum())
    assert test.difference / test.statistic == pytest.approx(jackknife, rel=0.03)
    assert "Obuchowski" in test.method


def test_repeated_images_do_not_sharpen_the_test() -> None:
    """Five copies of every image of a patient tell what one tells, if patients are known."""
    labels, a, b = noisy(60, 11)
    once = delong(labels, a, b)
    copied = [np.repeat(values, 5) for values in (labels, a, b)]
    known = delong(*copied, groups=np.repeat(np.arange(60), 5))
    assert known.statistic == pytest.approx(once.statistic)
    assert abs(delong(*copied).statistic) > 2 * abs(once.statistic)


def test_seeds_are_averaged() -> None:
    """The difference of several fits is the mean of theirs; a fit given twice changes nothing."""
    labels, a, b = noisy(70, 5)
    positive = labels == 1
    once, twice = (compare_areas([Ranked(positive, a, b)] * n, None) for n in (1, 2))
    assert twice.statistic == pytest.approx(once.statistic)
    mixed = compare_areas([Ranked(positive, a, b), Ranked(positive, b, a)], None)
    assert mixed.difference == pytest.approx(0)


def test_swapping_models_turns_the_sign() -> None:
    """What a is ahead, b is behind."""
    labels, a, b = noisy(50, 2)
    one, other = delong(labels, a, b), delong(labels, b, a)
    assert (one.low, one.p_value) == pytest.approx((-other.high, other.p_value))


def test_scores_without_variance() -> None:
    """The same ranking is no difference; two perfect ones are not known to be equal."""
    labels = np.repeat([0, 1], 20)
    a = labels + np.linspace(0, 0.5, 40)
    same = delong(labels, a, 2 * a)
    assert (same.difference, same.low, same.high, same.p_value) == (0, 0, 0, 1)
    perfect = delong(labels, a, labels + np.linspace(0.5, 0, 40))
    assert perfect.difference == 0
    assert perfect.high == pytest.approx(1.959964**2 / (20 + 1.959964**2))
    constant = delong(labels, a, np.ones(40))
    assert constant.difference == 0.5
    assert constant.low < 0.4
    assert 0 < constant.p_value < 0.001


def test_ends_stay_within_one() -> None:
    """No interval of a difference leaves -1 to 1."""
    labels = np.array([0, 0, 1, 1])
    test = delong(labels, [1, 2, 3, 4], [4, 2.5, 2, 3])
    assert -1 <= test.low <= test.difference <= test.high <= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([0, 0], [1, 2], [1, 2]), "1 class"),
        (([0, 1, 2], [1, 2, 3], [1, 2, 3]), "3 class"),
        (([0, 1], [1, 2, 3], [1, 2]), "scores_a has the shape"),
        (([0, 1], [1, 2], [1, np.nan]), "scores_b holds 1 value"),
        (([0, 1], ["x", "y"], [1, 2]), "give numbers"),
        (([], [], []), "give one label"),
        (([0, np.nan], [1, 2], [1, 2]), "labels hold NaN"),
    ],
)
def test_bad_input(arguments: tuple, said: str) -> None:
    """One line says what is wrong."""
    with pytest.raises(InputError, match=said) as caught:
        delong(*arguments)
    assert "\n" not in str(caught.value)


def test_groups_of_another_length() -> None:
    """Patients are as many as images."""
    with pytest.raises(InputError, match="groups has the shape"):
        delong([0, 1], [1, 2], [1, 2], groups=[1])
