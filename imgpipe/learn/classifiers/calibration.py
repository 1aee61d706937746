"""Probabilities from what was said of held-out inner folds, which divide no patient."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from imgpipe._common import InputError
from imgpipe.learn.folds import inner_folds, most_folds


class _Told(ClassifierMixin, BaseEstimator):
    """Stands for a classifier whose decision values are known: they are what it is asked with."""

    def __init__(self, classes: Any) -> None:
        self.classes = classes

    @property
    def classes_(self) -> np.ndarray:
        return self.classes

    def fit(self, X: Any, y: Any) -> "_Told":
        """Learn nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def decision_function(self, X: Any) -> np.ndarray:
        return X[:, 0] if len(self.classes) == 2 else X

    def predict(self, X: Any) -> np.ndarray:
        codes = X[:, 0] > 0 if len(self.classes) == 2 else X.argmax(axis=1)
        return self.classes[codes.astype(np.intp)]


class Sigmoids:
    """Sigmoids of decision values, fitted to what was held out (Platt, 1999).

    Of two classes one, of more one for each, whose probabilities are divided by their sum, as in
    scikit-learn's ``CalibratedClassifierCV``.
    """

    def __init__(self, decisions: np.ndarray, y: np.ndarray, folds: Any) -> None:
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.frozen import FrozenEstimator

        told = FrozenEstimator(_Told(np.unique(y)))
        self._fitted = CalibratedClassifierCV(told, method="sigmoid", ensemble=False, cv=folds).fit(
            _as_columns(decisions), y
        )

    def __call__(self, decisions: np.ndarray) -> np.ndarray:
        """Probability of each class, (n, k), from decision values."""
        return self._fitted.predict_proba(_as_columns(decisions))


def calibration_folds(
    y: np.ndarray, groups: np.ndarray | None, folds: int, random_state: int | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Make the inner folds, fewer than `folds` where a class has fewer samples, or patients."""
    if folds < 2:
        raise InputError(f"folds is {folds}; it must be at least 2")
    inner = inner_folds(y, groups, folds, random_state=random_state)
    if inner is None:
        raise InputError(_unheld(y, groups))
    return inner


def _as_columns(decisions: np.ndarray) -> np.ndarray:
    return decisions.reshape(len(decisions), -1)


def _unheld(y: np.ndarray, groups: np.ndarray | None) -> str:
    """Say why no sample of each class can be held out, and what would do."""
    unit = "samples" if groups is None else "patients"
    if most_folds(y, groups) < 2:
        found = f"found a class with fewer than 2 {unit} in the training part"
        return (
            f"probabilities need held-out samples of each class: {found}; add {unit}, or leave "
            "that class out"
        )
    return (
        "probabilities need held-out samples of each class: the patients of the training part "
        "cannot be divided in two with every class in both; add patients"
    )
