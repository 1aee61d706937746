"""What classifiers that give probabilities have in common."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted


class MostProbable(ClassifierMixin, BaseEstimator):
    """A classifier whose call is the class of the highest probability."""

    def predict(self, X: Any) -> np.ndarray:
        """Most probable class.

        Parameters
        ----------
        X : array-like, shape (n, f)
            Features.

        Returns
        -------
        ndarray, shape (n,)
            Labels.
        """
        check_is_fitted(self)
        called: np.ndarray = self.classes_[np.argmax(self.predict_proba(X), axis=1)]
        return called
