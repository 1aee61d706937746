"""Figures of decisions against plain counts of samples repeated as often as they weigh."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, roc_curve

from imgpipe.evaluate.scores.decision_curve import THRESHOLDS, net_benefit, treat_all
from imgpipe.evaluate.scores.operating_points import at_thresholds, on_curve
from imgpipe.evaluate.scores.thresholds import NOTHING, choose_thresholds


def drawn(seed: int, n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Truth and probabilities, every other set with many ties."""
    rng = np.random.default_rng(seed)
    positive = np.r_[True, False, rng.random(n - 2) < 0.4]
    score = np.clip(0.25 + 0.3 * positive + 0.25 * rng.standard_normal(n), 0, 1)
    return positive, np.round(score, 1) if seed % 2 else score


def counted(positive: np.ndarray, called: np.ndarray, cost: float) -> list[float]:
    """Sensitivity, specificity, PPV, NPV and net benefit from a table of four counts."""
    (tn, fp), (fn, tp) = confusion_matrix(positive, called, labels=[False, True])
    with np.errstate(invalid="ignore"):
        shares = [
            tp / (tp + fn),
            tn / (tn + fp),
            tp / np.float64(tp + fp),
            tn / np.float64(tn + fn),
        ]
    return [*shares, (tp - cost * fp) / len(positive)]


@pytest.mark.parametrize("seed", range(8))
def test_the_curve_s_figures_are_the_best_of_all_thresholds(seed: int) -> None:
    """Sensitivity at a specificity is the highest that any threshold has there, and the reverse."""
    positive, score = drawn(seed)
    weights = np.random.default_rng(seed).integers(0, 3, (3, len(score)))
    weights[:, :2] += 1
    found = on_curve(positive, score, weights.astype(float))
    for row, times in enumerate(weights):
        truth, p = np.repeat(positive, times), np.repeat(score, times)
        alarms, hits, _ = roc_curve(truth, p, drop_intermediate=False)
        expected = [average_precision_score(truth, p)]
        expected += [hits[1 - alarms >= target - 1e-9].max() for target in (0.9, 0.95)]
        expected += [(1 - alarms)[hits >= target - 1e-9].max() for target in (0.9, 0.95)]
        np.testing.assert_allclose(found[row], expected, atol=1e-12)


def test_decisions_are_counted_as_often_as_they_weigh() -> None:
    """All five measures of two rules are those of a table of counts."""
    positive, score = drawn(2)
    called = np.column_stack([score >= 0.3, score >= 0.6])
    odds = np.broadcast_to([3 / 7, 1.5], called.shape)
    weights = np.random.default_rng(1).integers(0, 3, (5, len(score)))
    found = at_thresholds(positive, called, odds, weights.astype(float))
    for row, times in enumerate(weights):
        for rule, cost in enumerate((3 / 7, 1.5)):
            expected = counted(np.repeat(positive, times), np.repeat(called[:, rule], times), cost)
            np.testing.assert_allclose(found[row, rule], expected)


def test_what_was_never_called_has_no_ppv() -> None:
    """Without a call there is no PPV, and the net benefit is that of acting on none."""
    positive = np.array([True, False, False])
    nothing = np.zeros((3, 1), bool)
    found = at_thresholds(positive, nothing, np.zeros((3, 1)), np.ones((1, 3)))[0, 0]
    assert np.isnan(found[2])
    assert found[[0, 1, 3, 4]].tolist() == [0.0, 1.0, pytest.approx(2 / 3), 0.0]
    absent = at_thresholds(positive, ~nothing, np.ones((3, 1)), np.array([[0.0, 1.0, 1.0]]))[0, 0]
    assert np.isnan(absent[0])
    assert absent[4] == -1


@pytest.mark.parametrize("seed", range(8))
def test_thresholds_do_what_they_were_chosen_for(seed: int) -> None:
    """On the samples they were chosen on, each is the best of all that could be chosen."""
    positive, score = drawn(seed)
    chosen = choose_thresholds(positive, score)
    assert chosen is not None
    alarms, hits, _ = roc_curve(positive, score, drop_intermediate=False)

    def reached(threshold: float) -> tuple[float, float]:
        called = score >= threshold
        return called[positive].mean(), 1 - called[~positive].mean()

    sensitivity, specificity = reached(chosen["balanced accuracy"])
    assert sensitivity + specificity - 1 == pytest.approx((hits - alarms).max())
    for target in (0.9, 0.95):
        sensitivity, specificity = reached(chosen[f"specificity {target:.2f}"])
        assert specificity >= target - 1e-9
        assert sensitivity == pytest.approx(hits[1 - alarms >= target - 1e-9].max())
        sensitivity, specificity = reached(chosen[f"sensitivity {target:.2f}"])
        assert sensitivity >= target - 1e-9
        assert specificity == pytest.approx((1 - alarms)[hits >= target - 1e-9].max())


def test_thresholds_of_odd_input() -> None:
    """Where no threshold is specific enough it calls nothing; without two classes there is none."""
    half = np.arange(20) % 2 == 0
    alike = choose_thresholds(half, np.full(20, 0.5))
    assert alike is not None
    assert alike["specificity 0.95"] == 0.75
    assert alike["sensitivity 0.95"] == 0.0
    sure = choose_thresholds(half, np.ones(20))
    assert sure is not None
    assert sure["specificity 0.95"] == NOTHING > 1
    assert choose_thresholds(np.ones(3, bool), np.array([0.1, 0.2, 0.3])) is None
    assert choose_thresholds(half, np.r_[np.nan, np.zeros(19)]) is None
    below = np.nextafter(0.3, 0)
    near = choose_thresholds(np.array([False, True]), np.array([below, 0.3]))
    assert near is not None
    assert below < near["balanced accuracy"] <= 0.3


def test_net_benefit_is_vickers_and_elkin_s() -> None:
    """At each threshold: hits less false alarms at the odds of the threshold, over n."""
    positive, score = drawn(3)
    weights = np.random.default_rng(1).integers(0, 3, (2, len(score)))
    found = net_benefit(positive, score, weights.astype(float))
    for row, times in enumerate(weights):
        truth, p = np.repeat(positive, times), np.repeat(score, times)
        expected = [counted(truth, p >= t, t / (1 - t))[4] for t in THRESHOLDS]
        np.testing.assert_allclose(found[row], expected, atol=1e-12)
    everyone = net_benefit(positive, np.ones(len(score)), np.ones((1, len(score))))[0]
    np.testing.assert_allclose(everyone, treat_all(positive.mean()), atol=1e-12)
    assert treat_all(0.3)[29] == pytest.approx(0)
