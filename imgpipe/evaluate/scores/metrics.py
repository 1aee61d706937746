"""Metrics of a classifier under many sample weightings at once, as a bootstrap needs them.

Weights are counts: a sample drawn twice by a resample weighs two. A class that a weighting leaves
out makes its own recall, precision and AUC undefined (NaN); the mean over classes skips it.
"""

import numpy as np

from imgpipe.evaluate.results import BINARY_METRICS, METRICS
from imgpipe.evaluate.scores.losses import brier_losses, log_losses
from imgpipe.evaluate.scores.precision_recall import average_precision


def metric_names(n_classes: int) -> tuple[str, ...]:
    """Metrics reported for so many classes."""
    return METRICS + BINARY_METRICS if n_classes == 2 else METRICS


def weighted_metrics(
    labels: np.ndarray, predicted: np.ndarray, scores: np.ndarray, weights: np.ndarray
) -> dict[str, np.ndarray]:
    """Compute every metric for each row of `weights`.

    Parameters
    ----------
    labels, predicted : ndarray of int, shape (n,)
        True and predicted codes, 0 to k - 1.
    scores : ndarray, shape (n, k)
        Probability of each class.
    weights : ndarray, shape (b, n)
        One weighting of the samples a row.

    Returns
    -------
    dict of str to ndarray, shape (b,)
        With two classes, precision, recall, F1, AUC and average precision are those of class 1;
        with more, they are means over classes, of which AUC and average precision take each
        against the rest. NaN where undefined.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.array([0, 0, 1, 1])
    >>> p = np.array([0.1, 0.6, 0.4, 0.9])
    >>> scores = np.column_stack([1 - p, p])
    >>> metrics = weighted_metrics(labels, scores.argmax(axis=1), scores, np.ones((1, 4)))
    >>> float(metrics["accuracy"][0]), float(metrics["auc"][0])
    (0.5, 0.75)
    """
    n_classes = scores.shape[1]
    confusion = weighted_confusion(labels, predicted, n_classes, weights)
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    actual, guessed = confusion.sum(axis=2), confusion.sum(axis=1)
    recall = _divide(hits, actual)
    precision = _divide(hits, guessed)
    # a class that was there and never predicted has precision 0, as scikit-learn has it
    precision[(guessed == 0) & (actual > 0)] = 0.0
    f1 = _divide(2 * hits, actual + guessed)
    metrics = {
        "accuracy": _divide(hits.sum(axis=1), weights.sum(axis=1)),
        # the one class that is there says nothing of a balance
        "balanced_accuracy": recall.mean(axis=1) if n_classes == 2 else _mean(recall),
        "brier": _divide(weights @ brier_losses(labels, scores), weights.sum(axis=1)),
        "log_loss": _divide(weights @ log_losses(labels, scores), weights.sum(axis=1)),
    }
    judged = [1] if n_classes == 2 else range(n_classes)
    ranks = [by_score(labels == c, scores[:, c], weights) for c in judged]
    metrics["auc"] = _mean(np.column_stack([_area(*rank) for rank in ranks]))
    metrics["average_precision"] = _mean(
        np.column_stack([average_precision(*rank) for rank in ranks])
    )
    if n_classes == 2:
        metrics |= {"precision": precision[:, 1], "recall": recall[:, 1], "f1": f1[:, 1]}
        return metrics | {"sensitivity": recall[:, 1], "specificity": recall[:, 0]}
    return metrics | {"precision": _mean(precision), "recall": _mean(recall), "f1": _mean(f1)}


def plain_metrics(
    labels: np.ndarray, predicted: np.ndarray, scores: np.ndarray
) -> dict[str, float]:
    """Every metric with each sample counted once."""
    metrics = weighted_metrics(labels, predicted, scores, np.ones((1, len(labels))))
    return {name: float(values[0]) for name, values in metrics.items()}


def weighted_confusion(
    labels: np.ndarray, predicted: np.ndarray, n_classes: int, weights: np.ndarray
) -> np.ndarray:
    """Weighted counts, shape (b, k, k): true classes as rows, predicted as columns."""
    cell = labels * n_classes + predicted
    indicator = np.zeros((len(labels), n_classes * n_classes))
    indicator[np.arange(len(labels)), cell] = 1.0
    return (weights @ indicator).reshape(-1, n_classes, n_classes)


def weighted_auc(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Area under the ROC curve, shape (b,): the chance that a positive outranks a negative.

    A tie counts one half (Mann and Whitney, 1947); NaN without a positive or a negative.
    """
    return _area(*by_score(positive, score, weights))


def by_score(
    positive: np.ndarray, score: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weight of positives and of negatives at each distinct score, lowest first, shape (b, s)."""
    if np.isnan(score).any():  # what has no place in the order leaves all undefined
        return np.full((len(weights), 1), np.nan), np.full((len(weights), 1), np.nan)
    order = np.argsort(score, kind="stable")
    ranked = score[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    weights, positive = weights[:, order], positive[order]
    up = np.add.reduceat(weights * positive, starts, axis=1)
    return up, np.add.reduceat(weights * ~positive, starts, axis=1)


def _area(up: np.ndarray, down: np.ndarray) -> np.ndarray:
    below = np.cumsum(down, axis=1) - down
    won = (up * (below + 0.5 * down)).sum(axis=1)
    return _divide(won, up.sum(axis=1) * down.sum(axis=1))


def roc_curve(positive: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give false and true positive rates from (0, 0) to (1, 1), corners only."""
    from sklearn.metrics import roc_curve as corners

    x, y, _ = corners(positive, score, drop_intermediate=True)
    return x, y


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Quotient, NaN where nothing stands below."""
    return np.divide(a, b, out=np.full(np.shape(a), np.nan), where=b > 0)


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over the last axis of what is defined, NaN where nothing is."""
    defined = ~np.isnan(values)
    return _divide(np.where(defined, values, 0.0).sum(axis=-1), defined.sum(axis=-1))
