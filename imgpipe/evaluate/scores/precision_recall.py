"""Precision over recall, and the average precision, under many sample weightings at once.

Davis and Goadrich, "The relationship between precision-recall and ROC curves" (ICML 2006): points
of this curve must not be joined by straight lines, so its area is a sum over steps, as in
scikit-learn. A model that knows nothing has an average precision of the prevalence, not of 0.5.
"""

import numpy as np


def average_precision(up: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Sum of precisions over the steps of recall, shape (b,).

    Parameters
    ----------
    up, down : ndarray, shape (b, s)
        Weight of the positives and of the negatives at each distinct score, lowest score first,
        for each weighting of the samples.

    Returns
    -------
    ndarray, shape (b,)
        NaN without a positive or a negative; with either alone no order can be right or wrong.

    Examples
    --------
    >>> import numpy as np
    >>> up, down = np.array([[0, 1, 0, 1]]), np.array([[1, 0, 1, 0]])
    >>> average_precision(up, down).round(4).tolist()
    [0.8333]
    """
    hits = np.cumsum(up[:, ::-1], axis=1, dtype=float)
    called = hits + np.cumsum(down[:, ::-1], axis=1)
    precision = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    positives = hits[:, -1]
    both = (positives > 0) & (called[:, -1] > positives)
    area = (up[:, ::-1] * precision).sum(axis=1)
    return np.divide(area, positives, out=np.full(len(area), np.nan), where=both)


def precision_recall_curve(
    positive: np.ndarray, score: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give recall, from 0 upwards, and the precision at each, for a curve of steps.

    Where several thresholds have one recall, their first and last points alone are kept. The curve
    begins at the highest score: before it nothing is called, and there is no precision.

    Examples
    --------
    >>> import numpy as np
    >>> recall, precision = precision_recall_curve(
    ...     np.array([False, True, False, True]), np.array([0.1, 0.4, 0.6, 0.9])
    ... )
    >>> recall.tolist(), precision.round(2).tolist()
    ([0.5, 0.5, 1.0, 1.0], [1.0, 0.5, 0.67, 0.5])
    """
    order = np.argsort(-score, kind="stable")
    last = np.r_[np.flatnonzero(np.diff(score[order])), len(score) - 1]
    hits = np.cumsum(positive[order])[last]
    precision, recall = hits / (last + 1), hits / positive.sum()
    apart = recall[1:] != recall[:-1]
    corner = np.r_[True, apart] | np.r_[apart, True]
    return recall[corner], precision[corner]
