"""Gradient statistics: how steep the edges of an image are, and how evenly they are spread.

The gradient is the central difference along each axis, per mm; its magnitude is taken where all
neighbours that it needs lie in the mask.
"""

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Family, Feature
from imgpipe.features.first_order.statistics import STATISTICS, fill_statistics
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

_NAMES = (
    "mean", "variance", "skewness", "kurtosis", "median", "minimum", "percentile_10",
    "percentile_90", "maximum", "interquartile_range", "coefficient_of_variation",
)  # fmt: skip
_PLACES = np.array([[s.name for s in STATISTICS].index(name) for name in _NAMES])
_UNITS = {"intensity": "intensity/mm", "intensity^2": "intensity^2/mm^2", "1": "1"}
DEFINITIONS = tuple(STATISTICS[place].of("steepness", _UNITS) for place in _PLACES)


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Eleven statistics of the magnitude of the gradient."""
    return [definition.feature("gradient") for definition in DEFINITIONS]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Gradient statistics of each image of a stack, in the plane or in space.

    Undefined, hence NaN: everything where no pixel has all its neighbours in the mask, as in
    images smaller than 3 pixels along an axis; skewness and kurtosis of one steepness; the
    coefficient of variation of a flat image.
    """
    spacing = np.ones(3)
    spacing[3 - plan.ndim :] = plan.spacing
    steepness = np.full((len(batch), batch.values[0].size), np.inf)
    counts = np.empty(len(batch), np.int64)
    _magnitudes(batch.values, batch.inside, spacing, plan.ndim == 2, steepness, counts)
    # ascending, so that sums do not depend on the order of the pixels
    steepness.sort(axis=1)
    out = np.empty((len(batch), len(STATISTICS)))
    fill_statistics(steepness, np.ones((1, steepness.shape[1])), counts, out)
    return out[:, _PLACES]


FAMILY = Family(
    "gradient",
    "Gradient statistics",
    describe,
    compute,
    ibsi=False,
    symbols="x are the magnitudes of the gradient.",
)


@jit
def _magnitudes(
    values: np.ndarray,
    inside: np.ndarray,
    spacing: np.ndarray,
    flat: bool,
    out: np.ndarray,
    counts: np.ndarray,
) -> None:
    """List the magnitudes of each image at the front of its row."""
    n, depth, height, width = values.shape
    first, stop = (0, depth) if flat else (1, depth - 1)
    for k in range(n):
        image = values[k]
        mask = inside[k]
        number = 0
        for z in range(first, stop):
            for y in range(1, height - 1):
                for x in range(1, width - 1):
                    if not (
                        mask[z, y, x]
                        and mask[z, y - 1, x] and mask[z, y + 1, x]
                        and mask[z, y, x - 1] and mask[z, y, x + 1]
                        and (flat or (mask[z - 1, y, x] and mask[z + 1, y, x]))
                    ):  # fmt: skip
                        continue
                    dy = (image[z, y + 1, x] - image[z, y - 1, x]) / (2 * spacing[1])
                    dx = (image[z, y, x + 1] - image[z, y, x - 1]) / (2 * spacing[2])
                    square = dy * dy + dx * dx
                    if not flat:
                        dz = (image[z + 1, y, x] - image[z - 1, y, x]) / (2 * spacing[0])
                        square += dz * dz
                    out[k, number] = np.sqrt(square)
                    number += 1
        counts[k] = number
