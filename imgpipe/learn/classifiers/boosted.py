"""Gradient boosted trees by LightGBM, which is imported when they are fitted."""

from typing import Any

import joblib
import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

from imgpipe._common import InputError
from imgpipe.learn.classifiers.builder import Builder
from imgpipe.learn.classifiers.most_probable import MostProbable
from imgpipe.learn.targets import check_classification

INSTALL = "pip install lightgbm, or pip install 'imgpipe[boost]'"


class BoostedTrees(MostProbable):
    """Trees one after the other, each of which mends what those before it get wrong.

    LightGBM (Ke et al., 2017) does the work. The same data and seed give the same trees, whatever
    the number of threads.

    Parameters
    ----------
    n_estimators : int
        Trees, of each class where there are more than two.
    learning_rate : float
        How much of its correction each tree makes.
    num_leaves : int
        Of a tree, at most.
    min_child_samples : int
        Fewest samples in a leaf; with fewer than 20 times as many samples, a twentieth of those.
    feature_fraction, bagging_fraction : float
        Shares of the features and of the samples that each tree is grown on.
    reg_lambda : float
        L2 penalty of the leaves' values.
    random_state : int, optional
        Seed of those shares; None means 0.
    n_jobs : int, optional
        Threads; None means 1, or what `joblib.parallel_config` says.

    Attributes
    ----------
    classes_ : ndarray
        The labels seen.
    booster_ : lightgbm.Booster
        The trees.

    Examples
    --------
    >>> import numpy as np, pytest
    >>> _ = pytest.importorskip("lightgbm")
    >>> from imgpipe.learn.classifiers import BoostedTrees
    >>> X = np.arange(80.0)[:, None]
    >>> y = np.repeat(["benign", "malignant"], 40)
    >>> BoostedTrees(random_state=0).fit(X, y).predict([[5.0], [75.0]]).tolist()
    ['benign', 'malignant']
    """

    def __init__(
        self,
        n_estimators: int = 200,
        *,
        learning_rate: float = 0.05,
        num_leaves: int = 15,
        min_child_samples: int = 20,
        feature_fraction: float = 0.3,
        bagging_fraction: float = 0.8,
        reg_lambda: float = 1.0,
        random_state: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.reg_lambda = reg_lambda
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any) -> "BoostedTrees":
        """Grow the trees.

        Parameters
        ----------
        X : array-like, shape (n, f)
            Features.
        y : array-like, shape (n,)
            Labels, strings or integers.

        Returns
        -------
        self

        Raises
        ------
        InputError
            With one class only, or where LightGBM is not installed.
        """
        lightgbm = require_lightgbm()
        X, y = validate_data(self, X, y, dtype=np.float64, order="C")
        check_classification(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        n_classes = len(self.classes_)
        several = {"objective": "multiclass", "num_class": n_classes}
        settings = {
            **({"objective": "binary"} if n_classes == 2 else several),
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": max(1, min(self.min_child_samples, len(X) // 20)),
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.reg_lambda,
            "seed": self.random_state or 0,
            "deterministic": True,
            "force_col_wise": True,
            "num_threads": joblib.effective_n_jobs(self.n_jobs),
            "verbosity": -1,
        }
        table = lightgbm.Dataset(X, codes, params=settings, free_raw_data=True)
        self.booster_ = lightgbm.train(settings, table, self.n_estimators)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each class.

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
        said = self.booster_.predict(X, num_threads=joblib.effective_n_jobs(self.n_jobs))
        return np.column_stack([1 - said, said]) if said.ndim == 1 else said


def require_lightgbm() -> Any:
    """Import LightGBM, or say what to install where it is missing.

    Its idle threads sleep, since `imgpipe.learn.networks` sets OMP_WAIT_POLICY for the process.
    """
    try:
        import lightgbm
    except ModuleNotFoundError as error:
        if error.name != "lightgbm":
            raise
        raise InputError(f"the model boosted needs LightGBM: {INSTALL}") from None
    except OSError as error:  # its library, or OpenMP's
        raise InputError(
            f"the model boosted needs LightGBM, which does not load here ({error}); on Debian and "
            "Ubuntu, apt install libgomp1"
        ) from None
    return lightgbm


def build(random_state: int | None = 0, n_jobs: int | None = None) -> BoostedTrees:
    """200 small trees."""
    require_lightgbm()
    return BoostedTrees(random_state=random_state, n_jobs=n_jobs)


BOOSTED: Any = Builder(
    build,
    "gradient boosted trees (LightGBM); needs the extra [boost]",
    grid={"n_estimators": [200, 100, 400], "num_leaves": [15, 7, 31]},
)
