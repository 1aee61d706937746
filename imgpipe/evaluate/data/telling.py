"""How far one number of an image, or one word, tells the classes apart, without any fit.

The AUC counts images, as scores do. Whether it is more than chance is tested with the patient as
the unit, by the rank-sum test (Mann and Whitney, Ann. Math. Stat. 18 (1947) 50) on the mean of
each patient's images of a class; words by Pearson's chi-squared test on patients. Testing each
class against the others, the least p is multiplied by the number of tests (Bonferroni).
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2_contingency, mannwhitneyu, rankdata

_FEW = 5  # patients with a word below which it is joined with other rare ones
_MOST_WORDS = 30  # different words beyond which they are names, not categories


@dataclass(frozen=True)
class Telling:
    """AUC for the class that is told best from the others, and the chance of as much by luck.

    `auc` is .5 or more, `values` are the numbers by which images are ordered.
    """

    name: str
    auc: float
    p: float
    code: int
    values: np.ndarray


def by_number(
    name: str, values: np.ndarray, labels: np.ndarray, units: np.ndarray
) -> Telling | None:
    """Say how a number tells the classes apart; None where it is the same for all, or missing."""
    known = np.isfinite(values)
    own, own_labels, own_units = values[known], labels[known], units[known]
    codes = codes_told(own_labels)
    if len(codes) == 0 or own.min() == own.max():
        return None
    ranks = rankdata(own)
    best, least = (0.5, codes[0]), 1.0
    for code in codes:
        positive = own_labels == code
        best = max(best, (_either(_auc(ranks, positive)), code))
        here, there = (_means(own, own_units, side) for side in (positive, ~positive))
        p = float(mannwhitneyu(here, there, method="asymptotic").pvalue)
        least = min(least, 1.0 if np.isnan(p) else p)
    return Telling(name, best[0], min(1.0, least * len(codes)), best[1], values)


def by_word(
    name: str, words: np.ndarray, labels: np.ndarray, units: np.ndarray, least: float = 0.0
) -> Telling | None:
    """Say how a category tells the classes apart; None where there are too few or too many.

    Nor is anything said where the AUC is below `least`: the test takes longer than the AUC.
    """
    words, codes = _joined(words.astype(str), units), codes_told(labels)
    known, index = np.unique(words, return_inverse=True)
    if not codes or not 2 <= len(known) <= _MOST_WORDS:
        return None
    best: tuple[float, int, np.ndarray] = (0.0, codes[0], index.astype(float))
    for code in codes:
        positive = labels == code
        share = np.bincount(index, positive) / np.bincount(index)
        auc = _auc(rankdata(share[index]), positive)
        if auc > best[0]:
            best = (auc, code, share[index])
    if best[0] < least:
        return None
    p = min(_chi_squared(index, labels == code, units) for code in codes)
    return Telling(name, best[0], min(1.0, p * len(codes)), best[1], best[2])


def best_aucs(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """AUC of each column of finite numbers, (n, k), for the class that it tells best."""
    ranks = rankdata(values, axis=0)
    best = np.full(values.shape[1], 0.5)
    for code in codes_told(labels):
        positive = labels == code
        n, m = int(positive.sum()), int((~positive).sum())
        areas = (ranks[positive].sum(axis=0) - n * (n + 1) / 2) / (n * m)
        best = np.maximum(best, np.maximum(areas, 1 - areas))
    return best


def first_rank_auc(values: np.ndarray, positive: np.ndarray) -> float:
    """AUC of a number for one class; NaN without an image of it, or of another."""
    known = np.isfinite(values)
    return _auc(rankdata(values[known]), positive[known])


def best_auc(values: np.ndarray, labels: np.ndarray) -> tuple[float, int]:
    """AUC of a number by itself for the class that it tells best, and that class."""
    known = np.isfinite(values)
    ranks, own = rankdata(values[known]), labels[known]
    found = [(_either(_auc(ranks, own == code)), code) for code in codes_told(own)]
    return max(found, default=(0.5, int(labels[0])))


def codes_told(labels: np.ndarray) -> list[int]:
    """Classes to be told from the others; of two, the one says what the other does."""
    present = np.unique(labels).tolist()
    return [] if len(present) < 2 else present[1:] if len(present) == 2 else present


def _auc(ranks: np.ndarray, positive: np.ndarray) -> float:
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return float("nan")
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def _either(auc: float) -> float:
    """Large and small values count alike."""
    return max(auc, 1 - auc)


def _means(values: np.ndarray, units: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Mean of each patient's images."""
    _, index = np.unique(units[inside], return_inverse=True)
    # ranks are all that counts, and a sum must not overflow
    return np.bincount(index, values[inside] / 2) / np.bincount(index)


def _joined(words: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Words, the rare ones of which are one."""
    patients = Counter(word for word, _ in set(zip(words.tolist(), units.tolist(), strict=True)))
    rare = [word for word, n in patients.items() if n < _FEW]
    joined = np.where(np.isin(words, rare), "(other)", words)
    # what is still rare goes with the most frequent word
    others = len(np.unique(units[joined == "(other)"]))
    if 0 < others < _FEW and len(rare) < len(patients):
        joined[joined == "(other)"] = max(patients, key=lambda word: patients[word])
    return joined


def _chi_squared(index: np.ndarray, positive: np.ndarray, units: np.ndarray) -> float:
    """Test the table of patients by word and side."""
    _, unit = np.unique(units, return_inverse=True)
    cells = np.unique(np.column_stack([index, positive, unit]), axis=0)
    table = np.zeros((int(index.max()) + 1, 2))
    np.add.at(table, (cells[:, 0], cells[:, 1]), 1)
    table = table[table.sum(axis=1) > 0]
    if len(table) < 2 or not table.sum(axis=0).all():
        return 1.0
    return float(chi2_contingency(table).pvalue)
