"""Holm's adjustment and equivalence within a margin."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, ttest_1samp

from imgpipe import InputError
from imgpipe.evaluate import equivalence, holm


def step_down(p_values: np.ndarray, level: float) -> np.ndarray:
    """Reject one after the other, smallest first, until one is not small enough."""
    rejected = np.zeros(len(p_values), bool)
    for rank, i in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[i] > level / (len(p_values) - rank):
            break
        rejected[i] = True
    return rejected


def test_holm_rejects_as_the_step_down_procedure() -> None:
    """At any level, adjusted p-values reject what the procedure rejects."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        p_values = rng.random(6) ** 3
        for level in (0.01, 0.05, 0.2):
            assert ((holm(p_values) <= level) == step_down(p_values, level)).all()


def test_holm_leaves_out_what_was_not_tested() -> None:
    """NaN stays NaN and makes the others no larger."""
    np.testing.assert_allclose(holm([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04])
    assert holm([]).shape == (0,)
    assert np.isnan(holm([np.nan])).all()


def test_equivalence_is_two_one_sided_t_tests() -> None:
    """The p-value is the larger of the two of scipy's one-sided tests."""
    values = np.random.default_rng(1).normal(0.003, 0.03, 15)
    ends = ttest_1samp(values, 0).confidence_interval(0.95)
    test = equivalence(ends.low, ends.high, 0.02, df=14)
    above = ttest_1samp(values, -0.02, alternative="greater").pvalue
    below = ttest_1samp(values, 0.02, alternative="less").pvalue
    assert test.p_value == pytest.approx(max(above, below))
    inner = ttest_1samp(values, 0).confidence_interval(0.90)
    assert (test.low, test.high) == pytest.approx((inner.low, inner.high))


@pytest.mark.parametrize("difference", [-0.03, -0.01, 0.0, 0.0035, 0.02])
def test_equivalent_where_the_inner_interval_lies_within(difference: float) -> None:
    """P is below 0.05 exactly where the 90 % interval lies within the margin."""
    error = 0.01
    reach = norm.ppf(0.975) * error
    test = equivalence(difference - reach, difference + reach, 0.02)
    assert (test.p_value < 0.05) == (test.low > -0.02 and test.high < 0.02)
    assert test.difference == pytest.approx(difference)


def test_an_interval_without_width() -> None:
    """Models that never differ are equivalent within any margin."""
    assert equivalence(0, 0, 1e-6).p_value == 0
    assert equivalence(0.1, 0.1, 0.05).p_value == 1


@pytest.mark.parametrize("margin", [0, -0.02, np.nan, np.inf, "0.02", None])
def test_margins_that_mean_nothing(margin: Any) -> None:
    """One line says what a margin is."""
    with pytest.raises(InputError, match="margin is"):
        equivalence(-0.1, 0.1, margin)


def test_bad_input() -> None:
    """One line says what is wrong."""
    with pytest.raises(InputError, match="is no interval"):
        equivalence(0.1, -0.1, 0.02)
    with pytest.raises(InputError, match="they lie in 0 to 1"):
        holm([0.1, 1.2])
    with pytest.raises(InputError, match="one row"):
        holm([[0.1]])
