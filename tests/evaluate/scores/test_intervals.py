"""Intervals: patients are drawn whole, values agree with scikit-learn, 95 % cover about 95 %."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import accuracy_score, roc_auc_score

from imgpipe.evaluate.scores.intervals import HeldOut, cluster_weights, intervals


def held(
    labels: np.ndarray, p: np.ndarray, index: np.ndarray | None = None, seed: int = 0
) -> HeldOut:
    """Predictions of one fitted binary model."""
    index = np.arange(len(labels)) if index is None else index
    scores = np.column_stack([1 - p, p])
    return HeldOut(index, scores.argmax(axis=1), scores, seed)


def test_patients_are_drawn_whole() -> None:
    """All samples of a patient weigh the same, and as many patients are drawn as there are."""
    clusters = np.array(["a", "a", "b", "c", "c", "c"])
    weights = cluster_weights(clusters, np.random.default_rng(0), 200)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert np.unique(weights[:, 0]).tolist() == [0, 1, 2, 3]


def test_value_is_the_mean_over_folds() -> None:
    """In cross-validation a metric's value is the mean of the folds' figures."""
    rng = np.random.default_rng(3)
    labels = rng.integers(2, size=90)
    p = np.clip(0.5 + 0.2 * (2 * labels - 1) + 0.3 * rng.standard_normal(90), 0, 1)
    folds = np.array_split(rng.permutation(90), 3)
    found = intervals(labels, [held(labels[f], p[f], f) for f in folds], 2, np.arange(90))
    areas = [roc_auc_score(labels[f], p[f]) for f in folds]
    hits = [accuracy_score(labels[f], p[f] > 0.5) for f in folds]
    assert found["auc"].value == pytest.approx(np.mean(areas))
    assert found["accuracy"].value == pytest.approx(np.mean(hits))
    for interval in found.values():
        assert 0 <= interval.low <= interval.value <= interval.high <= 1


def test_clusters_widen_the_interval() -> None:
    """Ten identical slices of a patient tell no more than one."""
    rng = np.random.default_rng(4)
    once = (rng.random(40) < 0.8).astype(float)
    labels = np.ones(400, int)
    labels[:200] = 0
    right = np.repeat(once, 10)
    p = np.where(right == 1, labels, 1 - labels).astype(float)
    alone = intervals(labels, [held(labels, p)], 2, np.arange(400))["accuracy"]
    patients = intervals(labels, [held(labels, p)], 2, np.repeat(np.arange(40), 10))["accuracy"]
    assert alone.value == patients.value
    ratio = (patients.high - patients.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(np.sqrt(10), rel=0.2)


def test_a_perfect_score_keeps_a_lower_bound() -> None:
    """No resample lowers a perfect score, so Wilson's bound for that many patients stands in."""
    labels = np.r_[np.zeros(30, int), np.ones(20, int)]
    found = intervals(labels, [held(labels, labels.astype(float))], 2, np.arange(50))
    z2 = norm.ppf(0.975) ** 2
    assert found["auc"].value == found["auc"].high == 1.0
    assert found["auc"].low == pytest.approx(20 / (20 + z2), abs=1e-6)


def test_seeds_are_averaged_and_their_spread_is_told() -> None:
    """With several seeds the value is their mean, and the spread their standard deviation."""
    labels = np.tile([0, 1], 20)
    good = labels.astype(float)
    poor = good.copy()
    poor[:10] = 1 - poor[:10]
    found = intervals(
        labels, [held(labels, good, seed=0), held(labels, poor, seed=1)], 2, np.arange(40)
    )["accuracy"]
    assert found.value == pytest.approx(0.875)
    assert found.seed_sd == pytest.approx(np.std([1.0, 0.75], ddof=1))


def test_an_undefined_metric_has_no_interval() -> None:
    """Held-out samples of one class give an accuracy and no AUC."""
    labels = np.zeros(12, int)
    found = intervals(labels, [held(labels, np.full(12, 0.2))], 2, np.arange(12))
    assert np.isnan([found["auc"].value, found["auc"].low, found["auc"].high]).all()
    assert found["accuracy"].value == 1.0


def test_a_rare_class_missing_from_resamples_is_skipped() -> None:
    """Resamples without a positive have no AUC; the interval comes from the others."""
    labels = np.zeros(30, int)
    labels[:2] = 1
    p = np.linspace(0.9, 0.1, 30)
    p[5] = 0.95
    found = intervals(labels, [held(labels, p)], 2, np.arange(30))["auc"]
    assert np.isfinite([found.value, found.low, found.high]).all()


@pytest.mark.slow
@pytest.mark.full
@pytest.mark.parametrize("slices", [1, 4])
def test_intervals_cover_about_95_percent(slices: int) -> None:
    """Over many simulated cohorts the true AUC and accuracy lie inside 95 % of the time."""
    shift, within = 1.2, 0.5
    total = np.sqrt(1 + within**2)
    true = {"auc": norm.cdf(shift / (total * np.sqrt(2))), "accuracy": norm.cdf(shift / 2 / total)}
    inside = {"auc": 0, "accuracy": 0}
    trials = 400
    for trial in range(trials):
        rng = np.random.default_rng(trial)
        patients = np.repeat(np.arange(120), slices)
        labels = patients % 2
        x = rng.standard_normal(120)[patients] + within * rng.standard_normal(len(patients))
        p = norm.cdf(x + shift * labels - shift / 2)
        found = intervals(labels, [held(labels, p)], 2, patients, seed=trial, resamples=400)
        for name, value in true.items():
            inside[name] += found[name].low <= value <= found[name].high
    for name, count in inside.items():
        # 95 % of 400, give or take four standard errors of 1.1 %
        assert 0.905 <= count / trials <= 0.99, name
