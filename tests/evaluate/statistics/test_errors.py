"""McNemar's test and Cochran's Q against published tables, exact sums and permutations."""

from math import comb

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.evaluate import cochran_q, mcnemar


def from_table(both: int, only_a: int, only_b: int, neither: int) -> tuple[np.ndarray, ...]:
    """Labels and predictions of two models with so many images of each kind."""
    right = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [both, only_a, only_b, neither], axis=0)
    return np.ones(len(right), int), right[:, 0], right[:, 1]


def test_mcnemar_published() -> None:
    """Agresti's table of approval ratings: 86 against 150 discordant, exact p 3.716e-5."""
    test = mcnemar(*from_table(794, 86, 150, 570))
    assert test.statistic == 86
    assert test.p_value == pytest.approx(3.716e-5, rel=1e-3)
    assert test.difference == pytest.approx(-64 / 1600)


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 5), (3, 9), (7, 7), (12, 2)])
def test_mcnemar_is_a_sum_of_binomials(only_a: int, only_b: int) -> None:
    """The p-value is twice the tail of a fair coin, at most 1."""
    n, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(n, k) for k in range(fewer + 1)) / 2**n
    assert mcnemar(*from_table(20, only_a, only_b, 4)).p_value == pytest.approx(min(1, 2 * tail))


def test_newcombe_published() -> None:
    """Newcombe (1998), table II: 36, 12, 2, 0 gives 0.0569 to 0.3404 by method 10."""
    test = mcnemar(*from_table(36, 12, 2, 0))
    assert test.difference == pytest.approx(0.2)
    assert (test.low, test.high) == pytest.approx((0.0569, 0.3404), abs=5e-5)


def test_models_that_agree() -> None:
    """Equal predictions are no difference, at any accuracy."""
    test = mcnemar(*from_table(10, 0, 0, 3))
    assert (test.difference, test.p_value) == (0, 1)
    assert test.low <= 0 <= test.high


def test_mcnemar_by_patients() -> None:
    """Copies of each patient's image tell no more than one; the square of z is Obuchowski's."""
    labels, a, b = from_table(30, 9, 3, 8)
    groups = np.arange(50)
    copied = [np.repeat(values, 4) for values in (labels, a, b)]
    test = mcnemar(*copied, groups=np.repeat(groups, 4))
    assert test.statistic**2 == pytest.approx((9 - 3) ** 2 / 12)
    assert test.difference == pytest.approx(6 / 50)
    assert mcnemar(*copied).p_value < test.p_value
    assert mcnemar(labels, a, b, groups=groups) == mcnemar(labels, a, b)


def published() -> tuple[np.ndarray, np.ndarray]:
    """100 cases of three models, by which of them are right."""
    patterns = {"111": 80, "110": 2, "100": 2, "011": 9, "010": 1, "001": 3, "000": 3}
    rows = [[int(c) for c in word] for word, n in patterns.items() for _ in range(n)]
    return np.ones(100, int), np.array(rows).T


def test_cochran_published() -> None:
    """Q 7.5294 and p .023174."""
    test = cochran_q(*published())
    assert test.statistic == pytest.approx(7.5294, abs=5e-5)
    assert test.p_value == pytest.approx(0.023174, abs=5e-7)
    assert np.isnan([test.low, test.high]).all()
    assert test.difference == pytest.approx(0.92 - 0.84)


def test_cochran_agrees_with_permutations() -> None:
    """Shuffling the models' answers within images gives about the same p-value."""
    labels, right = published()
    q = cochran_q(labels, right).statistic
    rng = np.random.default_rng(0)
    drawn = [cochran_q(labels, rng.permuted(right, axis=0)).statistic for _ in range(1000)]
    assert np.mean(np.array(drawn) >= q - 1e-9) == pytest.approx(0.023, abs=0.015)


def test_cochran_of_two_models_is_mcnemars_chi_square() -> None:
    """Q of two models is (b - c)^2 / (b + c)."""
    labels, a, b = from_table(40, 11, 4, 6)
    assert cochran_q(labels, [a, b]).statistic == pytest.approx(49 / 15)


def test_cochran_by_patients() -> None:
    """Copies of each patient's image tell no more than one; of two models it is McNemar's."""
    labels, right = published()
    copied = np.repeat(labels, 3), np.repeat(right, 3, axis=1)
    test = cochran_q(*copied, groups=np.repeat(np.arange(100), 3))
    twice = np.repeat(labels, 2), np.repeat(right, 2, axis=1)
    fewer = cochran_q(*twice, groups=np.repeat(np.arange(100), 2))
    assert test.statistic == pytest.approx(fewer.statistic)
    assert 0.02 < test.p_value < 0.1
    assert cochran_q(*copied).p_value < 0.001
    groups = np.repeat(np.arange(100), 3)
    pair = mcnemar(copied[0], copied[1][0], copied[1][1], groups=groups)
    of_two = cochran_q(copied[0], copied[1][:2], groups=groups)
    assert of_two.statistic == pytest.approx(pair.statistic**2)
    same = cochran_q(copied[0], [copied[1][0]] * 3, groups=np.repeat(np.arange(100), 3))
    assert (same.statistic, same.p_value) == (0, 1)


def test_models_that_all_agree() -> None:
    """Nothing differs, so Q is 0 and p 1."""
    test = cochran_q([1, 1, 0], [[1, 0, 0]] * 3)
    assert (test.statistic, test.p_value) == (0, 1)


def test_bad_input() -> None:
    """One line says what is wrong."""
    with pytest.raises(InputError, match="predicted_b has the shape"):
        mcnemar([0, 1], [0, 1], [0, 1, 1])
    with pytest.raises(InputError, match="groups has the shape"):
        mcnemar([0, 1], [0, 1], [0, 1], groups=[1, 2, 3])
    with pytest.raises(InputError, match="one label an image"):
        mcnemar([], [], [])
    with pytest.raises(InputError, match="give two or more"):
        cochran_q([0, 1], [[0, 1]])
    with pytest.raises(InputError, match=r"predictions\[1\] has the shape"):
        cochran_q([0, 1], [[0, 1], [0]])
