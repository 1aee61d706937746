"""Intensity statistics (IBSI family UHIW): the pixel values themselves, not discretised."""

import numpy as np

from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.first_order.ascending import ascending
from imgpipe.features.first_order.statistics import STATISTICS, fill_statistics
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

DEFINITIONS = tuple(
    Definition(s.name, s.ibsi, s.unit, s.description, s.pyradiomics, f"stat_{s.tag}", s.formula)
    for s in STATISTICS
)


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Eighteen statistics, those of a colour image once per channel."""
    suffixes = [""] if plan.channels is None else [f"_c{c}" for c in range(plan.channels)]
    return [
        definition.feature("intensity", suffix) for suffix in suffixes for definition in DEFINITIONS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Statistics of each image of a stack.

    Percentiles interpolate linearly between order statistics. Undefined, hence NaN: skewness and
    kurtosis of one intensity; coefficients whose denominator is zero; the robust deviation where
    no pixel lies between the 10th and the 90th percentile.
    """
    out = np.empty((len(batch.channels), len(batch), len(DEFINITIONS)))
    for channel, values in zip(batch.channels, out, strict=True):
        fill_statistics(*ascending(batch, channel), values)
    return np.concatenate(list(out), axis=1)


FAMILY = Family(
    "intensity",
    "Intensity statistics",
    describe,
    compute,
    ibsi=True,
    default=True,
    symbols="x are the N values inside the mask, Pq their q-th percentile.",
    brightness=True,
)
