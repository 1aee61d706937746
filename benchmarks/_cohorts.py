"""Simulated cohorts whose true scores are known: patients with one or more images, two models."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm

from imgpipe.evaluate.scores.intervals import HeldOut

# parts of a score's variance: what makes a patient hard for every model, and for this one alone
_SHARED, _PATIENT = 0.5, 0.25


@dataclass(frozen=True)
class Design:
    """So many patients with 1 to `most` images each, a share of them ill."""

    patients: int
    most: int = 1
    ill: float = 0.5

    def __str__(self) -> str:
        n = round(self.patients * self.ill)
        images = "1 image" if self.most == 1 else f"1 to {self.most} images"
        return f"{self.patients} patients ({n} ill), {images} each"


@dataclass(frozen=True)
class Cohort:
    """Labels, patients, and the scores of each model."""

    labels: np.ndarray
    patients: np.ndarray
    scores: np.ndarray

    def held_out(self, model: int, threshold: float) -> HeldOut:
        """What a model says: ill where the score lies above the threshold."""
        p = norm.cdf(self.scores[model] - threshold)
        both = np.column_stack([1 - p, p])
        return HeldOut(np.arange(len(p)), (p > 0.5).astype(int), both)


def draw(rng: np.random.Generator, design: Design, shifts: tuple[float, ...]) -> Cohort:
    """Draw a cohort; scores have variance 1, and the ill ones lie higher by `shifts`."""
    n = design.patients
    images = rng.integers(1, design.most + 1, n)
    patients = np.repeat(np.arange(n), images)
    labels = (np.arange(n) < round(n * design.ill)).astype(int)[patients]
    shared = np.sqrt(_SHARED) * rng.standard_normal(n)[patients]
    own = np.sqrt(_PATIENT) * rng.standard_normal((len(shifts), n))[:, patients]
    rest = np.sqrt(1 - _SHARED - _PATIENT) * rng.standard_normal((len(shifts), len(patients)))
    return Cohort(labels, patients, np.array(shifts)[:, None] * labels + shared + own + rest)


def true_auc(shift: float) -> float:
    """Chance that an ill patient's score is the higher one."""
    return float(norm.cdf(shift / np.sqrt(2)))


def true_accuracy(shift: float) -> float:
    """Share of right calls at the threshold in the middle, of either class."""
    return float(norm.cdf(shift / 2))


def wilson_covers(n: int, share: float) -> float:
    """Exact coverage of Wilson's interval, summed over all counts."""
    z2 = 1.959964**2
    found = np.arange(n + 1) / n
    inside = (found - share) ** 2 <= z2 * share * (1 - share) / n
    return float(binom.pmf(np.arange(n + 1), n, share)[inside].sum())


def fold_differences(
    rng: np.random.Generator, n: int, features: int, folds: int, repeats: int
) -> np.ndarray:
    """AUC differences over repeated stratified folds of two models that are equally good.

    Each sees `features` columns of its own, one of which tells the classes apart; both are least
    squares with a small ridge. A patient that is hard for one is hard for the other.
    """
    labels = np.arange(n) % 2
    X = rng.standard_normal((2, n, features))
    X[:, :, 0] += labels + 0.7 * rng.standard_normal(n)
    differences = []
    for _ in range(repeats):
        fold = np.empty(n, int)
        for code in (0, 1):
            own = rng.permutation(np.flatnonzero(labels == code))
            fold[own] = np.arange(len(own)) % folds
        for k in range(folds):
            train, test = fold != k, fold == k
            a, b = (_auc(labels[test], _fitted(x[train], labels[train], x[test])) for x in X)
            differences.append(a - b)
    return np.array(differences)


def _fitted(X: np.ndarray, y: np.ndarray, judged: np.ndarray) -> np.ndarray:
    centred = X - X.mean(axis=0)
    gram = centred.T @ centred + np.eye(X.shape[1])
    return np.asarray(judged @ np.linalg.solve(gram, centred.T @ (y - y.mean())))


def _auc(labels: np.ndarray, score: np.ndarray) -> float:
    """Scores have no ties."""
    ranks = np.empty(len(score))
    ranks[np.argsort(score)] = np.arange(1, len(score) + 1)
    up = int(labels.sum())
    return float((ranks[labels == 1].sum() - up * (up + 1) / 2) / (up * (len(labels) - up)))
