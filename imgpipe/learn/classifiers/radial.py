"""A support vector machine with a radial kernel, its distances by matrix products.

libsvm takes one product of two samples after the other. Here all of them are one matrix product,
which several fits share; libsvm still finds the support vectors, from the kernel made of it.
"""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

TIE = 1e-9
"""A decision between two classes up to so far below zero is a tie, which the first class wins.

libsvm ends its search long before. Where features cannot tell two classes apart the decision is
rounding alone, and would be another one wherever it is computed.
"""

_ROWS = 64  # of a matrix, finished while they are in the processor's cache


class RadialMachine:
    """What `sklearn.svm.SVC` with a radial kernel decides, faster.

    Parameters
    ----------
    C, gamma, class_weight
        As in `sklearn.svm.SVC`.

    Attributes
    ----------
    classes_, support_, support_vectors_, dual_coef_, intercept_, n_support_ : ndarray
        As in `sklearn.svm.SVC`.
    gamma_ : float
        Width of the kernel.
    """

    def __init__(
        self, C: float = 1.0, gamma: float | str = "scale", class_weight: Any = None
    ) -> None:
        self.C = C
        self.gamma = gamma
        self.class_weight = class_weight

    def fit(self, X: _Floats, y: np.ndarray, squared: "_Part | None" = None) -> "RadialMachine":
        """Fit on rows `X`; `squared` holds their squared distances, where there is room for them.

        Without them libsvm takes the samples themselves, and finds the same.
        """
        from sklearn.svm import SVC

        self.gamma_ = kernel_width(X, self.gamma)
        settings = {"C": self.C, "gamma": self.gamma, "class_weight": self.class_weight}
        if squared is None:
            machine = SVC(**settings).fit(X, y)
        else:
            machine = SVC(kernel="precomputed", **settings).fit(squared.kernel(self.gamma_), y)
        self.classes_ = machine.classes_
        self.support_ = machine.support_
        self.support_vectors_ = np.ascontiguousarray(X[machine.support_])
        self.dual_coef_ = machine.dual_coef_
        self.intercept_ = machine.intercept_
        self.n_support_ = machine.n_support_
        self._norms = _norms(self.support_vectors_)
        self._weights = weights_of(self.dual_coef_, self.n_support_)
        return self

    def decision_function(self, X: _Floats) -> _Floats:
        """Decision values: (n,) for two classes, else (n, k), one class against the rest."""
        return self.decide(_kernel_of(self._distances(X), self.gamma_))

    def shuffled(self, X: _Floats) -> Callable[[np.ndarray, np.ndarray], _Floats]:
        """Give what decides on `X` with some columns in another order: ``f(columns, order)``.

        Such a shuffle changes those columns' part of the distances, and nothing else is computed.
        """
        whole = self._distances(X)

        def decisions(columns: np.ndarray, order: np.ndarray) -> _Floats:
            ours, theirs = X[:, columns], self.support_vectors_[:, columns]
            part = _squared(ours, theirs, _norms(ours), _norms(theirs))
            changed = part[order]
            changed -= part
            changed += whole
            np.maximum(changed, 0.0, out=changed)
            return self.decide(_kernel_of(changed, self.gamma_))

        return decisions

    def _distances(self, X: _Floats) -> _Floats:
        """Squared distance of each sample from each support vector, shape (n, s)."""
        return _squared(X, self.support_vectors_, _norms(X), self._norms)

    def decide(self, kernel: _Floats) -> _Floats:
        """Decision values from the kernel of samples and support vectors, shape (n, s)."""
        between = kernel @ self._weights + self.intercept_
        if len(self.classes_) == 2:
            return between[:, 0]
        return one_against_rest(between, len(self.classes_))


class SquaredDistances:
    """Squared distances of all samples from one another, shared by the fits on parts of them."""

    def __init__(self, X: _Floats) -> None:
        norms = _norms(X)
        self._all = _squared(X, X, norms, norms)
        np.fill_diagonal(self._all, 0.0)

    def between(self, rows: np.ndarray, columns: np.ndarray) -> "_Part":
        """Those of some samples from others."""
        return _Part(self._all, rows, columns)


class _Part:
    """Some rows and columns of a matrix of squared distances."""

    def __init__(self, whole: _Floats, rows: np.ndarray, columns: np.ndarray) -> None:
        self._whole, self._rows, self._columns = whole, rows, columns

    def kernel(self, gamma: float) -> _Floats:
        """exp(-gamma d), a few rows at a time."""
        kernel = np.empty((len(self._rows), len(self._columns)))
        for start in range(0, len(kernel), _ROWS):
            block = kernel[start : start + _ROWS]
            rows = self._whole[self._rows[start : start + _ROWS]]
            np.take(rows, self._columns, axis=1, out=block, mode="clip")  # which needs no buffer
            _kernel_of(block, gamma)
        return kernel


def kernel_width(X: _Floats, gamma: float | str) -> float:
    """Width of the kernel in numbers, by the rules of `sklearn.svm.SVC`."""
    if gamma == "auto":
        return 1.0 / X.shape[1]
    if isinstance(gamma, str):
        variance = X.var()
        return 1.0 / (X.shape[1] * float(variance)) if variance else 1.0
    return float(gamma)


def _norms(X: _Floats) -> _Floats:
    return np.einsum("ij,ij->i", X, X)


def _squared(A: _Floats, B: _Floats, of_a: _Floats, of_b: _Floats) -> _Floats:
    """Squared distances of rows, from their products; rounding makes none negative."""
    squared = A @ B.T
    for start in range(0, len(squared), _ROWS):
        block = squared[start : start + _ROWS]
        block *= -2.0
        block += of_a[start : start + _ROWS, None]
        block += of_b
        np.maximum(block, 0.0, out=block)
    return squared


def _kernel_of(squared: _Floats, gamma: float) -> _Floats:
    """Turn squared distances into the kernel, in place."""
    squared *= -gamma
    return np.exp(squared, out=squared)


def weights_of(dual_coef: _Floats, n_support: np.ndarray) -> _Floats:
    """Weight of each support vector in the decision between each pair of classes, (s, pairs).

    libsvm keeps them by class: those of class i against class j stand in row j - 1 of i's columns,
    and in row i of j's.
    """
    if len(n_support) == 2:
        return np.ascontiguousarray(dual_coef.T)
    ends = np.cumsum(n_support)
    own = [slice(end - n, end) for end, n in zip(ends, n_support, strict=True)]
    pairs = list(combinations(range(len(n_support)), 2))
    weights = np.zeros((dual_coef.shape[1], len(pairs)))
    for column, (i, j) in enumerate(pairs):
        weights[own[i], column] = dual_coef[j - 1, own[i]]
        weights[own[j], column] = dual_coef[i, own[j]]
    return weights


def one_against_rest(between: _Floats, n_classes: int) -> _Floats:
    """Votes of the pairs, and below one vote their confidence, as scikit-learn counts them."""
    votes, confidence = np.zeros((2, len(between), n_classes))
    for column, (i, j) in enumerate(combinations(range(n_classes), 2)):
        value = between[:, column]
        votes[:, i] += value >= -TIE
        votes[:, j] += value < -TIE
        confidence[:, i] += value
        confidence[:, j] -= value
    return votes + confidence / (3 * (np.abs(confidence) + 1))
