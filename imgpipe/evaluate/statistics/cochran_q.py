"""Errors of more than two models on the same images: Cochran's Q."""

from typing import Any

import numpy as np
from scipy.stats import chi2

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.evaluate.results.verdicts import PairedTest
from imgpipe.evaluate.statistics.arguments import as_clusters, as_right


def cochran_q(labels: Any, predictions: Any, *, groups: Any | None = None) -> PairedTest:
    """Test whether all models err equally often.

    Parameters
    ----------
    labels : array-like, shape (n,)
        True labels.
    predictions : sequence of array-like, shape (models, n)
        Predicted labels, a row a model.
    groups : array-like, shape (n,), optional
        Patient of each image. Where patients have several, it is a Wald test of equal accuracies
        with each patient's images added up.

    Returns
    -------
    PairedTest
        Highest accuracy less the lowest (no interval), Q, and its p-value by chi-square with one
        degree of freedom less than there are models.

    Raises
    ------
    InputError
        For fewer than two models, or arrays of other lengths.

    References
    ----------
    Cochran, Biometrika 37:256 (1950).

    Examples
    --------
    >>> from imgpipe.evaluate import cochran_q
    >>> labels = [1] * 10
    >>> predictions = [[1] * 9 + [0], [1] * 5 + [0] * 5, [1] * 8 + [0] * 2]
    >>> test = cochran_q(labels, predictions)
    >>> round(test.statistic, 2), round(test.p_value, 3)
    (6.5, 0.039)
    """
    rows = list(predictions)
    if len(rows) < 2:
        raise InputError(f"predictions hold {len(rows)} model(s); give two or more")
    right = as_right(labels, [(f"predictions[{i}]", row) for i, row in enumerate(rows)])
    shares = right.mean(axis=1)
    clusters = as_clusters(groups, right.shape[1])
    if clusters is None:
        statistic, df, method = _q(right), len(rows) - 1, say("Cochran's Q")
    else:
        statistic, df = _wald(right, clusters)
        method = say("Wald test of equal accuracies, clustered images")
    return PairedTest(
        difference=float(shares.max() - shares.min()),
        low=np.nan,
        high=np.nan,
        statistic=statistic,
        p_value=float(chi2.sf(statistic, df)) if df else 1.0,
        method=method,
    )


def _q(right: np.ndarray) -> float:
    """Cochran's statistic; images that all models get right, or all wrong, drop out."""
    k = len(right)
    of_model, of_image = right.sum(axis=1), right.sum(axis=0)
    below = (of_image * (k - of_image)).sum()
    if not below:
        return 0.0
    return float(k * (k - 1) * ((of_model - of_model.mean()) ** 2).sum() / below)


def _wald(right: np.ndarray, clusters: np.ndarray) -> tuple[float, int]:
    """Squared length of the differences to the first model, in units of their covariance."""
    gained = np.stack([np.bincount(clusters, row.astype(float) - right[0]) for row in right[1:]])
    # models that agree throughout add no degree of freedom
    spread = gained @ gained.T
    total = gained.sum(axis=1)
    return float(total @ np.linalg.pinv(spread) @ total), int(np.linalg.matrix_rank(spread))
