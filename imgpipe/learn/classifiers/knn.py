"""The nearest neighbours, with probabilities from held-out inner folds."""

from typing import Any

import numpy as np
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, validate_data

from imgpipe._common import InputError
from imgpipe.learn.classifiers.builder import Builder
from imgpipe.learn.classifiers.calibration import Sigmoids, calibration_folds
from imgpipe.learn.classifiers.most_probable import MostProbable
from imgpipe.learn.nearest import Nearest
from imgpipe.learn.targets import check_classification


class CalibratedNeighbours(MostProbable):
    """Nearest neighbours whose probabilities come from held-out inner folds.

    The shares of the classes among a few neighbours are sure of too much. A sigmoid of their log
    odds is fitted to inner folds (Platt, 1999) that divide no patient, and the neighbours are
    those among all samples.

    Parameters
    ----------
    n_neighbors : int
        Neighbours asked; at most a quarter of the samples.
    weights : {"distance", "uniform"}
        Whether near neighbours count for more.
    folds : int
        Inner folds; fewer where a class has fewer samples, or patients.
    random_state : int, optional
        Seed of the inner folds.
    n_jobs : int, optional
        Inner folds at a time, in threads.

    Attributes
    ----------
    classes_ : ndarray
        The labels seen.
    inner_folds_ : list of (train, held-out)
        Index arrays of the inner folds.
    out_of_fold_ : ndarray, shape (n, k)
        Probabilities of the training samples, each from neighbours of other patients.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn.classifiers import CalibratedNeighbours
    >>> X = np.array([[0.0], [0.1], [0.2], [0.8], [0.9], [1.0]])
    >>> y = np.array(["benign", "benign", "benign", "malignant", "malignant", "malignant"])
    >>> model = CalibratedNeighbours(2, random_state=0).fit(X, y)
    >>> model.predict([[0.05], [0.95]]).tolist()
    ['benign', 'malignant']
    """

    # a pipeline hands groups on without a call of set_fit_request
    __metadata_request__fit = {"groups": True}  # noqa: RUF012

    def __init__(
        self,
        n_neighbors: int = 50,
        *,
        weights: str = "distance",
        folds: int = 5,
        random_state: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.folds = folds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, *, groups: Any = None) -> "CalibratedNeighbours":
        """Keep the samples, and fit the calibration.

        Parameters
        ----------
        X : array-like, shape (n, f)
            Features, on one scale.
        y : array-like, shape (n,)
            Labels, strings or integers.
        groups : array-like, shape (n,), optional
            Patient of each sample.

        Returns
        -------
        self

        Raises
        ------
        InputError
            With one class only, or a class with fewer than two samples, or patients.
        """
        if self.weights not in ("distance", "uniform"):
            raise InputError(f"weights is {self.weights!r}; it must be 'distance' or 'uniform'")
        X, y = validate_data(self, X, y, dtype=np.float64, order="C")
        check_classification(y)
        groups = None if groups is None else np.asarray(groups)
        inner = calibration_folds(y, groups, self.folds, self.random_state)
        self.classes_ = np.unique(y)
        held_out = Parallel(n_jobs=self.n_jobs, backend="threading")(
            delayed(self._odds)(self._neighbours(X[train], y[train]), X[held])
            for train, held in inner
        )
        odds = np.empty((len(X), held_out[0].shape[1]))
        for (_, held), found in zip(inner, held_out, strict=True):
            odds[held] = found
        self.neighbours_ = self._neighbours(X, y)
        self.calibration_ = Sigmoids(odds, y, inner)
        self.out_of_fold_ = self.calibration_(odds)
        self.inner_folds_ = inner
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Calibrated probability of each class.

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
        X = validate_data(self, X, reset=False, dtype=np.float64, order="C")
        return self.calibration_(self._odds(self.neighbours_, X))

    def _neighbours(self, X: np.ndarray, y: np.ndarray) -> Any:
        from sklearn.neighbors import KNeighborsClassifier

        # in hundreds of dimensions a tree saves nothing
        return KNeighborsClassifier(
            min(self.n_neighbors, max(1, len(X) // 4)), weights=self.weights, algorithm="brute"
        ).fit(X, y)

    def _odds(self, neighbours: Any, X: np.ndarray) -> np.ndarray:
        """Log odds of each class, of two classes those of the second, shape (n, 1) or (n, k)."""
        return nearest_of(neighbours, self.classes_).odds(X)


def nearest_of(neighbours: Any, classes: np.ndarray) -> Nearest:
    """Take a fitted ``KNeighborsClassifier``, some of whose `classes` may be missing, apart."""
    known = np.searchsorted(classes, neighbours.classes_)
    return Nearest(
        neighbours._fit_X,
        known[neighbours._y].astype(np.int64),
        neighbours.n_neighbors,
        neighbours.weights == "distance",
        len(classes),
    )


def build(random_state: int | None = 0, n_jobs: int | None = None) -> CalibratedNeighbours:
    """50 neighbours, weighted by nearness, sigmoid calibration."""
    return CalibratedNeighbours(random_state=random_state, n_jobs=n_jobs)


KNN: Any = Builder(
    build,
    "50 nearest neighbours, weighted by nearness, sigmoid calibration",
    grid={"n_neighbors": [50, 5, 10, 25]},
)
