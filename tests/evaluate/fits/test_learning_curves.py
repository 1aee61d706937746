"""Learning curves: nested shares of whole patients, points with intervals."""

import math

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from toy_datasets import numbered_dataset

from imgpipe import InputError
from imgpipe.evaluate import compare
from imgpipe.evaluate.fits.learning_curves import nested_share


class Reads(ClassifierMixin, BaseEstimator):
    """Gets better with the number of patients it has seen; notes what it was given."""

    seen: list[dict] = []  # noqa: RUF012

    def __init__(self, needed=40):
        self.needed = needed

    def fit(self, X, y, *, groups=None, validation=None):
        self.classes_ = np.unique(y)
        Reads.seen.append({"index": X[:, 0, 0], "y": y, "groups": groups, "validation": validation})
        self.skill_ = min(1.0, len(y) / self.needed)
        return self

    def predict_proba(self, X):
        rng = np.random.default_rng(0)
        p = self.skill_ * X[:, 0, 1] + (1 - self.skill_) * rng.random(len(X))
        return np.stack([1 - p, p], axis=1)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def test_shares_are_nested_whole_patients_of_each_class_in_proportion():
    """A smaller share lies in a larger one, divides no patient, and keeps the classes' ratio."""
    clusters = np.repeat(np.arange(50), 3)
    labels = np.repeat((np.arange(50) < 10).astype(int), 3)
    index = np.arange(0, 150)[30:]  # some samples are left out
    before: set[int] = set()
    for share in (0.25, 0.5, 1.0):
        drawn_samples = nested_share(labels, clusters, index, share, seed=3)
        assert set(drawn_samples) >= before
        assert set(drawn_samples) <= set(index)
        before = set(drawn_samples)
        kept = np.unique(clusters[drawn_samples])
        assert set(index[np.isin(clusters[index], kept)]) == set(drawn_samples)
        for code in (0, 1):
            there = len(np.unique(clusters[index][labels[index] == code]))
            drawn = len(np.unique(clusters[drawn_samples][labels[drawn_samples] == code]))
            assert drawn == math.ceil(share * there)
    assert len(before) == len(index)


def test_a_class_of_second_images_is_in_every_share():
    """A patient with several classes counts for each, whichever image comes first."""
    clusters = np.repeat(np.arange(64), 2)
    labels = np.repeat(np.arange(64) % 2, 2)
    labels[[1, 9, 21, 33]] = 2  # four patients, whose first images are of other classes
    before: set[int] = set()
    for share in (0.25, 0.5, 1.0):
        kept = nested_share(labels, clusters, np.arange(128), share, seed=1)
        assert set(kept) >= before
        before = set(kept)
        assert (labels[kept] == 2).sum() >= 4 * share


def test_every_model_is_fitted_on_shares_and_judged_on_the_same_test_part():
    """Training and validation shrink alike; the curve's last point is the headline."""
    Reads.seen.clear()
    split = np.repeat(["train", "val", "test"], [128, 64, 64])
    result = compare({"reads": Reads()}, numbered_dataset(split=split), learning_curve=True)
    sizes = [(len(s["y"]), len(s["validation"][1])) for s in Reads.seen]
    assert sizes == [(128, 64), (8, 4), (16, 8), (32, 16), (64, 32)]
    curve = result.learning.curves[0]
    assert curve.patients == (8, 16, 32, 64, 128)
    assert curve.auc[-1] == result.models[0].metrics["auc"]
    assert [point.value for point in curve.auc] == sorted(point.value for point in curve.auc)
    assert all(point.low <= point.value <= point.high for point in curve.auc)
    assert result.learning.unit == "images"


def test_folds_and_seeds_draw_shares_of_patients():
    """In cross-validation every fold and seed gives each point its share; patients stay whole."""
    Reads.seen.clear()
    patients = np.array([f"P{i // 2}" for i in range(256)])
    data = numbered_dataset(groups=patients)
    result = compare(
        {"reads": Reads()},
        data,
        folds=2,
        seeds=2,
        repeats=2,
        learning_curve=True,
        duplicates="keep",
    )
    whole, shares = Reads.seen[:8], Reads.seen[8:]
    assert len(shares) == 3 * 2 * 2  # shares, seeds, folds of the first repeat
    for fit in shares:
        counts = np.unique(fit["groups"], return_counts=True)[1]
        assert set(counts) == {2}
    assert result.learning.unit == "patients"
    assert result.learning.curves[0].patients == (8, 16, 32, 64)
    assert {len(fit["y"]) for fit in whole} == {128}
    assert result.learning.curves[0].auc[0].seed_sd is not None


def test_too_few_patients_are_refused():
    """Where no second point can be had, the error says how many patients would do."""
    with pytest.raises(InputError, match="needs 8 patients"):
        compare({"reads": Reads()}, numbered_dataset(24), folds=2, learning_curve=True)
