"""What decisions are worth on held-out samples, under many sample weightings at once."""

import numpy as np

from imgpipe.evaluate.scores.metrics import by_score
from imgpipe.evaluate.scores.precision_recall import average_precision
from imgpipe.evaluate.scores.thresholds import TARGETS

_ROUNDING = 1e-9
MEASURES = ("sensitivity", "specificity", "ppv", "npv", "net_benefit")


def on_curve_names() -> list[str]:
    """Name the figures of `on_curve`, in its order."""
    return [
        "average precision",
        *(f"sensitivity at specificity {target:.2f}" for target in TARGETS),
        *(f"specificity at sensitivity {target:.2f}" for target in TARGETS),
    ]


def on_curve(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average precision, and what the samples' own ROC curve reaches, shape (b, 5).

    The highest sensitivity of all thresholds whose specificity is at least .90 (.95), and the
    reverse. Steps of the curve count, no line between them: a threshold can do it. NaN without a
    positive or a negative.

    Examples
    --------
    >>> import numpy as np
    >>> positive = np.array([False] * 10 + [True] * 2)
    >>> score = np.r_[np.arange(10) / 10, 0.85, 0.99]
    >>> on_curve(positive, score, np.ones((1, 12))).round(2).tolist()
    [[0.83, 1.0, 0.5, 0.9, 0.9]]
    """
    up, down = by_score(positive, score, weights)
    hits = np.cumsum(up[:, ::-1], axis=1)
    alarms = np.cumsum(down[:, ::-1], axis=1)
    positives, negatives = hits[:, -1], alarms[:, -1]
    figures = [average_precision(up, down)]
    row = np.arange(len(hits))
    for target in TARGETS:
        # both rise from threshold to threshold, so counting those that are allowed finds the last
        allowed = (alarms <= ((1 - target + _ROUNDING) * negatives)[:, None]).sum(axis=1)
        reached = np.where(allowed > 0, hits[row, np.maximum(allowed - 1, 0)], 0.0)
        figures.append(_divide(reached, positives))
    for target in TARGETS:
        first = (hits < ((target - _ROUNDING) * positives)[:, None]).sum(axis=1)
        figures.append(1 - _divide(alarms[row, np.minimum(first, alarms.shape[1] - 1)], negatives))
    found = np.column_stack(figures)
    found[~((positives > 0) & (negatives > 0))] = np.nan
    return found


def at_thresholds(
    positive: np.ndarray, called: np.ndarray, odds: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Sensitivity, specificity, PPV, NPV and net benefit of decisions, shape (b, m, 5).

    Parameters
    ----------
    positive : ndarray of bool, shape (n,)
        Truth.
    called : ndarray of bool, shape (n, m)
        Decisions of m rules.
    odds : ndarray, shape (n, m)
        What a false alarm costs, in hits: t / (1 - t) for a threshold t. NaN leaves the net
        benefit undefined.
    weights : ndarray, shape (b, n)
        One weighting of the samples a row.

    Returns
    -------
    ndarray, shape (b, m, 5)
        NaN where undefined: a PPV where nothing was called, for one.
    """
    total = weights.sum(axis=1)[:, None]
    positives = (weights @ positive.astype(float))[:, None]
    hits = weights @ (called & positive[:, None])
    alarms = weights @ (called & ~positive[:, None])
    passed = total - positives - alarms
    cost = np.where(called & ~positive[:, None], odds, np.where(np.isnan(odds), np.nan, 0.0))
    benefit = (hits - weights @ cost) / total
    return np.stack(
        [
            _divide(hits, positives),
            _divide(passed, total - positives),
            _divide(hits, hits + alarms),
            _divide(passed, passed + positives - hits),
            benefit,
        ],
        axis=2,
    )


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Quotient, NaN where nothing stands below."""
    b = np.broadcast_to(b, a.shape)
    return np.divide(a, b, out=np.full(a.shape, np.nan), where=b > 0)
