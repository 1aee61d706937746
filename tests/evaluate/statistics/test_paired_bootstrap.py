"""The paired bootstrap: the same patients for both models, beside DeLong and a permutation."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.evaluate import delong
from imgpipe.evaluate.scores.intervals import HeldOut, Resampled, resample
from imgpipe.evaluate.statistics.paired_bootstrap import difference_of, paired_bootstrap


def drawn(labels: np.ndarray, score: np.ndarray, clusters: np.ndarray) -> dict[str, Resampled]:
    """Resample a model that calls 1 where its score is above zero."""
    p = 1 / (1 + np.exp(-score))
    both = np.column_stack([1 - p, p])
    part = HeldOut(np.arange(len(p)), (p > 0.5).astype(int), both)
    return resample(labels, [part], 2, clusters)


def cohort(n: int = 150) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels and two correlated scores."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    shared = rng.normal(size=n)
    a, b = (s * (labels - 0.5) + shared + rng.normal(size=n) for s in (2.0, 1.0))
    return labels, a, b


def test_it_agrees_with_delong() -> None:
    """The AUC's difference is DeLong's, and its error nearly so."""
    labels, a, b = cohort()
    single = np.arange(len(labels))
    test = paired_bootstrap(drawn(labels, a, single)["auc"], drawn(labels, b, single)["auc"])
    exact = delong(labels, a, b)
    assert test.difference == pytest.approx(exact.difference)
    assert test.high - test.low == pytest.approx(exact.high - exact.low, rel=0.08)
    assert test.p_value == pytest.approx(exact.p_value, abs=0.01)


def test_pairing_narrows_the_interval() -> None:
    """What makes an image hard for both cancels."""
    labels, a, b = cohort()
    single = np.arange(len(labels))
    one, other = drawn(labels, a, single)["auc"], drawn(labels, b, single)["auc"]
    unpaired = np.hypot(one.draws.std(), other.draws.std())
    assert (one.draws - other.draws).std() < 0.9 * unpaired


def test_copies_of_a_patient_tell_no_more() -> None:
    """Four copies of each image of a patient leave difference and interval as they are."""
    labels, a, b = cohort(60)
    once = [drawn(labels, score, np.arange(60))["f1"] for score in (a, b)]
    groups = np.repeat(np.arange(60), 4)
    four = [drawn(np.repeat(labels, 4), np.repeat(score, 4), groups)["f1"] for score in (a, b)]
    assert difference_of(*four).value == pytest.approx(difference_of(*once).value)
    assert difference_of(*four).low == pytest.approx(difference_of(*once).low)


def test_the_same_model_differs_by_nothing() -> None:
    """Equal answers: a difference of 0 without width, p 1."""
    labels, a, _ = cohort()
    same = drawn(labels, a, np.arange(len(labels)))["accuracy"]
    test = paired_bootstrap(same, same)
    assert (test.difference, test.low, test.high, test.p_value) == (0, 0, 0, 1)


def test_two_perfect_models_are_not_known_to_be_equal() -> None:
    """No resample lowers either, so the interval ends at Wilson's bound or beyond."""
    labels, single = np.arange(40) % 2, np.arange(40)
    one = drawn(labels, labels - 0.5, single)["auc"]
    other = drawn(labels, 2.0 * labels - 1, single)["auc"]
    test = paired_bootstrap(one, other)
    assert test.difference == 0
    assert test.high >= 1.959964**2 / (20 + 1.959964**2)


def test_other_metrics_are_refused() -> None:
    """Only the same metric of two models has a difference."""
    labels, a, b = cohort()
    one, other = (drawn(labels, score, np.arange(len(labels))) for score in (a, b))
    with pytest.raises(InputError, match="give the same metric"):
        paired_bootstrap(one["auc"], other["f1"])
