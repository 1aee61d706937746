"""Weighted metrics against scikit-learn, and against samples written out as often as they weigh."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from imgpipe.evaluate.scores.metrics import metric_names, roc_curve, weighted_auc, weighted_metrics


def naive_auc(positive: np.ndarray, score: np.ndarray) -> float:
    """Share of pairs of a positive and a negative that the score puts in order."""
    won = pairs = 0.0
    for p in score[positive]:
        for n in score[~positive]:
            won += 1.0 if p > n else 0.5 if p == n else 0.0
            pairs += 1
    return won / pairs


def expected(labels: np.ndarray, predicted: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """What scikit-learn says."""
    binary = scores.shape[1] == 2
    setting = {"average": "binary" if binary else "macro", "zero_division": 0.0}
    found = {
        "accuracy": oracle.accuracy_score(labels, predicted),
        "balanced_accuracy": oracle.balanced_accuracy_score(labels, predicted),
        "precision": oracle.precision_score(labels, predicted, **setting),
        "recall": oracle.recall_score(labels, predicted, **setting),
        "f1": oracle.f1_score(labels, predicted, **setting),
        "brier": oracle.brier_score_loss(labels, scores, labels=range(scores.shape[1])),
        "log_loss": oracle.log_loss(labels, scores),
    }
    if not binary:
        truth = np.eye(scores.shape[1])[labels]
        return found | {
            "auc": oracle.roc_auc_score(labels, scores, multi_class="ovr"),
            "average_precision": oracle.average_precision_score(truth, scores, average="macro"),
        }
    return found | {
        "auc": oracle.roc_auc_score(labels, scores[:, 1]),
        "average_precision": oracle.average_precision_score(labels, scores[:, 1]),
        "sensitivity": oracle.recall_score(labels, predicted),
        "specificity": oracle.recall_score(labels, predicted, pos_label=0),
    }


@given(st.integers(2, 4), st.integers(0, 2**31), st.booleans())
@settings(max_examples=50, deadline=None)
def test_metrics_equal_scikit_learn(n_classes: int, seed: int, ties: bool) -> None:
    """Integer weights give scikit-learn's figures for samples repeated that often."""
    rng = np.random.default_rng(seed)
    labels = np.r_[np.arange(n_classes), rng.integers(n_classes, size=40)]
    scores = rng.random((len(labels), n_classes)) + 0.5 * np.eye(n_classes)[labels]
    if ties:
        scores = np.ceil(scores * 3)
    scores /= scores.sum(axis=1, keepdims=True)
    predicted = scores.argmax(axis=1)
    weights = rng.integers(0, 4, size=(3, len(labels)))
    weights[:, :n_classes] += 1
    found = weighted_metrics(labels, predicted, scores, weights.astype(float))
    assert set(found) == set(metric_names(n_classes))
    for row, times in enumerate(weights):
        again = np.repeat(np.arange(len(labels)), times)
        for name, value in expected(labels[again], predicted[again], scores[again]).items():
            assert found[name][row] == pytest.approx(value, abs=1e-12), name


def test_auc_equals_its_definition() -> None:
    """The area is the share of well-ordered pairs, ties counting one half."""
    rng = np.random.default_rng(1)
    positive, score = rng.random(60) < 0.4, rng.integers(0, 6, 60) / 5
    found = weighted_auc(positive, score, np.ones((1, 60)))[0]
    assert found == pytest.approx(naive_auc(positive, score), abs=1e-12)


def test_an_absent_class_leaves_its_metrics_undefined() -> None:
    """Without a positive there is no recall and no AUC, and accuracy still stands."""
    labels, predicted = np.array([0, 0, 0]), np.array([0, 1, 0])
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]])
    found = weighted_metrics(labels, predicted, scores, np.ones((1, 3)))
    assert np.isnan(found["auc"][0])
    assert np.isnan(found["average_precision"][0])
    assert np.isnan(found["recall"][0])
    assert found["brier"][0] == pytest.approx((0.1**2 + 0.6**2 + 0.2**2) / 3)
    assert found["specificity"][0] == pytest.approx(2 / 3)
    assert found["accuracy"][0] == pytest.approx(2 / 3)


def test_means_over_classes_skip_an_absent_one() -> None:
    """Of three classes with one absent, balanced accuracy and AUC are means over the others."""
    labels = np.array([0, 0, 1, 1])
    scores = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.2, 0.7, 0.1], [0.1, 0.7, 0.2]])
    found = weighted_metrics(labels, scores.argmax(axis=1), scores, np.ones((1, 4)))
    assert found["balanced_accuracy"][0] == pytest.approx(0.75)
    assert found["auc"][0] == pytest.approx(1.0)


def test_roc_starts_and_ends_in_the_corners() -> None:
    """The curve runs from (0, 0) to (1, 1) and its area is the AUC."""
    rng = np.random.default_rng(2)
    positive, score = rng.random(80) < 0.5, rng.random(80)
    x, y = roc_curve(positive, score)
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    area = weighted_auc(positive, score, np.ones((1, 80)))[0]
    assert np.trapezoid(y, x) == pytest.approx(area, abs=1e-12)
