"""95 % intervals by a cluster bootstrap: patients are drawn anew, with all their images.

The value of a metric is its mean over folds, repeats and seeds, each computed on that fold's
held-out part. A resample draws as many patients as there are, with replacement, from all that
were held out, and every fold's metric is computed again with each sample counted as often as its
patient was drawn; the spread of that mean is the metric's standard error. From it comes the
number of single images that a share would need to be as uncertain, and from that number Wilson's
interval: for a plain share (accuracy, sensitivity, specificity) of single images it is Wilson's
own, and with several images a patient that of Korn and Graubard, with Student's t for z. Losses
(Brier, log) get Student's interval. All tell how the score would vary with other patients to be
judged, not with other ones to train on. Percentiles of the resamples cover too little where
patients are few: ``benchmarks/results/statistics.md`` has both.

References: Wilson, JASA 22:209 (1927); Korn and Graubard, Survey Methodology 24:193 (1998).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from imgpipe.evaluate.results import HIGHEST, LOWER_IS_BETTER, Interval
from imgpipe.evaluate.scores.metrics import metric_names, plain_metrics, weighted_metrics

RESAMPLES = 1000
_BLOCK = 1_000_000  # weights held at a time
_Z = 1.959964  # 97.5th percentile of the normal distribution
SHARES = ("accuracy", "sensitivity", "specificity")


@dataclass(frozen=True)
class HeldOut:
    """What one fitted model said of one held-out part; `index` points into the data set."""

    index: np.ndarray
    predicted: np.ndarray
    scores: np.ndarray
    seed: int = 0

    @classmethod
    def together(cls, folds: "Sequence[HeldOut]") -> "HeldOut":
        """Put the folds of one repeat and seed together: every held-out sample once."""
        return cls(
            np.concatenate([part.index for part in folds]),
            np.concatenate([part.predicted for part in folds]),
            np.concatenate([part.scores for part in folds]),
            folds[0].seed,
        )


@dataclass(frozen=True)
class Judged:
    """How many patients were judged, in all and of each class that was; `alone` with one image."""

    patients: int
    by_class: Mapping[int, int]
    alone: bool

    @property
    def rarest(self) -> int:
        """Patients of the class that has fewest."""
        return min(self.by_class.values())

    def freedom(self, metric: str) -> float:
        """Degrees of freedom of a metric's standard error: those of the classes it rests on."""
        if metric == "accuracy" or metric in LOWER_IS_BETTER:
            return freedom_of([self.patients])
        if metric in ("sensitivity", "specificity"):
            return freedom_of([self.by_class.get(1 if metric == "sensitivity" else 0, 1)])
        return freedom_of(self.by_class.values())


def freedom_of(counts: Iterable[int]) -> float:
    """Welch's degrees of freedom for samples of these sizes that all vary alike.

    Examples
    --------
    >>> [round(freedom_of(sizes), 1) for sizes in ([20], [20, 20], [10, 90])]
    [19.0, 38.0, 11.1]
    """
    sizes = np.array(list(counts), dtype=float)
    rest = np.maximum(sizes - 1, 1)
    return float(max(1.0, (1 / sizes).sum() ** 2 / (1 / sizes**2 / rest).sum()))


@dataclass(frozen=True)
class Resampled:
    """One metric of one model: on each part, and its mean over parts in every resample.

    `metric` says what it rests on: of two classes, recall is ``"sensitivity"``. Resamples of one
    seed hold the same patients for every model.
    """

    metric: str
    parts: np.ndarray
    seeds: np.ndarray
    draws: np.ndarray
    judged: Judged

    @property
    def value(self) -> float:
        """Mean over parts, of those where it is defined."""
        return float("nan") if np.isnan(self.parts).all() else float(np.nanmean(self.parts))


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
    drawn = resample(labels, held_out, n_classes, clusters, seed=seed, resamples=resamples)
    return {name: interval(metric) for name, metric in drawn.items()}


def resample(
    labels: np.ndarray,
    held_out: Sequence[HeldOut],
    n_classes: int,
    clusters: np.ndarray,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> dict[str, Resampled]:
    """Compute each metric on each part, and its mean over parts in every resample.

    Parameters are those of `intervals`.
    """
    judged = np.unique(np.concatenate([part.index for part in held_out]))
    place = np.zeros(len(labels), dtype=np.intp)
    place[judged] = np.arange(len(judged))
    weights = cluster_weights(clusters[judged], np.random.default_rng(seed), resamples)
    names = metric_names(n_classes)
    parts: dict[str, list[float]] = {name: [] for name in names}
    draws: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for part in held_out:
        true = labels[part.index]
        point = plain_metrics(true, part.predicted, part.scores)
        drawn = _in_blocks(true, part, weights, place[part.index])
        for name in names:
            parts[name].append(point[name])
            draws[name].append(drawn[name])
    seeds = np.array([part.seed for part in held_out])
    counted = _counted(labels[judged], clusters[judged])
    # with two classes recall is sensitivity
    plain = {"recall": "sensitivity"} if n_classes == 2 else {}
    return {
        name: Resampled(
            plain.get(name, name), np.array(parts[name]), seeds, _means(np.array(drawn)), counted
        )
        for name, drawn in draws.items()
    }


def interval(metric: Resampled) -> Interval:
    """Wilson's interval of as many single images as would leave the value as uncertain."""
    value = metric.value
    if np.isnan(value):
        return Interval(np.nan, np.nan, np.nan)
    spread = None
    if len(np.unique(metric.seeds)) > 1:
        each = [np.nanmean(metric.parts[metric.seeds == s]) for s in np.unique(metric.seeds)]
        spread = float(np.std(each, ddof=1))
    low, high = _ends(metric, value)
    bound = _Z**2 / (metric.judged.rarest + _Z**2)
    if value == HIGHEST.get(metric.metric, 1.0):
        low = min(low, 1.0 - bound)
    elif value == 0.0:
        high = max(high, bound)
    return Interval(value, low, high, spread)


def standard_error(metric: str, draws: np.ndarray, judged: Judged) -> tuple[float, float]:
    """Spread of the resamples that are defined, and the quantile to multiply it with.

    The variance of resamples is too small by one degree of freedom. NaN with fewer than two.
    """
    known = draws[~np.isnan(draws)]
    if len(known) < 2:
        return float("nan"), float("nan")
    df = judged.freedom(metric)
    error = float(known.std(ddof=1) * np.sqrt((df + 1) / df))
    return error, float(student.ppf(0.975, df))


def _ends(metric: Resampled, value: float) -> tuple[float, float]:
    error, quantile = standard_error(metric.metric, metric.draws, metric.judged)
    if np.isnan(error):
        return float("nan"), float("nan")
    if metric.metric in LOWER_IS_BETTER:
        highest = HIGHEST.get(metric.metric, 1.0)
        return max(0.0, value - quantile * error), min(highest, value + quantile * error)
    below = value * (1 - value)
    if error < 1e-12 or below < 1e-12:
        return value, value
    effective = below / error**2
    if metric.judged.alone and metric.metric in SHARES and len(metric.parts) == 1:
        quantile, effective = _Z, _single(metric)
    z2 = quantile**2 / effective
    middle = (value + z2 / 2) / (1 + z2)
    reach = float(np.sqrt(z2 * below + z2**2 / 4)) / (1 + z2)
    return min(value, max(0.0, middle - reach)), max(value, min(1.0, middle + reach))


def _single(metric: Resampled) -> int:
    """Images that a share counts, where each patient has one."""
    judged = metric.judged
    if metric.metric == "accuracy":
        return judged.patients
    return judged.by_class[1 if metric.metric == "sensitivity" else 0]


def _means(draws: np.ndarray) -> np.ndarray:
    """Mean over parts of each resample; NaN where no part's metric is defined."""
    defined = ~np.isnan(draws)
    counts = defined.sum(axis=0)
    sums = np.where(defined, draws, 0.0).sum(axis=0)
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


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


def _counted(labels: np.ndarray, clusters: np.ndarray) -> Judged:
    """Count the patients, in all and of each class."""
    patients = len(np.unique(clusters))
    by_class = {int(c): len(np.unique(clusters[labels == c])) for c in np.unique(labels)}
    return Judged(patients, by_class, patients == len(labels))
