"""Gray level size zone matrix (IBSI family 9SAK): how large patches of one gray level are.

A zone is a set of connected pixels of one gray level, corners included. With n(i, j) the number of
zones of gray level i and j pixels, N their sum and p = n / N, the formulas are in
`counts.FORMULAS`.

Slices without a pixel in the mask have no matrix. Every feature is defined for every image, that of
one pixel included.
"""

from typing import Any, Unpack

import numpy as np

from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS, MatrixSettings
from imgpipe.features.texture.counts import counting
from imgpipe.features.texture.family import TextureFamily
from imgpipe.features.texture.volumes import Counted, Volumes
from imgpipe.features.texture.zones import count_sizes, zone_matrices

DEFINITIONS = counting(
    ("small_zone_emphasis", "5QRC", "1", "Fineness: high where zones are small.",
     "glszm_SmallAreaEmphasis", "szm_sze"),
    ("large_zone_emphasis", "48P8", "pixel^2", "Coarseness: high where zones are large.",
     "glszm_LargeAreaEmphasis", "szm_lze"),
    ("low_gray_level_emphasis", "XMSY", "1", "High where zones are of low gray levels.",
     "glszm_LowGrayLevelZoneEmphasis", "szm_lgze"),
    ("high_gray_level_emphasis", "5GN9", "gray level^2",
     "High where zones are of high gray levels.", "glszm_HighGrayLevelZoneEmphasis", "szm_hgze"),
    ("small_zone_low_gray_level_emphasis", "5RAI", "1", "High where small zones are dark.",
     "glszm_SmallAreaLowGrayLevelEmphasis", "szm_szlge"),
    ("small_zone_high_gray_level_emphasis", "HW1V", "gray level^2",
     "High where small zones are bright.", "glszm_SmallAreaHighGrayLevelEmphasis", "szm_szhge"),
    ("large_zone_low_gray_level_emphasis", "YH51", "pixel^2", "High where large zones are dark.",
     "glszm_LargeAreaLowGrayLevelEmphasis", "szm_lzlge"),
    ("large_zone_high_gray_level_emphasis", "J17V", "pixel^2 gray level^2",
     "High where large zones are bright.", "glszm_LargeAreaHighGrayLevelEmphasis", "szm_lzhge"),
    ("gray_level_non_uniformity", "JNSA", "1", "High where few gray levels make most zones.",
     "glszm_GrayLevelNonUniformity", "szm_glnu"),
    ("normalised_gray_level_non_uniformity", "Y1RO", "1",
     "The same, independent of the number of zones.", "glszm_GrayLevelNonUniformityNormalized",
     "szm_glnu_norm"),
    ("zone_size_non_uniformity", "4JP3", "1", "High where most zones have one size.",
     "glszm_SizeZoneNonUniformity", "szm_zsnu"),
    ("normalised_zone_size_non_uniformity", "VB3A", "1",
     "The same, independent of the number of zones.", "glszm_SizeZoneNonUniformityNormalized",
     "szm_zsnu_norm"),
    ("zone_percentage", "P30P", "1", "Zones per pixel: 1 where each pixel is a zone of its own.",
     "glszm_ZonePercentage", "szm_z_perc"),
    ("gray_level_variance", "BYLV", "gray level^2", "Variance of the gray levels of zones.",
     "glszm_GrayLevelVariance", "szm_gl_var"),
    ("zone_size_variance", "3NSA", "pixel^2", "Variance of the sizes of zones.",
     "glszm_ZoneVariance", "szm_zs_var"),
    ("zone_size_entropy", "GU8N", "bit", "Information per zone: high where zones are varied.",
     "glszm_ZoneEntropy", "szm_zs_entr"),
)  # fmt: skip


def matrix(
    image: Any,
    mask: Any = None,
    *,
    aggregation: str = "default",
    **settings: Unpack[MatrixSettings],
) -> np.ndarray:
    """Count the zones of each gray level and size.

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
    matrices = TEXTURE.counted(image, mask, aggregation, settings)
    return zone_matrices(matrices)


def _count(volumes: Volumes, distance: int, by_direction: bool) -> Counted:
    return count_sizes(volumes)


TEXTURE = TextureFamily(
    "glszm",
    "Gray level size zones",
    "n(i, j) is the number of zones of gray level i and size j, N their sum, p = n / N.",
    DEFINITIONS,
    ZONE_AGGREGATIONS,
    _count,
)
FAMILY = TEXTURE.family
