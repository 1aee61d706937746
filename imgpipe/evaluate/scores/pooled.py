"""Figures of all held-out samples together, with intervals by the bootstrap of `intervals`.

What counts bins or thresholds needs many samples at once, so it is computed on the folds of one
repeat pooled, each sample with what the model that had not seen it said. Intervals come from the
same resamples of patients as those of the metrics, and have the same form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from imgpipe.evaluate.results import Interval
from imgpipe.evaluate.scores.intervals import (
    RESAMPLES,
    HeldOut,
    Judged,
    Resampled,
    cluster_weights,
    interval,
)

BLOCK = 1_000_000  # weights held at a time
_TAIL = 2.5


@dataclass(frozen=True)
class Pool:
    """Held-out samples once each: true codes, calls, probabilities, patients, fold of each."""

    true: np.ndarray
    predicted: np.ndarray
    scores: np.ndarray
    clusters: np.ndarray
    fold: np.ndarray
    seed: int = 0
    resamples: int = RESAMPLES

    @classmethod
    def of(
        cls, folds: list[HeldOut], labels: np.ndarray, clusters: np.ndarray, seed: int = 0
    ) -> "Pool":
        """Put the folds of one repeat together."""
        index = np.concatenate([part.index for part in folds])
        return cls(
            labels[index],
            np.concatenate([part.predicted for part in folds]),
            np.concatenate([part.scores for part in folds]),
            clusters[index],
            np.repeat(np.arange(len(folds)), [len(part.index) for part in folds]),
            seed,
        )

    @property
    def known(self) -> bool:
        """Whether every probability is a number."""
        return bool(np.isfinite(self.scores).all())

    @cached_property
    def weights(self) -> np.ndarray:
        """How often each resample drew each sample, shape (resamples, n)."""
        return cluster_weights(self.clusters, np.random.default_rng(self.seed), self.resamples)

    def once(self) -> np.ndarray:
        """Every sample counted once, shape (1, n)."""
        return np.ones((1, len(self.true)))

    def resampled(self, figure: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Give what `figure` makes of every resample's weights, in blocks to bound the memory."""
        rows = max(1, BLOCK // max(1, len(self.true)))
        return np.concatenate(
            [
                figure(self.weights[start : start + rows].astype(float))
                for start in range(0, len(self.weights), rows)
            ]
        )

    def patients(self, among: np.ndarray) -> int:
        """Count the patients of some of the samples."""
        return len(np.unique(self.clusters[among]))

    def share(self, value: float, drawn: np.ndarray, among: np.ndarray) -> Interval:
        """Give a share of some of the samples with its interval, as that of an accuracy."""
        patients = self.patients(among)
        judged = Judged(patients, {0: patients}, patients == int(among.sum()))
        return interval(Resampled("accuracy", np.array([value]), np.zeros(1), drawn, judged))

    def rank(self, value: float, drawn: np.ndarray, positive: np.ndarray) -> Interval:
        """Give a figure of the order of samples with its interval, as that of an AUC."""
        by_class = {0: self.patients(~positive), 1: self.patients(positive)}
        judged = Judged(self.patients(positive | ~positive), by_class, alone=False)
        return interval(Resampled("auc", np.array([value]), np.zeros(1), drawn, judged))

    def loss(self, value: float, drawn: np.ndarray) -> Interval:
        """Give a mean of squares with its interval, as that of a Brier score."""
        patients = len(np.unique(self.clusters))
        judged = Judged(patients, {0: patients}, patients == len(self.true))
        return interval(Resampled("brier", np.array([value]), np.zeros(1), drawn, judged))


def percentiles(value: float, drawn: np.ndarray, least: float = 0.0, most: float = 1.0) -> Interval:
    """Give a figure with the percentiles of its resamples; those that leave it undefined go."""
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Interval(float(value), np.nan, np.nan)
    low, high = np.percentile(drawn, [_TAIL, 100 - _TAIL])
    low, high = min(low, value), max(high, value)
    return Interval(float(value), float(max(low, least)), float(min(high, most)))
