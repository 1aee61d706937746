"""What is frozen of a model's calibration."""

from typing import Any

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.results import Calibration, Reliability, ReliabilityBin
from imgpipe.evaluate.scores.calibration import (
    binned,
    brier_parts,
    error_interval,
    errors_by_chance,
    quantile_bins,
    units_of_chance,
    without_excess,
)
from imgpipe.evaluate.scores.losses import brier_losses, clipped
from imgpipe.evaluate.scores.pooled import Pool, percentiles

_PARTS = ("reliability", "resolution", "uncertainty", "within")


def calibration(pool: Pool, classes: tuple[str, ...], least: int = 1) -> Calibration | None:
    """Judge the probabilities of held-out samples; None where one is no number, or few are."""
    if not pool.known or len(pool.true) < least:
        return None
    codes = [1] if len(classes) == 2 else list(range(len(classes)))
    bins = {code: quantile_bins(pool.scores[:, code]) for code in codes}
    losses = brier_losses(pool.true, pool.scores)
    brier = pool.resampled(lambda w: w @ losses / w.sum(axis=1))
    parts = _parts(pool.once(), pool, bins)[0]
    drawn = pool.resampled(lambda w: _parts(w, pool, bins)).T
    most = float(len(classes))
    return Calibration(
        brier=pool.loss(float(losses.mean()), brier),
        reliability=without_excess(float(parts[0]), drawn[0], most),
        resolution=without_excess(float(parts[1]), drawn[1], most),
        uncertainty=percentiles(float(parts[2]), drawn[2], most=most),
        within_bins=float(parts[3]),
        **_error(pool, classes),
        log_loss_clipped=clipped(pool.true, pool.scores),
        curves=tuple(_curve(pool, code, classes[code], bins[code]) for code in codes),
    )


def _parts(weights: np.ndarray, pool: Pool, bins: dict[int, np.ndarray]) -> np.ndarray:
    """Parts of the Brier score, summed over classes, shape (b, 4)."""
    total = np.zeros((len(weights), 4))
    for code, member in bins.items():
        found = brier_parts(weights, member, pool.scores[:, code], pool.true == code)
        total += np.column_stack([found[name] for name in _PARTS])
    return total


def _error(pool: Pool, classes: tuple[str, ...]) -> dict[str, Any]:
    """Calibration error of the positive class, or of the top label, beside that of chance."""
    if len(classes) == 2:
        of, p, y = classes[1], pool.scores[:, 1], pool.true == 1
    else:
        of, p = say("top label"), pool.scores[np.arange(len(pool.true)), pool.predicted]
        y = pool.predicted == pool.true
    bins = quantile_bins(p)
    together = units_of_chance(pool.true, pool.clusters)
    by_chance = errors_by_chance(p, bins, together, seed=pool.seed)
    return {
        "ece": error_interval(pool, p, y, bins, by_chance),
        "ece_of": of,
        "ece_by_chance": float(by_chance.mean()),
        "ece_chance_limit": float(np.percentile(by_chance, 95)),
    }


def _curve(pool: Pool, code: int, name: str, bins: np.ndarray) -> Reliability:
    """Mean probability and observed share of each bin."""
    p, y = pool.scores[:, code], pool.true == code
    sums = binned(pool.once(), bins, p, y)

    def observed(weights: np.ndarray) -> np.ndarray:
        drawn = binned(weights, bins, p, y)
        return np.divide(drawn.y, drawn.n, out=np.full_like(drawn.y, np.nan), where=drawn.n > 0)

    drawn = pool.resampled(observed)
    shares = sums.y[0] / sums.n[0]
    return Reliability(
        name,
        tuple(
            ReliabilityBin(
                int(sums.n[0, k]),
                float(sums.p[0, k] / sums.n[0, k]),
                pool.share(float(shares[k]), drawn[:, k], bins == k),
                float(p[bins == k].min()),
                float(p[bins == k].max()),
            )
            for k in range(len(shares))
        ),
    )
