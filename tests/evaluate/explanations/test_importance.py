"""What shuffling a feature costs, against a plain loop."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from imgpipe.evaluate.explanations.importance import auc_drops
from imgpipe.learn import CLASSIFIERS, make_pipeline
from imgpipe.learn.feature_groups import blocks

NAMES = ["hog_1", "mean", "hog_2", "lbp_8_1_0", "lbp_8_1_1", "lbp_8_2_0", "entropy", "noise"]


def table(classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Features on odd scales, with holes."""
    X, y = make_classification(
        160, 8, n_informative=4, n_classes=classes, flip_y=0.2, random_state=0
    )
    X = 50 + X * np.logspace(-2, 3, 8)
    X[::17, 1] = np.nan
    return X, y


def naive(model: Any, X: np.ndarray, y: np.ndarray, classes: int, repeats: int) -> np.ndarray:
    """Shuffle, predict the whole table, take scikit-learn's AUC."""

    def auc(values: np.ndarray) -> float:
        p = model.predict_proba(values)
        if classes == 2:
            return roc_auc_score(y, p[:, 1])
        return float(np.mean([roc_auc_score(y == c, p[:, c]) for c in range(classes)]))

    rng = np.random.default_rng(5)
    orders = [rng.permutation(len(X)) for _ in range(repeats)]
    rows = []
    for columns in blocks(NAMES).values():
        for order in orders:
            changed = X.copy()
            changed[:, columns] = X[order][:, columns]
            rows.append(auc(X) - auc(changed))
    return np.reshape(rows, (-1, repeats))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", ["svm", "forest", "dummy"])
def test_drops_are_those_of_a_plain_loop(name: str, classes: int) -> None:
    """Whatever is computed once for all shuffles changes no drop, with one thread or two."""
    X, y = table(classes)
    model = Pipeline(make_pipeline(name).steps[-3:]).fit(X[:100], y[:100])
    expected = naive(model, X[100:], y[100:], classes, 2)
    for n_jobs in (1, 2):
        found = auc_drops(
            model, X[100:], y[100:], blocks(NAMES), classes, repeats=2, seed=5, n_jobs=n_jobs
        )
        np.testing.assert_allclose(found, expected, atol=1e-12)
    assert (name == "dummy") == (not expected.any())


def test_named_columns_and_a_class_unseen_in_training() -> None:
    """Tables of pandas keep their names, and a class that no one learnt has probability 0."""
    X, y = table(2)
    model = Pipeline(make_pipeline("svm").steps[-3:]).set_output(transform="pandas")
    model.fit(X[:100], 2 * y[:100])
    plain = Pipeline(make_pipeline("svm").steps[-3:]).fit(X[:100], 2 * y[:100])
    found, expected = (
        auc_drops(m, X[100:], 2 * y[100:], blocks(NAMES), 3, repeats=1, seed=0)
        for m in (model, plain)
    )
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert found.any()


def test_a_bare_classifier_has_importances_too() -> None:
    """A model need be no pipeline."""
    X, y = table(2)
    X = np.nan_to_num(X)
    model = CLASSIFIERS["forest"]().set_params(n_estimators=20).fit(X[:100], y[:100])
    found = auc_drops(model, X[100:], y[100:], blocks(NAMES), 2, repeats=2, seed=5)
    np.testing.assert_allclose(found, naive(model, X[100:], y[100:], 2, 2), atol=1e-12)
