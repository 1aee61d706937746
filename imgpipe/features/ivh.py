"""Intensity-volume histogram (IBSI family P88C): which share of the mask is how bright.

With v(x) the share of the pixels whose intensity is at least x: v falls from 1 at the minimum.
Gray levels (``bins=None``) are taken in steps of 1. Other intensities are a continuum, the limit
of ever finer bins: where IBSI chooses bins for this family, it loses precision only.
"""

from itertools import starmap

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

DEFINITIONS = tuple(starmap(Definition, (
    ("volume_at_intensity_fraction_10", "BC2M", "1",
     "Share of pixels at least a tenth of the way from minimum to maximum.", None, "ivh_v10",
     "v(min + 0.1 (max - min))"),
    ("volume_at_intensity_fraction_90", "BC2M", "1",
     "Share of pixels at least nine tenths of the way from minimum to maximum.", None, "ivh_v90",
     "v(min + 0.9 (max - min))"),
    ("intensity_at_volume_fraction_10", "GBPN", "intensity",
     "Lowest intensity that at most a tenth of the pixels reach or exceed.", None, "ivh_i10",
     "least x with v(x) <= 0.1"),
    ("intensity_at_volume_fraction_90", "GBPN", "intensity",
     "Lowest intensity that at most nine tenths of the pixels reach or exceed.", None, "ivh_i90",
     "least x with v(x) <= 0.9"),
    ("volume_fraction_difference", "DDTU", "1",
     "Difference of the shares at a tenth and nine tenths of the intensity range.", None,
     "ivh_diff_v10_v90", "difference of the two volume fractions"),
    ("intensity_fraction_difference", "CNV2", "intensity",
     "Difference of the intensities at a tenth and nine tenths of the pixels.", None,
     "ivh_diff_i10_i90", "difference of the two intensities"),
)))  # fmt: skip


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Six points of the cumulated histogram."""
    return [definition.feature("ivh") for definition in DEFINITIONS]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Points of the intensity-volume histogram of each image of a stack.

    Undefined, hence NaN: everything for a single intensity, which has no range.
    """
    out = np.empty((len(batch), len(DEFINITIONS)))
    gray_levels = plan.settings.bins is None and plan.settings.bin_width is None
    _stack(batch.sorted(batch.values), batch.counts, 1 if gray_levels else 0, out)
    return out


FAMILY = Family(
    "ivh",
    "Intensity-volume histogram",
    describe,
    compute,
    ibsi=True,
    symbols="v(x) is the share of the pixels whose intensity is at least x.",
    brightness=True,
)


@jit
def _stack(values: np.ndarray, counts: np.ndarray, step: int, out: np.ndarray) -> None:
    """Fill `out` from rows of ascending values; `step` leads from one level to the next."""
    for k in range(values.shape[0]):
        x = values[k, : counts[k]]
        n = x.size
        low = x[0]
        high = x[n - 1]
        if low == high:
            out[k] = np.nan
            continue
        for f, percent in ((0, 10), (1, 90)):
            # halves first: the span may lie beyond the largest float
            half = high / 2 - low / 2
            below = 0
            while (x[below] / 2 - low / 2) / half < percent / 100:
                below += 1
            out[k, f] = (n - below) / n
            allowed = n * percent // 100
            out[k, 2 + f] = x[n - 1 - allowed] + step
        out[k, 4] = out[k, 0] - out[k, 1]
        out[k, 5] = out[k, 2] - out[k, 3]
