"""How far other patients, folds, repeats and seeds would move a score."""

import numpy as np

from imgpipe.evaluate.results.verdicts import Spread
from imgpipe.evaluate.scores.intervals import Resampled, standard_error


def spread_of(
    model: str, name: str, score: Resampled, folds: np.ndarray, repeats: np.ndarray
) -> Spread:
    """Standard deviations of one model's score.

    Parameters
    ----------
    model, name : str
        Of the model and of the metric.
    score : Resampled
        The metric, part by part.
    folds, repeats : ndarray of int, shape (parts,)
        Which fold of which repeat each part is.

    Returns
    -------
    Spread
        Each of the kinds of which there are two or more; the others are averaged over first.

    Examples
    --------
    >>> from imgpipe.evaluate.scores.intervals import Judged
    >>> judged = Judged(40, {0: 20, 1: 20}, True)
    >>> parts, seeds = np.array([0.8, 0.9, 0.6, 0.7]), np.array([0, 0, 1, 1])
    >>> score = Resampled("auc", parts, seeds, np.array([0.7, 0.8]), judged)
    >>> spread = spread_of("svm", "auc", score, np.array([0, 1, 0, 1]), np.zeros(4, int))
    >>> round(spread.folds, 3), spread.repeats, round(spread.seeds, 3)
    (0.071, None, 0.141)
    """
    each_fold = repeats * (folds.max() + 1) + folds
    return Spread(
        model=model,
        metric=name,
        patients=standard_error(score.metric, score.draws, score.judged)[0],
        folds=_between(score.parts, each_fold),
        repeats=_between(score.parts, repeats),
        seeds=_between(score.parts, score.seeds),
    )


def _between(values: np.ndarray, kind: np.ndarray) -> float | None:
    """Standard deviation of the means of each kind; None where fewer than two are defined."""
    of_kind = [values[kind == k] for k in np.unique(kind)]
    means = [float(np.nanmean(each)) for each in of_kind if not np.isnan(each).all()]
    return float(np.std(means, ddof=1)) if len(means) > 1 else None
