"""The quick forest is scikit-learn's."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

from imgpipe.learn import CLASSIFIERS
from imgpipe.learn.classifiers.quick_forest import QuickForest

NEW = np.random.default_rng(1).normal(0, 2, (50, 8))


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("n_jobs", [None, 1, 2])
def test_probabilities_are_scikit_learns(classes: int, n_jobs: int | None) -> None:
    """Not a bit differs, for one row or many, of whatever type, and with missing values."""
    X, y = make_classification(150, 8, n_informative=5, n_classes=classes, random_state=0)
    labels = np.array(list("dcba"))[y]
    settings = {"class_weight": "balanced", "random_state": 3, "n_jobs": n_jobs}
    oracle = RandomForestClassifier(40, **settings).fit(X, labels)
    found = QuickForest(40, **settings).fit(X, labels)
    holes = NEW.copy()
    holes[::7, 2] = np.nan
    for rows in (NEW, NEW[:1], NEW.astype(np.float32), np.asfortranarray(NEW), NEW.tolist(), holes):
        expected = oracle.predict_proba(rows)
        if n_jobs == 2:  # whose threads add up in any order
            np.testing.assert_allclose(found.predict_proba(rows), expected, rtol=1e-12)
        else:
            np.testing.assert_array_equal(found.predict_proba(rows), expected)
        np.testing.assert_array_equal(found.predict(rows), oracle.predict(rows))


@pytest.mark.parametrize("classes", [2, 4])
def test_shuffled_columns_are_as_predicted_anew(classes: int) -> None:
    """Trees that do not look at the columns need not be asked: not a bit differs."""
    X, y = make_classification(150, 8, n_informative=5, n_classes=classes, random_state=0)
    fitted = QuickForest(30, max_depth=2, random_state=0).fit(X, y)
    quick = fitted.shuffled_proba(NEW)
    order = np.random.default_rng(0).permutation(len(NEW))
    for columns in (np.array([3]), np.array([0, 7]), np.arange(8), np.empty(0, np.intp)):
        changed = NEW.copy()
        changed[:, columns] = NEW[order][:, columns]
        np.testing.assert_array_equal(quick(columns, order), fitted.predict_proba(changed))


def test_it_is_cloned_pickled_and_refuses_as_scikit_learns() -> None:
    """Wrong tables and infinite values are refused, and copies are alike."""
    X, y = make_classification(60, 8, random_state=0)
    fitted = CLASSIFIERS["forest"]().set_params(n_estimators=5).fit(X, y)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(NEW), fitted.predict_proba(NEW))
    refitted = clone(fitted).fit(X, y)
    np.testing.assert_array_equal(refitted.predict_proba(NEW), fitted.predict_proba(NEW))
    with pytest.raises(ValueError, match="8 features"):
        fitted.predict_proba(NEW[:, :5])
    with pytest.raises(ValueError, match="infinity"):
        fitted.predict_proba(np.full((1, 8), np.inf))
