"""Neighbouring gray level dependence matrix (IBSI family REK0): how many neighbours are alike.

A pixel's dependence j is 1 plus the number of its neighbours, corners included, of its own gray
level. With n(i, j) the number of pixels of gray level i and dependence j, N their sum and
p = n / N, the formulas are in `counts.FORMULAS`. Coarseness 0 and distance 1, IBSI's defaults.

Neighbours outside the mask are alike to none. Slices without a pixel in the mask have no matrix.
Every feature is defined for every image, that of one pixel included.
"""

from typing import Any, Unpack

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS, MatrixSettings
from imgpipe.features.texture.counts import counting
from imgpipe.features.texture.family import TextureFamily
from imgpipe.features.texture.volumes import Counted, Volumes, dense_columns

DEFINITIONS = counting(
    ("low_dependence_emphasis", "SODN", "1", "High where few neighbours are alike.",
     "gldm_SmallDependenceEmphasis", "ngl_lde"),
    ("high_dependence_emphasis", "IMOQ", "1", "High where many neighbours are alike.",
     "gldm_LargeDependenceEmphasis", "ngl_hde"),
    ("low_gray_level_emphasis", "TL9H", "1", "High where gray levels are low.",
     "gldm_LowGrayLevelEmphasis", "ngl_lgce"),
    ("high_gray_level_emphasis", "OAE7", "gray level^2", "High where gray levels are high.",
     "gldm_HighGrayLevelEmphasis", "ngl_hgce"),
    ("low_dependence_low_gray_level_emphasis", "EQ3F", "1",
     "High where dark pixels have few neighbours alike.",
     "gldm_SmallDependenceLowGrayLevelEmphasis", "ngl_ldlge"),
    ("low_dependence_high_gray_level_emphasis", "JA6D", "gray level^2",
     "High where bright pixels have few neighbours alike.",
     "gldm_SmallDependenceHighGrayLevelEmphasis", "ngl_ldhge"),
    ("high_dependence_low_gray_level_emphasis", "NBZI", "1",
     "High where dark pixels have many neighbours alike.",
     "gldm_LargeDependenceLowGrayLevelEmphasis", "ngl_hdlge"),
    ("high_dependence_high_gray_level_emphasis", "9QMG", "gray level^2",
     "High where bright pixels have many neighbours alike.",
     "gldm_LargeDependenceHighGrayLevelEmphasis", "ngl_hdhge"),
    ("gray_level_non_uniformity", "FP8K", "1", "High where few gray levels make most pixels.",
     "gldm_GrayLevelNonUniformity", "ngl_glnu"),
    ("normalised_gray_level_non_uniformity", "5SPA", "1",
     "The same, independent of the number of pixels.", None, "ngl_glnu_norm"),
    ("dependence_count_non_uniformity", "Z87G", "1", "High where most pixels have one dependence.",
     "gldm_DependenceNonUniformity", "ngl_dcnu"),
    ("normalised_dependence_count_non_uniformity", "OKJI", "1",
     "The same, independent of the number of pixels.", "gldm_DependenceNonUniformityNormalized",
     "ngl_dcnu_norm"),
    ("dependence_count_percentage", "6XV8", "1",
     "Neighbourhoods per pixel: always 1, for every pixel has one.", None, "ngl_dc_perc"),
    ("gray_level_variance", "1PFV", "gray level^2", "Variance of the gray levels.",
     "gldm_GrayLevelVariance", "ngl_gl_var"),
    ("dependence_count_variance", "DNX2", "1", "Variance of the dependences.",
     "gldm_DependenceVariance", "ngl_dc_var"),
    ("dependence_count_entropy", "FCBV", "bit",
     "Information per pixel: high where neighbourhoods are varied.", "gldm_DependenceEntropy",
     "ngl_dc_entr"),
    ("dependence_count_energy", "CAS9", "1", "Order: high where few neighbourhoods dominate.", None,
     "ngl_dc_energy"),
)  # fmt: skip


def matrix(
    image: Any,
    mask: Any = None,
    *,
    aggregation: str = "default",
    **settings: Unpack[MatrixSettings],
) -> np.ndarray:
    """Count the pixels of each gray level and dependence.

    Parameters
    ----------
    image, mask
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice (``"8QNN"``,
        the default for an image), one of all slices (``"62GR"``), or one in 3-D (``"KOBO"``, the
        default for a volume).
    **settings
        bins, bin_width, low, range, outliers, label, channel_axis: as in `extract`.

    Returns
    -------
    ndarray of int64, shape (m, g, 9) or (m, g, 27)
        ``[k, i - 1, j - 1]`` is the number of pixels of gray level i that have j - 1 neighbours of
        that level. Slices outside the mask are left out.

    Raises
    ------
    InputError
        For input that `extract` refuses, and for more than one aggregation.

    References
    ----------
    C. Sun, W. G. Wee, "Neighboring gray level dependence matrix for texture classification",
    Comput. Vis. Graph. Image Process. 23 (1983); IBSI reference manual, section 3.11.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import ngldm
    >>> ngldm.matrix(np.array([[1, 1, 2]]), bins=None)[0, :, :3]
    array([[0, 2, 0],
           [1, 0, 0]])
    """
    matrices = TEXTURE.counted(image, mask, aggregation, settings)
    return matrices.counts[matrices.n_pixels > 0, 1:, 1:].astype(np.int64)


def _count(volumes: Volumes, distance: int, by_direction: bool) -> Counted:
    most = 9 if volumes.flat else 27
    counts = np.zeros((len(volumes), 1, volumes.top + 1, most + 1), np.int32)
    same = np.empty(volumes.bordered.shape[-1], np.int32)
    _dependences(volumes.bordered, volumes.boxes, 0 if volumes.flat else 1, same, counts)
    return Counted(counts, *dense_columns(len(volumes), most + 1))


TEXTURE = TextureFamily(
    "ngldm",
    "Neighbouring gray level dependence",
    "n(i, j) is the number of pixels of gray level i of which j, itself included, are alike in the"
    " neighbourhood; N their sum, p = n / N.",
    DEFINITIONS,
    ZONE_AGGREGATIONS,
    _count,
)
FAMILY = TEXTURE.family


@jit
def _dependences(
    levels: np.ndarray, boxes: np.ndarray, reach: int, same: np.ndarray, counts: np.ndarray
) -> None:
    """Count pixels by gray level and dependence, with neighbours up to `reach` slices away."""
    for k in range(levels.shape[0]):
        x0, x1 = boxes[k, 2, 0], boxes[k, 2, 1]
        alike = same[: x1 - x0]
        for z in range(boxes[k, 0, 0], boxes[k, 0, 1]):
            for y in range(boxes[k, 1, 0], boxes[k, 1, 1]):
                here = levels[k, z, y, x0:x1]
                alike[:] = 0
                for dz in range(-reach, reach + 1):
                    for dy in range(-1, 2):
                        row = levels[k, z + dz, y + dy]
                        left, middle, right = row[x0 - 1 : x1 - 1], row[x0:x1], row[x0 + 1 : x1 + 1]
                        for x in range(alike.size):
                            level = here[x]
                            alike[x] += np.int32(left[x] == level)
                            alike[x] += np.int32(middle[x] == level)
                            alike[x] += np.int32(right[x] == level)
                # each pixel is alike to itself, so that this is the dependence already
                for x in range(alike.size):
                    if here[x] > 0:
                        counts[k, 0, here[x], alike[x]] += 1
