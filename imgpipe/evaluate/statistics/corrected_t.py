"""Scores of repeated folds: the corrected resampled t-test of Nadeau and Bengio."""

from typing import Any

import numpy as np
from scipy.stats import t as student

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.evaluate.results.verdicts import PairedTest


def corrected_t(differences: Any, n_train: Any, n_test: Any) -> PairedTest:
    """Test whether the mean difference over folds is zero.

    Folds share most of their training data, so their differences vary less than those of
    independent studies would; the variance is raised by ``n_test / n_train``.

    Parameters
    ----------
    differences : array-like of float, shape (folds * repeats,)
        Score of the first model less that of the second, of each fold.
    n_train, n_test : int, or array-like of them
        Samples (patients, where folds divide patients) trained on and judged in each fold; the
        mean of several.

    Returns
    -------
    PairedTest
        Mean difference, its 95 % interval, t with ``len(differences) - 1`` degrees of freedom,
        and a two-sided p-value.

    Raises
    ------
    InputError
        For fewer than two differences, NaN, or sizes that are not positive.

    References
    ----------
    Nadeau and Bengio, Machine Learning 52:239 (2003). For repeated folds: Bouckaert and Frank,
    PAKDD (2004).

    Examples
    --------
    >>> from imgpipe.evaluate import corrected_t
    >>> test = corrected_t([0.02, 0.05, 0.01, 0.04, 0.03, 0.06], n_train=80, n_test=20)
    >>> round(test.difference, 3), round(test.p_value, 3)
    (0.035, 0.034)
    """
    values = np.asarray(differences, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise InputError(
            f"differences have the shape {values.shape}; give one number a fold, of two or more"
        )
    if not np.isfinite(values).all():
        raise InputError("differences hold NaN or infinity; leave these folds out")
    train, test = _size("n_train", n_train), _size("n_test", n_test)
    mean, df = float(values.mean()), len(values) - 1
    error = float(np.sqrt(values.var(ddof=1) * (1 / len(values) + test / train)))
    if error < 1e-15:
        error = 0.0
    statistic = mean / error if error else float(np.copysign(np.inf, mean)) if mean else 0.0
    reach = float(student.ppf(0.975, df)) * error
    return PairedTest(
        difference=mean,
        low=mean - reach,
        high=mean + reach,
        statistic=statistic,
        p_value=float(2 * student.sf(abs(statistic), df)),
        method=say("corrected resampled t (Nadeau and Bengio)"),
    )


def _size(name: str, value: Any) -> float:
    """Mean of the sizes."""
    sizes = np.atleast_1d(np.asarray(value, dtype=np.float64))
    if not len(sizes) or not (np.isfinite(sizes) & (sizes > 0)).all():
        raise InputError(f"{name} is {value}; give how many samples, above 0")
    return float(sizes.mean())
