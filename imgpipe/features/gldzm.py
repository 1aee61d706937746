"""Gray level distance zone matrix (IBSI family VMDZ): how far patches lie from the edge.

A zone is a set of connected pixels of one gray level, corners included. Its distance is the
smallest number of steps through faces from one of its pixels out of the mask of the shape: 1 at
the edge. With n(i, j) the number of zones of gray level i at distance j, N their sum and p = n / N,
the formulas are in `FORMULAS`.
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
    ("small_distance_emphasis", "0GBI", "1", "High where zones lie at the edge."),
    ("large_distance_emphasis", "MB4I", "pixel^2", "High where zones lie deep inside."),
    ("low_gray_level_emphasis", "S1RA", "1", "High where zones are of low gray levels."),
    ("high_gray_level_emphasis", "K26C", "gray level^2",
     "High where zones are of high gray levels."),
    ("small_distance_low_gray_level_emphasis", "RUVG", "1",
     "High where zones at the edge are dark."),
    ("small_distance_high_gray_level_emphasis", "DKNJ", "gray level^2",
     "High where zones at the edge are bright."),
    ("large_distance_low_gray_level_emphasis", "A7WM", "pixel^2",
     "High where zones deep inside are dark."),
    ("large_distance_high_gray_level_emphasis", "KLTH", "pixel^2 gray level^2",
     "High where zones deep inside are bright."),
    ("gray_level_non_uniformity", "VFT7", "1", "High where few gray levels make most zones."),
    ("normalised_gray_level_non_uniformity", "7HP3", "1",
     "The same, independent of the number of zones."),
    ("zone_distance_non_uniformity", "V294", "1", "High where most zones lie at one distance."),
    ("normalised_zone_distance_non_uniformity", "IATH", "1",
     "The same, independent of the number of zones."),
    ("zone_percentage", "VIWW", "1", "Zones per pixel: 1 where each pixel is a zone of its own."),
    ("gray_level_variance", "QK93", "gray level^2", "Variance of the gray levels of zones."),
    ("zone_distance_variance", "7WT1", "pixel^2", "Variance of the distances of zones."),
    ("zone_distance_entropy", "GBDU", "bit", "Information per zone: high where zones are varied."),
)  # fmt: skip
FORMULAS = tuple(formula for _, formula in SHARED[: len(ROWS)])
_DISTANCE = 2


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
    morphological_mask: Any = None,
    channel_axis: int | None = None,
) -> np.ndarray:
    """Count the zones of each gray level and distance from the edge.

    Parameters
    ----------
    image, mask, bins, bin_width, low, range, outliers, label, morphological_mask, channel_axis
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice (``"8QNN"``,
        the default for an image), one of all slices (``"62GR"``), or one in 3-D (``"KOBO"``, the
        default for a volume).

    Returns
    -------
    ndarray of int64, shape (m, g, d)
        ``[k, i - 1, j - 1]`` is the number of zones of gray level i at distance j, up to the
        deepest. Slices outside the mask are left out.

    Raises
    ------
    InputError
        For input that `extract` refuses, and for more than one aggregation.

    References
    ----------
    G. Thibault, J. Angulo, F. Meyer, "Advanced statistical matrices for texture characterization:
    application to cell classification", IEEE Trans. Biomed. Eng. 61 (2014); IBSI reference manual,
    section 3.9.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import gldzm
    >>> image = np.ones((3, 3), int)
    >>> image[1, 1] = 2
    >>> gldzm.matrix(image, bins=None)
    array([[[1, 0],
            [0, 1]]])
    """
    batch, code = matrix_batch(
        ZONE_AGGREGATIONS, image, mask, aggregation, morphological_mask=morphological_mask,
        bins=bins, bin_width=bin_width, low=low, range=range, outliers=outliers, label=label,
        channel_axis=channel_axis,
    )  # fmt: skip
    return zone_matrices(batch, code, _DISTANCE)


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Sixteen features for each aggregation."""
    return [
        Feature(f"gldzm_{name}{suffix}", "gldzm", ibsi, code, unit, text)
        for code, suffix in plan.aggregations(ZONE_AGGREGATIONS)
        for name, ibsi, unit, text in ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Features of each image of a stack.

    The distance comes from the mask of the shape, before re-segmentation; the edge of the image is
    an edge of the mask, and a pixel outside the mask of the shape counts as one at its edge. Slices
    without a pixel in the mask have no matrix. Every feature is defined for every image, that of
    one pixel included.
    """
    codes = [code for code, _ in plan.aggregations(ZONE_AGGREGATIONS)]
    return zone_values(batch, codes, _DISTANCE, len(ROWS)).reshape(len(batch), -1)


FAMILY = Family("gldzm", "Gray level distance zones", describe, compute, ibsi=True)
