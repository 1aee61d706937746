"""Intensity statistics (IBSI family UHIW): the pixel values themselves, not discretised."""

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan
from imgpipe.features.statistics import STATISTICS, statistics

_OWN = (
    ("energy", "N8CA", "intensity^2", "Sum of squared values."),
    ("root_mean_square", "5ZWQ", "intensity", "Root of the mean squared value."),
)
_ROWS = (*((name, ibsi, unit, text) for name, ibsi, _, unit, text in STATISTICS), *_OWN)


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Eighteen statistics, those of a colour image once per channel."""
    suffixes = [""] if plan.channels is None else [f"_c{c}" for c in range(plan.channels)]
    return [
        Feature(f"intensity_{name}{suffix}", "intensity", ibsi, None, unit, text)
        for suffix in suffixes
        for name, ibsi, unit, text in _ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Statistics of each image of a stack.

    Percentiles interpolate linearly between order statistics. Undefined, hence NaN: skewness and
    kurtosis of one intensity; coefficients whose denominator is zero; the robust deviation where
    no pixel lies between the 10th and the 90th percentile.
    """
    blocks = []
    for channel in batch.channels:
        out = np.empty((len(batch), len(_ROWS)))
        _stack(batch.sorted(channel), batch.counts, out)
        blocks.append(out)
    return np.concatenate(blocks, axis=1)


FAMILY = Family("intensity", "Intensity statistics", describe, compute, ibsi=True, default=True)


@jit
def _stack(values: np.ndarray, counts: np.ndarray, out: np.ndarray) -> None:
    """All statistics of every row of sorted values."""
    for k in range(values.shape[0]):
        n = counts[k]
        x = values[k]
        statistics(x, n, out[k])
        energy = 0.0
        for i in range(n):
            energy += x[i] * x[i]
        out[k, 16] = energy
        out[k, 17] = np.sqrt(energy / n)
