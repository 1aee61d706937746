"""Brier score and log loss of probabilities as models give them, the odd ones included."""

import numpy as np
import pytest
from sklearn import metrics as oracle

from imgpipe.evaluate.scores.intervals import HeldOut, intervals
from imgpipe.evaluate.scores.losses import clipped, log_losses
from imgpipe.evaluate.scores.metrics import plain_metrics


def test_a_sure_mistake_costs_no_more_than_36() -> None:
    """A probability of exactly 0 is clipped where scikit-learn clips it, and counted."""
    labels = np.array([0, 1, 1])
    scores = np.array([[1.0, 0.0], [1.0, 0.0], [0.3, 0.7]])
    found = log_losses(labels, scores)
    assert np.isfinite(found).all()
    assert found.max() == pytest.approx(36.0437, abs=1e-4)
    assert found.mean() == pytest.approx(oracle.log_loss(labels, scores))
    assert clipped(labels, scores) == 1


def test_a_log_loss_may_exceed_one() -> None:
    """The interval of a log loss does not end at 1, nor a Brier score's of three classes."""
    labels = np.tile([0, 1, 2], 20)
    scores = np.eye(3)[(labels + 1) % 3] * 0.98 + 0.02 / 3
    scores[:10] = 1 / 3
    part = HeldOut(np.arange(60), scores.argmax(axis=1), scores)
    found = intervals(labels, [part], 3, np.arange(60), resamples=200)
    for name in ("log_loss", "brier"):
        assert 1 < found[name].low < found[name].value < found[name].high, name
    assert found["brier"].high < 2


def test_one_probability_that_is_missing_leaves_the_score_undefined() -> None:
    """NaN is neither skipped nor ranked: what rests on it is undefined, and accuracy stands."""
    labels = np.array([0, 1, 0, 1])
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [np.nan, np.nan], [0.4, 0.6]])
    found = plain_metrics(labels, np.array([0, 1, 0, 1]), scores)
    undefined = {name for name, value in found.items() if np.isnan(value)}
    assert undefined == {"auc", "average_precision", "brier", "log_loss"}
    assert found["accuracy"] == 1.0


def test_two_images_have_scores() -> None:
    """One image a class is enough for every metric, and for an interval that holds its value."""
    labels, scores = np.array([0, 1]), np.array([[0.6, 0.4], [0.7, 0.3]])
    part = HeldOut(np.arange(2), scores.argmax(axis=1), scores)
    for name, found in intervals(labels, [part], 2, np.arange(2)).items():
        assert found.low <= found.value <= found.high, name
