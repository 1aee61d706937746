"""The corrected resampled t-test: a published example, the plain t-test, bad input."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from imgpipe import InputError
from imgpipe.evaluate import corrected_t


def test_without_correction_it_is_the_plain_t_test() -> None:
    """With next to nothing judged, the correction vanishes."""
    differences = np.random.default_rng(0).normal(0.1, 1, 20)
    test = corrected_t(differences, 10**12, 1)
    plain = ttest_1samp(differences, 0)
    assert test.statistic == pytest.approx(plain.statistic)
    assert test.p_value == pytest.approx(plain.pvalue)
    interval = plain.confidence_interval(0.95)
    assert (test.low, test.high) == pytest.approx((interval.low, interval.high))


@pytest.mark.slow
def test_published_example() -> None:
    """scikit-learn's comparison of two kernels in 10 x 10 folds gives its t and one-sided p."""
    from sklearn.datasets import make_moons
    from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
    from sklearn.svm import SVC

    X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    rbf, linear = (
        cross_val_score(SVC(kernel=kernel, random_state=0), X, y, cv=folds, scoring="roc_auc")
        for kernel in ("rbf", "linear")
    )
    test = corrected_t(rbf - linear, 90, 10)
    assert test.statistic == pytest.approx(0.750, abs=5e-4)
    assert test.p_value / 2 == pytest.approx(0.227, abs=5e-4)
    assert ttest_1samp(rbf - linear, 0).statistic == pytest.approx(2.611, abs=5e-4)


def test_sizes_of_each_fold() -> None:
    """Sizes may be given fold by fold: their means count."""
    differences = [0.1, 0.3, 0.2]
    assert corrected_t(differences, [8, 9, 10], [4, 3, 2]) == corrected_t(differences, 9, 3)


def test_differences_without_variance() -> None:
    """No difference in any fold is none; the same one in all folds leaves nothing to chance."""
    none, same = corrected_t([0, 0, 0], 8, 2), corrected_t([0.1, 0.1, 0.1], 8, 2)
    assert (none.p_value, none.low, none.high) == (1, 0, 0)
    assert (same.p_value, same.statistic) == (0, np.inf)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([0.1], 8, 2), "two or more"),
        (([0.1, np.nan], 8, 2), "NaN"),
        (([0.1, 0.2], 0, 2), "n_train is 0"),
        (([0.1, 0.2], 8, -1), "n_test is -1"),
        (([[0.1, 0.2]], 8, 2), "shape"),
    ],
)
def test_bad_input(arguments: tuple, said: str) -> None:
    """One line says what is wrong."""
    with pytest.raises(InputError, match=said):
        corrected_t(*arguments)
