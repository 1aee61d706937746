"""Gray level size zone matrix (IBSI family 9SAK): how large patches of one gray level are.

A zone is a set of connected pixels of one gray level, corners included. With n(i, j) the number of
zones of gray level i and j pixels, N their sum and p = n / N, the formulas are in `FORMULAS`.
"""

from typing import Any

import numpy as np

from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS, ExtractionPlan
from imgpipe.features.texture.counts import SHARED
from imgpipe.features.texture.matrices import matrix_batch
from imgpipe.features.texture.zones import zone_matrices, zone_values

ROWS = (
    ("small_zone_emphasis", "5QRC", "1", "Fineness: high where zones are small."),
    ("large_zone_emphasis", "48P8", "pixel^2", "Coarseness: high where zones are large."),
    ("low_gray_level_emphasis", "XMSY", "1", "High where zones are of low gray levels."),
    ("high_gray_level_emphasis", "5GN9", "gray level^2",
     "High where zones are of high gray levels."),
    ("small_zone_low_gray_level_emphasis", "5RAI", "1", "High where small zones are dark."),
    ("small_zone_high_gray_level_emphasis", "HW1V", "gray level^2",
     "High where small zones are bright."),
    ("large_zone_low_gray_level_emphasis", "YH51", "pixel^2", "High where large zones are dark."),
    ("large_zone_high_gray_level_emphasis", "J17V", "pixel^2 gray level^2",
     "High where large zones are bright."),
    ("gray_level_non_uniformity", "JNSA", "1", "High where few gray levels make most zones."),
    ("normalised_gray_level_non_uniformity", "Y1RO", "1",
     "The same, independent of the number of zones."),
    ("zone_size_non_uniformity", "4JP3", "1", "High where most zones have one size."),
    ("normalised_zone_size_non_uniformity", "VB3A", "1",
     "The same, independent of the number of zones."),
    ("zone_percentage", "P30P", "1", "Zones per pixel: 1 where each pixel is a zone of its own."),
    ("gray_level_variance", "BYLV", "gray level^2", "Variance of the gray levels of zones."),
    ("zone_size_variance", "3NSA", "pixel^2", "Variance of the sizes of zones."),
    ("zone_size_entropy", "GU8N", "bit", "Information per zone: high where zones are varied."),
)  # fmt: skip
FORMULAS = tuple(formula for _, formula in SHARED[: len(ROWS)])
_SIZE = 1


def matrix(
    image: Any,
    mask: Any = None,
    *,
    aggregation: str = "default",
    bins: int | None = 32,
    bin_width: float | None = None,
    low: float | None = None,
    range: tuple[float, float] | None = None,
    outliers: float | None = None,
    label: int | None = None,
    channel_axis: int | None = None,
) -> np.ndarray:
    """Count the zones of each gray level and size.

    Parameters
    ----------
    image, mask, bins, bin_width, low, range, outliers, label, channel_axis
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice (``"8QNN"``,
        the default for an image), one of all slices (``"62GR"``), or one in 3-D (``"KOBO"``, the
        default for a volume).

    Returns
    -------
    ndarray of int64, shape (m, g, s)
        ``[k, i - 1, j - 1]`` is the number of zones of gray level i and j pixels, up to the
        largest. Slices outside the mask are left out.

    Raises
    ------
    InputError
        For input that `extract` refuses, and for more than one aggregation.

    References
    ----------
    G. Thibault et al., "Shape and texture indexes: application to cell nuclei classification",
    Int. J. Pattern Recognit. Artif. Intell. 27 (2013); IBSI reference manual, section 3.8.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import glszm
    >>> glszm.matrix(np.array([[1, 2], [2, 1]]), bins=None)
    array([[[0, 1],
            [0, 1]]])
    """
    batch, code = matrix_batch(
        ZONE_AGGREGATIONS, image, mask, aggregation, bins=bins, bin_width=bin_width, low=low,
        range=range, outliers=outliers, label=label, channel_axis=channel_axis,
    )  # fmt: skip
    return zone_matrices(batch, code, _SIZE)


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Sixteen features for each aggregation."""
    return [
        Feature(f"glszm_{name}{suffix}", "glszm", ibsi, code, unit, text)
        for code, suffix in plan.aggregations(ZONE_AGGREGATIONS)
        for name, ibsi, unit, text in ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Features of each image of a stack.

    Slices without a pixel in the mask have no matrix. Every feature is defined for every image,
    that of one pixel included.
    """
    codes = [code for code, _ in plan.aggregations(ZONE_AGGREGATIONS)]
    return zone_values(batch, codes, _SIZE, len(ROWS)).reshape(len(batch), -1)


FAMILY = Family("glszm", "Gray level size zones", describe, compute, ibsi=True)
