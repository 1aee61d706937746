"""What is frozen of conformal sets: how often they held the true class, and how large they were."""

from collections.abc import Sequence

import numpy as np

from imgpipe.evaluate.fits.experiment import Experiment
from imgpipe.evaluate.records.operating_points import chosen_where
from imgpipe.evaluate.results import ConformalSets
from imgpipe.evaluate.scores.conformal import limit, sets
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.evaluate.scores.pooled import Pool, percentiles


def conformal_sets(
    pool: Pool, inner: Sequence[HeldOut | None], experiment: Experiment
) -> ConformalSets | None:
    """Calibrate sets for each fold where the model may look, and measure them held out."""
    level, where = experiment.conformal, chosen_where(inner, experiment)
    parts = [part for part in inner if part is not None]
    if level is None or where is None or not pool.known:
        return None
    if not all(np.isfinite(part.scores).all() for part in parts):
        return None
    limits = np.array(
        [
            limit(
                part.scores, experiment.labels[part.index], experiment.clusters[part.index], level
            )
            for part in parts
        ]
    )
    inside = sets(pool.scores, limits[pool.fold])
    size = inside.sum(axis=1)
    held = inside[np.arange(len(size)), pool.true].astype(float)
    by_class = [(pool.true == code) for code in range(len(experiment.classes))]
    among = np.column_stack([np.ones(len(size), bool), *by_class]).astype(float)
    figures = _shares(pool.once(), held, among)[0]
    drawn = pool.resampled(lambda weights: _shares(weights, held, among))
    coverage = [
        pool.share(float(value), drawn[:, k], among[:, k] > 0) for k, value in enumerate(figures)
    ]
    sizes = pool.resampled(lambda weights: weights @ size / weights.sum(axis=1))
    return ConformalSets(
        level=level,
        chosen_on=where,
        coverage=coverage[0],
        by_class=dict(zip(experiment.classes, coverage[1:], strict=True)),
        mean_size=percentiles(float(size.mean()), sizes, most=float(len(by_class))),
        sizes=tuple((np.bincount(size, minlength=len(by_class) + 1) / len(size)).tolist()),
        least=tuple(np.maximum(0.0, 1 - limits).tolist()),  # an infinite limit lets every class in
    )


def _shares(weights: np.ndarray, held: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Share of all, and of each class, whose set held the true class, shape (b, 1 + k)."""
    n = weights @ among
    hits = weights @ (among * held[:, None])
    return np.divide(hits, n, out=np.full_like(n, np.nan), where=n > 0)
