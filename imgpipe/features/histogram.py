"""Intensity histogram (IBSI family ZVCW): statistics of the gray levels after discretisation."""

from itertools import starmap

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.first_order.statistics import STATISTICS, fill_statistics
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

_UNITS = {"intensity": "gray level", "intensity^2": "gray level^2", "1": "1"}
_SHARED = tuple(
    s.of("gray levels", _UNITS)._replace(ibsi=s.histogram_ibsi, mirp=f"ih_{s.tag}")
    for s in STATISTICS
    if s.histogram_ibsi
)
_OWN = tuple(starmap(Definition, (
    ("mode", "AMMC", "gray level", "Most frequent gray level.", None, "ih_mode",
     "argmax n(i), the nearest to m of several"),
    ("entropy", "TLU2", "bit", "Information per pixel: 0 for one gray level.", "firstorder_Entropy",
     "ih_entropy", "-sum p(i) log2 p(i)"),
    ("uniformity", "BJ5W", "1", "Chance that two pixels drawn at random have equal levels.",
     "firstorder_Uniformity", "ih_uniformity", "sum p(i)^2"),
    ("maximum_gradient", "12CE", "1", "Steepest rise of the histogram, pixels per level.", None,
     "ih_max_grad", "max (n(i + 1) - n(i - 1)) / 2, one-sided at the ends"),
    ("maximum_gradient_level", "8E6O", "gray level", "Gray level of the steepest rise.", None,
     "ih_max_grad_g", "argmax (n(i + 1) - n(i - 1)) / 2"),
    ("minimum_gradient", "VQB3", "1", "Steepest fall of the histogram, pixels per level.", None,
     "ih_min_grad", "min (n(i + 1) - n(i - 1)) / 2, one-sided at the ends"),
    ("minimum_gradient_level", "RHQZ", "gray level", "Gray level of the steepest fall.", None,
     "ih_min_grad_g", "argmin (n(i + 1) - n(i - 1)) / 2"),
)))  # fmt: skip
DEFINITIONS = (*_SHARED, *_OWN)


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Twenty-three statistics; a colour image is discretised on its luminance."""
    return [definition.feature("histogram") for definition in DEFINITIONS]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Histogram statistics of each image of a stack.

    Percentiles are those of the intensity statistics. Of several modes the one closest to the mean
    counts, the lower of two equally close; of several steepest gradients the lowest level. Undefined,
    hence NaN: what is undefined for intensities, and the gradients of a single gray level.
    """  # noqa: E501
    out = np.empty((len(batch), len(DEFINITIONS)))
    levels = batch.levels.reshape(len(batch), -1)
    tops = batch.n_levels
    shape = (len(batch), int(tops.max()) + 1)
    counts = np.zeros(shape, np.int64)
    _count(levels, counts)
    present, times, sizes = np.empty(shape), np.empty(shape), np.empty(len(batch), np.int64)
    _list_present(counts, present, times, sizes)
    # those of intensities alone come last, and give way
    fill_statistics(present, times, sizes, out)
    _own(counts, tops, batch.counts, out)
    return out


FAMILY = Family(
    "histogram",
    "Intensity histogram",
    describe,
    compute,
    ibsi=True,
    default=True,
    symbols="x are the gray levels inside the mask, n(i) the number and p(i) the share of level i.",
)


@jit
def _count(levels: np.ndarray, counts: np.ndarray) -> None:
    """Count the pixels of each gray level."""
    for k in range(levels.shape[0]):
        row = levels[k]
        for i in range(row.size):
            counts[k, row[i]] += 1


@jit
def _list_present(
    counts: np.ndarray, present: np.ndarray, times: np.ndarray, sizes: np.ndarray
) -> None:
    """List the gray levels that are there in ascending order, and how often they are."""
    for k in range(counts.shape[0]):
        m = 0
        for level in range(1, counts.shape[1]):
            if counts[k, level] > 0:
                present[k, m] = level
                times[k, m] = counts[k, level]
                m += 1
        sizes[k] = m


@jit
def _own(counts: np.ndarray, tops: np.ndarray, numbers: np.ndarray, out: np.ndarray) -> None:
    """Fill in mode, entropy, uniformity and gradients behind the statistics; the mean is first."""
    for k in range(counts.shape[0]):
        row = counts[k]
        top = tops[k]
        mean = out[k, 0]
        features = out[k, 16:]
        mode = 1
        entropy = 0.0
        uniformity = 0.0
        highest = -np.inf
        lowest = np.inf
        features[3:] = np.nan
        for level in range(1, top + 1):
            here = row[level]
            best = row[mode]
            if here > best or (here == best and abs(level - mean) < abs(mode - mean)):
                mode = level
            if here > 0:
                p = here / numbers[k]
                entropy -= p * np.log2(p)
                uniformity += p * p
            before = max(level - 1, 1)
            after = min(level + 1, top)
            if before < after:
                slope = (row[after] - row[before]) / (after - before)
                if slope > highest:
                    features[3], features[4] = slope, level
                    highest = slope
                if slope < lowest:
                    features[5], features[6] = slope, level
                    lowest = slope
        features[0] = mode
        features[1] = abs(entropy)  # never a negative zero
        features[2] = uniformity
