"""A support vector machine with honest probabilities."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, validate_data

from imgpipe.learn.classifiers.builder import Builder
from imgpipe.learn.classifiers.calibration import Sigmoids, calibration_folds
from imgpipe.learn.classifiers.most_probable import MostProbable
from imgpipe.learn.classifiers.radial import RadialMachine, SquaredDistances
from imgpipe.learn.targets import check_classification

_DISTANCES_BYTES = 256 * 1024**2  # above, libsvm takes the samples one by one


class CalibratedSVM(MostProbable):
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
    machine_ : RadialMachine or KernelMachine
        The machine fitted on all samples; it has ``decision_function``.
    inner_folds_ : list of (train, held-out)
        Index arrays of the inner folds.
    out_of_fold_ : ndarray, shape (n, k)
        Probabilities of the training samples, each from the machine that left out its patient:
        what a threshold may be chosen on.

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
        X, y = validate_data(self, X, y, dtype=np.float64, order="C")
        check_classification(y)
        groups = None if groups is None else np.asarray(groups)
        inner = calibration_folds(y, groups, self.folds, self.random_state)
        shared = None
        if self.kernel == "rbf" and 8 * len(X) ** 2 <= _DISTANCES_BYTES:
            shared = SquaredDistances(X)
        everything = np.arange(len(X)), np.empty(0, np.intp)
        # libsvm lets go of the interpreter lock, so threads do, without copies of X
        fits = Parallel(n_jobs=self.n_jobs, backend="threading")(
            delayed(self._fit_part)(X, y, train, held, shared)
            for train, held in [*inner, everything]
        )
        self.machine_ = fits.pop()[0]
        decisions = np.empty((len(X), *fits[0][1].shape[1:]))
        for (_, held), (_, decided) in zip(inner, fits, strict=True):
            decisions[held] = decided
        self.calibration_ = Sigmoids(decisions, y, inner)
        self.out_of_fold_ = self.calibration_(decisions)
        self.inner_folds_ = inner
        self.classes_ = self.machine_.classes_
        return self

    def _fit_part(
        self,
        X: np.ndarray,
        y: np.ndarray,
        train: np.ndarray,
        held: np.ndarray,
        shared: SquaredDistances | None,
    ) -> tuple[Any, np.ndarray]:
        """Fit the machine on some samples; give its decisions on others too."""
        settings = {"C": self.C, "gamma": self.gamma, "class_weight": self.class_weight}
        if self.kernel != "rbf":
            from imgpipe.learn.classifiers.kernel_machine import KernelMachine

            machine = KernelMachine(kernel=self.kernel, **settings).fit(X[train], y[train])
        else:
            squared = None if shared is None else shared.between(train, train)
            machine = RadialMachine(**settings).fit(X[train], y[train], squared)
            if shared is not None and len(held):
                kernel = shared.between(held, train[machine.support_]).kernel(machine.gamma_)
                return machine, machine.decide(kernel)
        return machine, machine.decision_function(X[held]) if len(held) else np.empty(0)

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
        if not hasattr(self, "machine_"):  # fitted and kept before there was one
            return self.calibrated_.predict_proba(validate_data(self, X, reset=False))
        X = validate_data(self, X, reset=False, dtype=np.float64, order="C")
        return self.calibration_(self.machine_.decision_function(X))

    def shuffled_proba(
        self, X: np.ndarray
    ) -> Callable[[np.ndarray, np.ndarray], np.ndarray] | None:
        """Prepare to say what shuffled columns change, which is less work than to predict anew.

        Parameters
        ----------
        X : ndarray of float64, shape (n, f)
            Features.

        Returns
        -------
        callable or None
            ``f(columns, order)`` gives the probabilities of `X` whose `columns` were taken from
            its rows in this `order`. None for kernels that know no shorter way.
        """
        if not isinstance(getattr(self, "machine_", None), RadialMachine):
            return None
        decisions = self.machine_.shuffled(X)
        return lambda columns, order: self.calibration_(decisions(columns, order))


def build(random_state: int | None = 0, n_jobs: int | None = None) -> CalibratedSVM:
    """Radial kernel, C = 1, classes weighted, sigmoid calibration."""
    return CalibratedSVM(random_state=random_state, n_jobs=n_jobs)


SVM: Any = Builder(
    build,
    "support vector machine, radial kernel, sigmoid calibration, classes weighted",
    grid={"C": [1.0, 0.3, 3.0, 10.0]},
)
