"""A metric is refused where too few images of a class were judged, and the reason is told once."""

import numpy as np
import pytest
from comparison_samples import LIGHT, light, toy

from imgpipe import InputError
from imgpipe.evaluate import compare, score_fitted
from imgpipe.evaluate.scores.refusal import held_out_counts, is_refused


def test_what_rests_on_a_rare_class_is_refused() -> None:
    """With six positives, what tells of negatives or of all images stays."""
    counts = {0: 90, 1: 6}
    names = ("auc", "f1", "precision", "recall", "sensitivity", "balanced_accuracy")
    assert all(is_refused(name, counts, 2, 10) for name in (*names, "average_precision"))
    assert not any(is_refused(n, counts, 2, 10) for n in ("accuracy", "specificity", "brier"))
    assert not any(is_refused(name, counts, 2, 6) for name in names)


def test_a_class_without_an_image_refuses_nothing() -> None:
    """Such a class is left out of means anyway, and warned of elsewhere."""
    assert not is_refused("balanced_accuracy", {0: 30, 2: 30}, 3, 10)
    assert is_refused("balanced_accuracy", {0: 30, 2: 3}, 3, 10)
    assert is_refused("accuracy", {0: 4, 1: 5}, 2, 10)


def test_repeats_count_once() -> None:
    """Images judged in several repeats are as many as they are."""
    labels = np.array([0, 0, 1, 1])
    halves = [np.array([0, 2]), np.array([1, 3])]
    assert held_out_counts(labels, halves * 3) == {0: 2, 1: 2}


@pytest.mark.parametrize("classes", [2, 3])
def test_comparison_refuses_in_cross_validation(classes: int) -> None:
    """Seven images of a class: NaN and a reason; two of three classes have enough."""
    data = toy(30 * classes, classes=classes)
    rare = np.flatnonzero(data.labels == 1)[7:]
    data = data.take(np.setdiff1d(np.arange(len(data.labels)), rare))
    result = compare({"one": light(), "other": light(C=0.01)}, data, folds=2)
    scores = result.models[0].metrics
    assert np.isnan([scores["auc"].value, scores["auc"].low]).all()
    assert scores["accuracy"].value > 0.5
    reasons = [text for text in result.dataset.warnings if "class malignant" in text]
    assert reasons == [
        "only 7 held-out samples of class malignant: metrics that rest on it are not given "
        "(fewer than 10)"
    ]
    (pair,) = result.pairs
    assert pair.verdict == "too few to say"
    assert "only 7 held-out images of class malignant" in pair.statement
    assert np.isnan(pair.differences["auc"].value)
    assert np.isfinite(pair.differences["accuracy"].low)
    assert result.spreads == ()
    given = compare(LIGHT, data, folds=2, least=5)
    assert given.models[0].metrics["auc"].value > 0.5
    assert "its metrics are rough" in " ".join(given.dataset.rough)


@pytest.mark.parametrize(("least", "margin"), [(0, None), (10, 0.0), (10, -1.0), (10, np.nan)])
def test_rules_that_mean_nothing(least: int, margin: float | None) -> None:
    """One line, before anything is fitted."""
    with pytest.raises(InputError, match="least is 0" if least == 0 else "margin is"):
        compare(LIGHT, toy(), least=least, margin=margin)
    with pytest.raises(InputError, match="least is 0" if least == 0 else "margin is"):
        score_fitted({}, toy(), least=least, margin=margin)
