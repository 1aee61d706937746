"""Gray level distance zone matrix (IBSI family VMDZ): how far patches lie from the edge.

A zone is a set of connected pixels of one gray level, corners included. Its distance is the
smallest number of steps through faces from one of its pixels out of the mask of the shape: 1 at
the edge. With n(i, j) the number of zones of gray level i at distance j, N their sum and p = n / N,
the formulas are in `counts.FORMULAS`.

The distance comes from the mask of the shape, before re-segmentation; the edge of the image is an
edge of the mask, and a pixel outside the mask of the shape counts as one at its edge. Slices
without a pixel in the mask have no matrix. Every feature is defined for every image, that of one
pixel included.
"""

from typing import Any, Unpack

import numpy as np

from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS, MatrixSettings
from imgpipe.features.texture.counts import counting
from imgpipe.features.texture.family import TextureFamily
from imgpipe.features.texture.volumes import Counted, Volumes
from imgpipe.features.texture.zones import count_distances, zone_matrices

DEFINITIONS = counting(
    ("small_distance_emphasis", "0GBI", "1", "High where zones lie at the edge.", None, "dzm_sde"),
    ("large_distance_emphasis", "MB4I", "pixel^2", "High where zones lie deep inside.", None,
     "dzm_lde"),
    ("low_gray_level_emphasis", "S1RA", "1", "High where zones are of low gray levels.", None,
     "dzm_lgze"),
    ("high_gray_level_emphasis", "K26C", "gray level^2",
     "High where zones are of high gray levels.", None, "dzm_hgze"),
    ("small_distance_low_gray_level_emphasis", "RUVG", "1",
     "High where zones at the edge are dark.", None, "dzm_sdlge"),
    ("small_distance_high_gray_level_emphasis", "DKNJ", "gray level^2",
     "High where zones at the edge are bright.", None, "dzm_sdhge"),
    ("large_distance_low_gray_level_emphasis", "A7WM", "pixel^2",
     "High where zones deep inside are dark.", None, "dzm_ldlge"),
    ("large_distance_high_gray_level_emphasis", "KLTH", "pixel^2 gray level^2",
     "High where zones deep inside are bright.", None, "dzm_ldhge"),
    ("gray_level_non_uniformity", "VFT7", "1", "High where few gray levels make most zones.", None,
     "dzm_glnu"),
    ("normalised_gray_level_non_uniformity", "7HP3", "1",
     "The same, independent of the number of zones.", None, "dzm_glnu_norm"),
    ("zone_distance_non_uniformity", "V294", "1", "High where most zones lie at one distance.",
     None, "dzm_zdnu"),
    ("normalised_zone_distance_non_uniformity", "IATH", "1",
     "The same, independent of the number of zones.", None, "dzm_zdnu_norm"),
    ("zone_percentage", "VIWW", "1", "Zones per pixel: 1 where each pixel is a zone of its own.",
     None, "dzm_z_perc"),
    ("gray_level_variance", "QK93", "gray level^2", "Variance of the gray levels of zones.", None,
     "dzm_gl_var"),
    ("zone_distance_variance", "7WT1", "pixel^2", "Variance of the distances of zones.", None,
     "dzm_zd_var"),
    ("zone_distance_entropy", "GBDU", "bit", "Information per zone: high where zones are varied.",
     None, "dzm_zd_entr"),
)  # fmt: skip


def matrix(
    image: Any,
    mask: Any = None,
    *,
    aggregation: str = "default",
    morphological_mask: Any = None,
    **settings: Unpack[MatrixSettings],
) -> np.ndarray:
    """Count the zones of each gray level and distance from the edge.

    Parameters
    ----------
    image, mask, morphological_mask
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice (``"8QNN"``,
        the default for an image), one of all slices (``"62GR"``), or one in 3-D (``"KOBO"``, the
        default for a volume).
    **settings
        bins, bin_width, low, range, outliers, label, channel_axis: as in `extract`.

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
    matrices = TEXTURE.counted(
        image, mask, aggregation, settings, morphological_mask=morphological_mask
    )
    return zone_matrices(matrices)


def _count(volumes: Volumes, distance: int, by_direction: bool) -> Counted:
    return count_distances(volumes)


TEXTURE = TextureFamily(
    "gldzm",
    "Gray level distance zones",
    "n(i, j) is the number of zones of gray level i at distance j from the edge, N their sum, p = "
    "n / N.",
    DEFINITIONS,
    ZONE_AGGREGATIONS,
    _count,
)
FAMILY = TEXTURE.family
