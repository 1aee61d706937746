"""The radial machine decides as libsvm does."""

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.svm import SVC

from imgpipe.learn.classifiers import CalibratedSVM, svm
from imgpipe.learn.classifiers.radial import RadialMachine, SquaredDistances

NEW = np.random.default_rng(1).normal(0, 2, (50, 8))


def problem(classes: int, n: int = 240) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping classes, the later ones rarer."""
    weights = np.arange(classes, 0, -1) / np.arange(classes + 1).sum()
    return make_classification(
        n, 8, n_informative=5, n_classes=classes, weights=weights.tolist(), random_state=classes
    )


def shared(X: np.ndarray) -> Any:
    """Distances of all rows."""
    return SquaredDistances(X).between(np.arange(len(X)), np.arange(len(X)))


@pytest.mark.parametrize("gamma", ["scale", "auto", 0.3, 50.0])
@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("distances", [True, False])
def test_decisions_are_libsvms(classes: int, gamma: Any, distances: bool) -> None:
    """Pairs of classes are put together in scikit-learn's order, one row at a time or many."""
    X, y = problem(classes)
    settings: dict[str, Any] = {"C": 3.0, "gamma": gamma, "class_weight": "balanced"}
    oracle = SVC(**settings).fit(X, y)
    found = RadialMachine(**settings).fit(X, y, shared(X) if distances else None)
    np.testing.assert_array_equal(found.support_, oracle.support_)
    for rows in (NEW, X, NEW[:1]):
        expected = oracle.decision_function(rows)
        assert found.decision_function(rows).shape == expected.shape
        np.testing.assert_allclose(found.decision_function(rows), expected, atol=1e-10)


def test_labels_are_words_and_weights_are_given() -> None:
    """Class weights are named by label, as in scikit-learn."""
    X, codes = problem(3)
    y = np.array(["b", "c", "a"])[codes]
    weights = {"a": 5.0, "b": 1.0, "c": 0.1}
    oracle = SVC(class_weight=weights).fit(X, y)
    found = RadialMachine(class_weight=weights).fit(X, y, shared(X))
    assert found.classes_.tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(
        found.decision_function(NEW), oracle.decision_function(NEW), atol=1e-10
    )


def test_equal_samples_and_constant_features() -> None:
    """Rows that are repeated, and a table without any spread, are libsvm's too."""
    X, y = problem(2, 60)
    X = np.repeat(X, 2, axis=0)
    y = np.repeat(y, 2)
    for table in (X, np.ones_like(X)):
        oracle = SVC().fit(table, y)
        found = RadialMachine().fit(table, y, shared(table))
        np.testing.assert_allclose(
            found.decision_function(NEW), oracle.decision_function(NEW), atol=1e-10
        )


@pytest.mark.parametrize("classes", [2, 4])
def test_large_tables_are_fitted_without_distances(
    classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all distances would need too much room, the model is the same."""
    X, y = problem(classes)
    near = CalibratedSVM(random_state=0).fit(X, y).predict_proba(NEW)
    monkeypatch.setattr(svm, "_DISTANCES_BYTES", 8 * len(X) ** 2 - 1)
    monkeypatch.setattr(svm, "SquaredDistances", None)
    far = CalibratedSVM(random_state=0).fit(X, y).predict_proba(NEW)
    np.testing.assert_allclose(near, far, atol=1e-10)


@pytest.mark.parametrize("kernel", ["linear", "poly", "sigmoid"])
def test_other_kernels_are_scikit_learns(kernel: str) -> None:
    """They have no shorter way, and the probabilities of scikit-learn's calibration."""
    X, y = problem(3)
    found = CalibratedSVM(kernel=kernel, random_state=0).fit(X, y)
    machine = SVC(kernel=kernel, class_weight="balanced")
    oracle = CalibratedClassifierCV(machine, ensemble=False, cv=found.inner_folds_).fit(X, y)
    np.testing.assert_allclose(found.predict_proba(NEW), oracle.predict_proba(NEW), rtol=1e-9)
    assert found.shuffled_proba(NEW) is None


@pytest.mark.parametrize("classes", [2, 3])
def test_shuffled_columns_are_as_predicted_anew(classes: int) -> None:
    """The short way to what a shuffle changes ends where the long one does."""
    X, y = problem(classes)
    fitted = CalibratedSVM(random_state=0).fit(X, y)
    order = np.random.default_rng(0).permutation(len(NEW))
    quick = fitted.shuffled_proba(NEW)
    assert quick is not None
    for columns in (np.array([3]), np.array([0, 2, 7]), np.arange(8), np.empty(0, np.intp)):
        changed = NEW.copy()
        changed[:, columns] = NEW[order][:, columns]
        np.testing.assert_allclose(quick(columns, order), fitted.predict_proba(changed), atol=1e-12)


def test_a_machine_kept_before_there_was_one_still_predicts() -> None:
    """A file of an earlier layout holds scikit-learn's calibration instead."""
    X, y = problem(2)
    new = CalibratedSVM(random_state=0).fit(X, y)
    old = CalibratedSVM(random_state=0)
    old.classes_, old.n_features_in_ = new.classes_, 8
    machine = SVC(class_weight="balanced")
    old.calibrated_ = CalibratedClassifierCV(machine, ensemble=False, cv=new.inner_folds_).fit(X, y)
    old = pickle.loads(pickle.dumps(old))
    np.testing.assert_allclose(old.predict_proba(NEW), new.predict_proba(NEW), atol=1e-10)
    assert old.shuffled_proba(NEW) is None
