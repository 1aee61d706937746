"""How far one number tells the classes apart: AUC, and chance with the patient as the unit."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, mannwhitneyu
from sklearn.metrics import roc_auc_score

from imgpipe.evaluate.data.telling import best_aucs, by_number, by_word

RNG = np.random.default_rng(3)
LABELS = RNG.permutation(np.arange(90) % 3)
UNITS = np.arange(90) // 2
VALUES = np.round(8 * RNG.normal(LABELS * 0.8, 1)) / 8  # with ties, and exact means


def test_the_auc_is_that_of_scikit_learn() -> None:
    """One class against the rest, of the class that is told best, either way up."""
    found = by_number("x", VALUES, LABELS, UNITS)
    assert found is not None
    each = [roc_auc_score(c == LABELS, VALUES) for c in range(3)]
    assert found.auc == pytest.approx(max(max(a, 1 - a) for a in each))
    assert found.code == int(np.argmax([max(a, 1 - a) for a in each]))
    columns = best_aucs(np.column_stack([VALUES, -VALUES, np.ones(90)]), LABELS)
    np.testing.assert_allclose(columns, [found.auc, found.auc, 0.5])


def test_chance_counts_patients_and_not_images() -> None:
    """The rank-sum test runs on means of each patient's images of a class; copies add nothing."""
    labels = LABELS % 2
    values = VALUES + labels
    found = by_number("x", values, labels, UNITS)
    assert found is not None
    sides = [
        [values[(u == UNITS) & (labels == c)].mean() for u in np.unique(UNITS[labels == c])]
        for c in (1, 0)
    ]
    assert found.p == pytest.approx(mannwhitneyu(*sides, method="asymptotic").pvalue)
    again = by_number("x", np.tile(values, 9), np.tile(labels, 9), np.tile(UNITS, 9))
    assert again is not None
    assert again.p == pytest.approx(found.p)
    assert again.auc == pytest.approx(found.auc)


def test_words_are_tested_by_chi_squared() -> None:
    """P is Pearson's on patients; words of fewer than five patients are joined."""
    labels = np.arange(80) % 2
    words = np.where(RNG.random(80) < 0.3 + 0.5 * labels, "A", "B").astype(object)
    words[:3] = ["x", "y", "z"]
    found = by_word("w", words, labels, np.arange(80))
    assert found is not None
    common = words == "A"
    # three rare words are fewer than five patients, and go with the most frequent one
    most = "A" if common.sum() >= (words == "B").sum() else "B"
    known = np.where(np.isin(words, ["x", "y", "z"]), most, words)
    table = [[((known == w) & (labels == c)).sum() for c in (0, 1)] for w in ("A", "B")]
    assert found.p == pytest.approx(chi2_contingency(table).pvalue)
    share = {w: labels[known == w].mean() for w in ("A", "B")}
    assert found.auc == pytest.approx(roc_auc_score(labels, [share[w] for w in known]))


def test_what_says_nothing_gives_nothing() -> None:
    """Constants, missing numbers, one class, and words that are names."""
    labels = np.arange(40) % 2
    units = np.arange(40)
    assert by_number("x", np.ones(40), labels, units) is None
    assert by_number("x", np.full(40, np.nan), labels, units) is None
    assert by_number("x", np.arange(40.0), np.zeros(40, int), units) is None
    assert by_word("w", np.arange(40).astype(str), labels, units) is None
    assert by_word("w", np.full(40, "a"), labels, units) is None
    huge = by_number("x", np.where(labels == 1, 1e300, -1e300), labels, units)
    assert huge is not None
    assert huge.auc == 1.0
    assert huge.p < 1e-6


def test_chance_is_what_it_says() -> None:
    """Of numbers that tell nothing 5 in 100 have p below .05, with 1 to 6 images a patient."""
    rng = np.random.default_rng(0)
    below = []
    for _ in range(1000):
        units = np.repeat(np.arange(40), rng.integers(1, 7, 40))
        labels = (units % 2).astype(int)
        own = rng.normal(size=40)[units] + 0.3 * rng.normal(size=len(units))
        found = by_number("x", own, labels, units)
        assert found is not None
        below.append(found.p < 0.05)
    assert 0.03 < np.mean(below) < 0.07
