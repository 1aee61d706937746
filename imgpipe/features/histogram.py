"""Intensity histogram (IBSI family ZVCW): statistics of the gray levels after discretisation."""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan
from imgpipe.features.statistics import STATISTICS, statistics

_OWN = (
    ("mode", "AMMC", "gray level", "Most frequent gray level."),
    ("entropy", "TLU2", "bit", "Information per pixel: 0 for one gray level."),
    ("uniformity", "BJ5W", "1", "Chance that two pixels drawn at random have equal levels."),
    ("maximum_gradient", "12CE", "1", "Steepest rise of the histogram, pixels per level."),
    ("maximum_gradient_level", "8E6O", "gray level", "Gray level of the steepest rise."),
    ("minimum_gradient", "VQB3", "1", "Steepest fall of the histogram, pixels per level."),
    ("minimum_gradient_level", "RHQZ", "gray level", "Gray level of the steepest fall."),
)
_UNITS = {"intensity": "gray level", "intensity^2": "gray level^2", "1": "1"}
_ROWS = (
    *((name, ibsi, _UNITS[unit], f"Of the gray levels: {text[0].lower()}{text[1:]}")
      for name, _, ibsi, unit, text in STATISTICS),
    *_OWN,
)  # fmt: skip


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Twenty-three statistics; a colour image is discretised on its luminance."""
    return [
        Feature(f"histogram_{name}", "histogram", ibsi, None, unit, text)
        for name, ibsi, unit, text in _ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Histogram statistics of each image of a stack.

    Percentiles are those of the intensity statistics. Of several modes the one closest to the mean
    counts, the lower of two equally close; of several steepest gradients the lowest level. Undefined,
    hence NaN: what is undefined for intensities, and the gradients of a single gray level.
    """  # noqa: E501
    out = np.empty((len(batch), len(_ROWS)))
    levels = batch.levels.reshape(len(batch), -1)
    _stack(levels, batch.n_levels, out)
    return out


FAMILY = Family("histogram", "Intensity histogram", describe, compute, ibsi=True, default=True)


@jit
def _stack(levels: np.ndarray, n_levels: np.ndarray, out: np.ndarray) -> None:
    """All histogram statistics of every row of gray levels."""
    spread = np.empty(levels.shape[1])
    for k in range(levels.shape[0]):
        top = n_levels[k]
        counts = np.zeros(top + 1, np.int64)
        row = levels[k]
        for i in range(row.size):
            counts[row[i]] += 1
        n = np.int64(0)  # a bare 0 is a type of its own, for which callees would compile again
        for level in range(1, top + 1):
            for _ in range(counts[level]):
                spread[n] = level
                n += 1
        statistics(spread, n, out[k])
        _own(counts, n, out[k, 0], out[k, 16:])


@jit_helper
def _own(counts: np.ndarray, n: int, mean: float, out: np.ndarray) -> None:
    """Mode, entropy, uniformity and gradients of a histogram with levels from 1."""
    top = counts.size - 1
    mode = 1
    entropy = 0.0
    uniformity = 0.0
    for level in range(1, top + 1):
        here = counts[level]
        best = counts[mode]
        if here > best or (here == best and abs(level - mean) < abs(mode - mean)):
            mode = level
        if here > 0:
            p = here / n
            entropy -= p * np.log2(p)
            uniformity += p * p
    out[0] = mode
    out[1] = abs(entropy)  # never a negative zero
    out[2] = uniformity
    out[3:] = np.nan
    if top < 2:
        return
    highest = -np.inf
    lowest = np.inf
    for level in range(1, top + 1):
        before = max(level - 1, 1)
        after = min(level + 1, top)
        slope = (counts[after] - counts[before]) / (after - before)
        if slope > highest:
            highest = slope
            out[4] = level
        if slope < lowest:
            lowest = slope
            out[6] = level
    out[3] = highest
    out[5] = lowest
