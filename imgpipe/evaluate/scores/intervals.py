"""95 % intervals by a cluster bootstrap: patients are drawn anew, with all their images.

The value of a metric is its mean over folds, repeats and seeds, each computed on that fold's
held-out part. A resample draws as many patients as there are, with replacement, from all that
were held out, and every fold's metric is computed again with each sample counted as often as its
patient was drawn; the interval lies between the 2.5th and 97.5th percentile of that mean. It
tells how the score would vary with other patients to be judged, not with other ones to train on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgpipe.evaluate.results import HIGHEST, Interval
from imgpipe.evaluate.scores.metrics import metric_names, plain_metrics, weighted_metrics

RESAMPLES = 1000
_COVERED = 0.95
_BLOCK = 4_000_000  # weights held at a time
_Z = 1.959964  # 97.5th percentile of the normal distribution


@dataclass(frozen=True)
class HeldOut:
    """What one fitted model said of one held-out part; `index` points into the data set."""

    index: np.ndarray
    predicted: np.ndarray
    scores: np.ndarray
    seed: int = 0


def cluster_weights(
    clusters: np.ndarray, rng: np.random.Generator, resamples: int = RESAMPLES
) -> np.ndarray:
    """Draw clusters with replacement; give how often each sample was drawn, (resamples, n)."""
    names, member = np.unique(clusters, return_inverse=True)
    n = len(names)
    draws = rng.integers(n, size=(resamples, n)) + n * np.arange(resamples)[:, None]
    counts = np.bincount(draws.ravel(), minlength=resamples * n).reshape(resamples, n)
    return counts.astype(np.uint16)[:, member]


def intervals(
    labels: np.ndarray,
    held_out: Sequence[HeldOut],
    n_classes: int,
    clusters: np.ndarray,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Interval]:
    """Each metric's mean over `held_out`, with its interval.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Codes of all samples of the data set.
    held_out : sequence of HeldOut
        One for each fold, repeat and seed.
    n_classes : int
        Number of classes, those that never occur included.
    clusters : ndarray, shape (n,)
        Patient of each sample; the sample's own index where patients are unknown.
    seed : int
        Seed of the resamples: models compared with one seed meet the same patients.
    resamples : int
        How many.

    Returns
    -------
    dict of str to Interval
        NaN where a metric is undefined. A perfect score, which no resample can lower, gets
        Wilson's bound for as many patients as the rarest class has.
    """
    judged = np.unique(np.concatenate([part.index for part in held_out]))
    place = np.zeros(len(labels), dtype=np.intp)
    place[judged] = np.arange(len(judged))
    weights = cluster_weights(clusters[judged], np.random.default_rng(seed), resamples)
    points: dict[str, list[float]] = {name: [] for name in metric_names(n_classes)}
    resampled: dict[str, list[np.ndarray]] = {name: [] for name in points}
    for part in held_out:
        true = labels[part.index]
        point = plain_metrics(true, part.predicted, part.scores)
        drawn = _in_blocks(true, part, weights, place[part.index])
        for name in points:
            points[name].append(point[name])
            resampled[name].append(drawn[name])
    rarest = _rarest(labels[judged], clusters[judged])
    seeds = np.array([part.seed for part in held_out])
    return {
        name: _interval(
            np.array(points[name]),
            np.array(resampled[name]),
            seeds,
            rarest,
            highest=HIGHEST.get(name, 1.0),
        )
        for name in points
    }


def _in_blocks(
    true: np.ndarray, part: HeldOut, weights: np.ndarray, columns: np.ndarray
) -> dict[str, np.ndarray]:
    """Metrics of all resamples, a few hundred at a time to bound the memory."""
    rows = max(1, _BLOCK // max(1, len(true)))
    blocks = [
        weighted_metrics(
            true, part.predicted, part.scores, weights[start : start + rows, columns].astype(float)
        )
        for start in range(0, len(weights), rows)
    ]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _interval(
    points: np.ndarray,
    resampled: np.ndarray,
    seeds: np.ndarray,
    rarest: int,
    highest: float = 1.0,
) -> Interval:
    """Mean over parts, percentiles over resamples, spread over seeds."""
    if np.isnan(points).all():
        return Interval(np.nan, np.nan, np.nan)
    value = float(np.nanmean(points))
    spread = None
    if len(np.unique(seeds)) > 1:
        spread = float(np.std([np.nanmean(points[seeds == s]) for s in np.unique(seeds)], ddof=1))
    # a resample counts where at least one fold's metric is defined
    means = np.nanmean(resampled[:, ~np.isnan(resampled).all(axis=0)], axis=0)
    tail = (1 - _COVERED) / 2
    if not len(means):
        return Interval(value, np.nan, np.nan, spread)
    low, high = np.percentile(means, [100 * tail, 100 * (1 - tail)])
    # a curved metric's percentiles can miss its own value in tiny sets
    low, high = min(low, value), max(high, value)
    bound = _Z**2 / (rarest + _Z**2)
    if value == highest:
        low = min(low, 1.0 - bound)
    elif value == 0.0:
        high = max(high, bound)
    return Interval(value, float(max(low, 0.0)), float(min(high, highest)), spread)


def _rarest(labels: np.ndarray, clusters: np.ndarray) -> int:
    """Count the patients of the class that has fewest."""
    return min(len(np.unique(clusters[labels == label])) for label in np.unique(labels))
