"""A support vector machine with honest probabilities."""

from typing import Any

import joblib
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from imgpipe._common import InputError
from imgpipe.learn.classifiers.builder import Builder
from imgpipe.learn.folds import inner_folds, most_folds
from imgpipe.learn.targets import check_classification


class CalibratedSVM(ClassifierMixin, BaseEstimator):
    """Support vector machine whose probabilities come from held-out inner folds.

    A sigmoid is fitted to the decision values of inner folds (Platt, 1999), and the machine
    itself to all samples: scikit-learn's ``CalibratedClassifierCV(SVC(), ensemble=False)``. That
    class passes no groups to its folds; this one makes them itself, so that no patient is divided.

    Parameters
    ----------
    C : float
        Penalty of a misclassified sample; larger fits closer.
    kernel : str
        As in `sklearn.svm.SVC`.
    gamma : float or str
        Width of the kernel, as in `sklearn.svm.SVC`.
    class_weight : str, dict or None
        ``"balanced"`` weights classes by their rarity.
    folds : int
        Inner folds; fewer where a class has fewer samples, or patients.
    random_state : int, optional
        Seed of the inner folds.
    n_jobs : int, optional
        Inner folds fitted at a time, in threads.

    Attributes
    ----------
    classes_ : ndarray
        The labels seen.
    calibrated_ : sklearn.calibration.CalibratedClassifierCV
        The fitted machine.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn.classifiers import CalibratedSVM
    >>> X = np.array([[0.0], [0.1], [0.2], [0.8], [0.9], [1.0]])
    >>> y = np.array(["benign", "benign", "benign", "malignant", "malignant", "malignant"])
    >>> patients = np.array([1, 1, 2, 3, 4, 4])
    >>> model = CalibratedSVM(random_state=0).fit(X, y, groups=patients)
    >>> model.predict([[0.05], [0.95]]).tolist()
    ['benign', 'malignant']
    """

    # a pipeline hands groups on without a call of set_fit_request
    __metadata_request__fit = {"groups": True}  # noqa: RUF012

    def __init__(
        self,
        C: float = 1.0,
        *,
        kernel: str = "rbf",
        gamma: float | str = "scale",
        class_weight: Any = "balanced",
        folds: int = 5,
        random_state: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.C = C
        self.kernel = kernel
        self.gamma = gamma
        self.class_weight = class_weight
        self.folds = folds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, *, groups: Any = None) -> "CalibratedSVM":
        """Fit the machine and its calibration.

        Parameters
        ----------
        X : array-like, shape (n, f)
            Features.
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
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.svm import SVC

        X, y = validate_data(self, X, y)
        check_classification(y)
        groups = None if groups is None else np.asarray(groups)
        if self.folds < 2:
            raise InputError(f"folds is {self.folds}; it must be at least 2")
        inner = inner_folds(y, groups, self.folds, random_state=self.random_state)
        if inner is None:
            raise InputError(_unheld(y, groups))
        machine = SVC(
            C=self.C, kernel=self.kernel, gamma=self.gamma, class_weight=self.class_weight
        )
        calibrated = CalibratedClassifierCV(
            machine,
            method="sigmoid",
            ensemble=False,
            cv=inner,
            n_jobs=self.n_jobs,
        )
        # libsvm lets go of the interpreter lock, so threads do, without copies of X
        with joblib.parallel_config(backend="threading"):
            self.calibrated_ = calibrated.fit(X, y)
        self.classes_ = self.calibrated_.classes_
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
        return self.calibrated_.predict_proba(validate_data(self, X, reset=False))

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
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


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


def build(random_state: int | None = 0, n_jobs: int | None = None) -> CalibratedSVM:
    """Radial kernel, C = 1, classes weighted, sigmoid calibration."""
    return CalibratedSVM(random_state=random_state, n_jobs=n_jobs)


SVM: Any = Builder(
    build,
    "support vector machine, radial kernel, sigmoid calibration, classes weighted",
    grid={"C": [1.0, 0.3, 3.0, 10.0]},
)
