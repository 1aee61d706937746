"""The curve of precision over recall against scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as oracle

from imgpipe.evaluate.scores.precision_recall import precision_recall_curve


@pytest.mark.parametrize("ties", [False, True])
def test_corners_lie_on_scikit_learn_s_curve(ties: bool) -> None:
    """Every point is one of scikit-learn's, and the steps between enclose the same area."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        positive = np.r_[True, False, rng.random(60) < 0.3]
        score = np.clip(0.4 * positive + 0.6 * rng.random(62), 0, 1)
        if ties:
            score = np.round(score, 1)
        recall, precision = precision_recall_curve(positive, score)
        p, r, _ = oracle.precision_recall_curve(positive, score)
        theirs = set(zip(r.round(12), p.round(12), strict=True))
        assert set(zip(recall.round(12), precision.round(12), strict=True)) <= theirs
        steps = np.diff(np.r_[0.0, recall])
        area = oracle.average_precision_score(positive, score)
        assert (steps * precision).sum() == pytest.approx(area)
        assert recall[-1] == 1.0
        assert precision[-1] == pytest.approx(positive.mean())


def test_equal_probabilities_are_one_point() -> None:
    """A model that says the same of all has one point: all recalled, precision the prevalence."""
    recall, precision = precision_recall_curve(np.array([True, False, False]), np.full(3, 0.3))
    assert recall.tolist() == [1.0]
    assert precision.tolist() == [pytest.approx(1 / 3)]
