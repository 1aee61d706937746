"""A random forest that answers few questions quickly."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.validation import check_is_fitted, validate_data


class QuickForest(RandomForestClassifier):
    """`sklearn.ensemble.RandomForestClassifier`, bit by bit, asked without a scheduler.

    scikit-learn hands each tree to joblib, which for one image takes several times as long as the
    trees do.
    """

    def predict_proba(self, X: Any) -> np.ndarray:
        """Mean of the trees' probabilities.

        Parameters
        ----------
        X : array-like, shape (n, f)
            Features.

        Returns
        -------
        ndarray, shape (n, k)
            Columns in the order of `classes_`; rows sum to 1.
        """
        check_is_fitted(self)
        if self.n_jobs not in (None, 1):
            return super().predict_proba(X)
        X = self._as_trees_take_it(X)
        total = np.zeros((len(X), self.n_classes_))
        for tree in self.estimators_:
            total += tree.tree_.predict(X)[:, : self.n_classes_]
        return total / len(self.estimators_)

    def shuffled_proba(self, X: np.ndarray) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        """Prepare to say what shuffled columns change: only trees that look at them are asked.

        Parameters
        ----------
        X : ndarray, shape (n, f)
            Features.

        Returns
        -------
        callable
            ``f(columns, order)`` gives the probabilities of `X` whose `columns` were taken from
            its rows in this `order`.
        """
        X = self._as_trees_take_it(X)
        trees = [tree.tree_ for tree in self.estimators_]
        as_they_are = np.array([tree.predict(X)[:, : self.n_classes_] for tree in trees])
        looks_at: Any = np.zeros((len(trees), X.shape[1]), bool)
        for row, tree in zip(looks_at, trees, strict=True):
            row[tree.feature[tree.feature >= 0]] = True

        def proba(columns: np.ndarray, order: np.ndarray) -> np.ndarray:
            changed = X.copy()
            changed[:, columns] = X[order][:, columns]
            concerned = looks_at[:, columns].any(axis=1).tolist()
            total = np.zeros(as_they_are.shape[1:])
            for tree, known, asked in zip(trees, as_they_are, concerned, strict=True):
                total += tree.predict(changed)[:, : self.n_classes_] if asked else known
            return total / len(trees)

        return proba

    def _as_trees_take_it(self, X: Any) -> np.ndarray:
        return validate_data(
            self, X, reset=False, dtype=np.float32, order="C", ensure_all_finite="allow-nan"
        )
