"""Whether the judged part of a split can be told from the rest: a shift that scores suffer from.

A linear classifier on the ranks of `MEASURES` and of a coarse picture, cross-validated by
patient, says how much each image looks like the judged part (a classifier two-sample test, as in
Lopez-Paz and Oquab, ICLR 2017). Its AUC is taken within each class, since other shares of the
classes alone would be told too.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu, rankdata

from imgpipe.evaluate.data.telling import first_rank_auc
from imgpipe.evaluate.scores.metrics import weighted_auc

_FOLDS = 5
_LEAST = 20  # patients of each side below which nothing is said
_CELLS = 4  # of the coarse picture, each way


@dataclass(frozen=True)
class Shift:
    """AUC of "judged or not" within classes, its p with the patient as unit, and the scores."""

    auc: float
    p: float
    scores: np.ndarray
    judged: np.ndarray
    labels: np.ndarray

    def interval(self, units: np.ndarray, resamples: int = 200) -> tuple[float, float]:
        """95 % of the AUCs of patients drawn anew."""
        rng, names = np.random.default_rng(0), np.unique(units, return_inverse=True)[1]
        n = int(names.max()) + 1
        weights = np.array(
            [np.bincount(rng.integers(n, size=n), minlength=n)[names] for _ in range(resamples)]
        )
        areas, sizes = [], []
        for code in np.unique(self.labels):
            own = self.labels == code
            if self.judged[own].any() and not self.judged[own].all():
                areas.append(weighted_auc(self.judged[own], self.scores[own], weights[:, own]))
                sizes.append(own.sum())
        low, high = np.nanpercentile(np.average(areas, axis=0, weights=sizes), [2.5, 97.5])
        return float(low), float(high)


def shift(
    measures: np.ndarray,
    reduced: np.ndarray,
    judged: np.ndarray,
    labels: np.ndarray,
    units: np.ndarray,
) -> Shift | None:
    """Tell the judged images from the others; None where there are too few patients to tell.

    Parameters
    ----------
    measures : ndarray, shape (n, k)
    reduced : ndarray, shape (n, rows, columns)
        Small pictures, as of a survey.
    judged : ndarray of bool, shape (n,)
    labels, units : ndarray, shape (n,)
        Class and patient of each image.
    """
    fewest = min(len(np.unique(units[side])) for side in (judged, ~judged))
    if fewest < _LEAST:
        return None
    from sklearn.linear_model import RidgeClassifier

    features = _features(measures, reduced)
    fold = _folds(units, judged)
    scores = np.zeros(len(labels))
    for k in range(_FOLDS):
        held = fold == k
        model = RidgeClassifier(alpha=1.0, class_weight="balanced")
        scores[held] = model.fit(features[~held], judged[~held]).decision_function(features[held])
    areas, least, weights = [], 1.0, []
    for code in np.unique(labels):
        own = labels == code
        auc = first_rank_auc(scores[own], judged[own])
        if np.isnan(auc):
            continue
        areas.append(auc)
        weights.append(own.sum())
        least = min(least, _p(scores[own], judged[own], units[own]))
    if not areas:
        return None
    auc = float(np.average(areas, weights=weights))
    return Shift(auc, min(1.0, least * len(areas)), scores, judged, labels)


def _features(measures: np.ndarray, reduced: np.ndarray) -> np.ndarray:
    """Ranks from -1 to 1: no number is so large that it is all that counts."""
    steps = [max(1, n // _CELLS) for n in reduced.shape[1:]]
    coarse = reduced[:, :: steps[0], :: steps[1]].reshape(len(reduced), -1)
    numbers = np.column_stack([measures, coarse])
    return 2 * rankdata(numbers, axis=0) / len(numbers) - 1


def _folds(units: np.ndarray, judged: np.ndarray) -> np.ndarray:
    """Fold of each image: patients in turn, those with judged images first."""
    names, first, index = np.unique(units, return_index=True, return_inverse=True)
    shuffled = np.random.default_rng(0).permutation(len(names))
    order = shuffled[np.argsort(~judged[first[shuffled]], kind="stable")]
    place = np.empty(len(names), np.intp)
    place[order] = np.arange(len(names)) % _FOLDS
    return place[index]


def _p(scores: np.ndarray, judged: np.ndarray, units: np.ndarray) -> float:
    """Chance of as much by luck, from the mean score of each patient."""
    _, first, index = np.unique(units, return_index=True, return_inverse=True)
    means, side = np.bincount(index, scores) / np.bincount(index), judged[first]
    if side.all() or not side.any():  # patients on both sides count where they come first
        return 1.0
    return float(mannwhitneyu(means[side], means[~side], alternative="greater").pvalue)
