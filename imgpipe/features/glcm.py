"""Gray level co-occurrence matrix (IBSI family LFYI): which gray levels lie side by side.

Only pairs with both pixels in the mask count. A feature that is averaged over matrices is the mean
over those for which it is defined. Undefined, hence NaN: everything where no two pixels lie at the
distance; correlation and the first information correlation where all pairs have one gray level.
"""

from itertools import starmap
from typing import Any, Unpack

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit
from imgpipe.features.family import Definition
from imgpipe.features.inputs.settings import MATRIX_AGGREGATIONS, MatrixSettings
from imgpipe.features.texture.cooccurrence import pair_formulas
from imgpipe.features.texture.family import TextureFamily
from imgpipe.features.texture.volumes import Counted, Volumes, dense_columns, directions

DEFINITIONS = tuple(starmap(Definition, (
    ("joint_maximum", "GYBY", "1", "Share of the most frequent pair of gray levels.",
     "glcm_MaximumProbability", "cm_joint_max", "max p(i, j)"),
    ("joint_average", "60VM", "gray level", "Mean gray level of the pairs.", "glcm_JointAverage",
     "cm_joint_avg", "m = sum i p(i, j)"),
    ("joint_variance", "UR99", "gray level^2", "Variance of the gray levels of the pairs.",
     "glcm_SumSquares", "cm_joint_var", "sum (i - m)^2 p(i, j)"),
    ("joint_entropy", "TU9B", "bit", "Information per pair: high where pairs are varied.",
     "glcm_JointEntropy", "cm_joint_entr", "HXY = -sum p(i, j) log2 p(i, j)"),
    ("difference_average", "TF7R", "gray level", "Mean difference of neighbours.",
     "glcm_DifferenceAverage", "cm_diff_avg", "md = sum k d(k)"),
    ("difference_variance", "D3YU", "gray level^2", "Variance of the difference of neighbours.",
     "glcm_DifferenceVariance", "cm_diff_var", "sum (k - md)^2 d(k)"),
    ("difference_entropy", "NTRS", "bit", "Information in the difference of neighbours.",
     "glcm_DifferenceEntropy", "cm_diff_entr", "-sum d(k) log2 d(k)"),
    ("sum_average", "ZGXS", "gray level", "Mean sum of neighbours.", "glcm_SumAverage",
     "cm_sum_avg", "ms = sum k s(k)"),
    ("sum_variance", "OEEB", "gray level^2", "Variance of the sum of neighbours.", None,
     "cm_sum_var", "sum (k - ms)^2 s(k)"),
    ("sum_entropy", "P6QZ", "bit", "Information in the sum of neighbours.", "glcm_SumEntropy",
     "cm_sum_entr", "-sum s(k) log2 s(k)"),
    ("angular_second_moment", "8ZQL", "1", "Order: high where few pairs dominate.",
     "glcm_JointEnergy", "cm_energy", "sum p(i, j)^2"),
    ("contrast", "ACUI", "gray level^2", "Mean squared difference of neighbours.", "glcm_Contrast",
     "cm_contrast", "sum (i - j)^2 p(i, j)"),
    ("dissimilarity", "8S9J", "gray level", "Mean absolute difference of neighbours.", None,
     "cm_dissimilarity", "sum |i - j| p(i, j)"),
    ("inverse_difference", "IB1Z", "1", "Homogeneity: 1 where neighbours are equal.", "glcm_Id",
     "cm_inv_diff", "sum p(i, j) / (1 + |i - j|)"),
    ("normalised_inverse_difference", "NDRX", "1",
     "Homogeneity relative to the number of gray levels.", "glcm_Idn", "cm_inv_diff_norm",
     "sum p(i, j) / (1 + |i - j| / G)"),
    ("inverse_difference_moment", "WF0Z", "1", "Homogeneity that falls faster with difference.",
     "glcm_Idm", "cm_inv_diff_mom", "sum p(i, j) / (1 + (i - j)^2)"),
    ("normalised_inverse_difference_moment", "1QCO", "1",
     "Faster falling homogeneity relative to the number of gray levels.", "glcm_Idmn",
     "cm_inv_diff_mom_norm", "sum p(i, j) / (1 + (i - j)^2 / G^2)"),
    ("inverse_variance", "E8JP", "1", "Share of unequal neighbours, weighted by 1/difference^2.",
     "glcm_InverseVariance", "cm_inv_var", "sum over i != j of p(i, j) / (i - j)^2"),
    ("correlation", "NI2N", "1", "Linear dependence of neighbours, -1 to 1.", "glcm_Correlation",
     "cm_corr", "(sum i j p(i, j) - m^2) / variance of p(i)"),
    ("autocorrelation", "QWB0", "gray level^2", "Mean product of neighbours.",
     "glcm_Autocorrelation", "cm_auto_corr", "sum i j p(i, j)"),
    ("cluster_tendency", "DG8W", "gray level^2", "Spread of the sum of neighbours.",
     "glcm_ClusterTendency", "cm_clust_tend", "sum (i + j - 2 m)^2 p(i, j)"),
    ("cluster_shade", "7NFM", "gray level^3", "Asymmetry of the sum of neighbours.",
     "glcm_ClusterShade", "cm_clust_shade", "sum (i + j - 2 m)^3 p(i, j)"),
    ("cluster_prominence", "AE86", "gray level^4", "Weight of the tails of the sum.",
     "glcm_ClusterProminence", "cm_clust_prom", "sum (i + j - 2 m)^4 p(i, j)"),
    ("information_correlation_1", "R8DG", "1", "Dependence of neighbours, 0 for none to -1.",
     "glcm_Imc1", "cm_info_corr1", "(HXY - HXY1) / HX, HXY1 = -sum p(i, j) log2 (p(i) p(j))"),
    ("information_correlation_2", "JN9H", "1", "Dependence of neighbours, 0 for none to 1.",
     "glcm_Imc2", "cm_info_corr2",
     "sqrt(1 - exp(-2 (HXY2 - HXY))), HXY2 = -sum p(i) p(j) log2 (p(i) p(j))"),
)))  # fmt: skip
_MAX_ENTRIES = 2**28  # 2 GiB of counts


def matrix(
    image: Any,
    mask: Any = None,
    *,
    aggregation: str = "default",
    distance: int = 1,
    **settings: Unpack[MatrixSettings],
) -> np.ndarray:
    """Count how often two gray levels lie at a distance from each other.

    Parameters
    ----------
    image, mask
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice and
        direction (``"BTW3"``), one per slice (``"SUJT"``, the default for an image), one per
        direction (``"JJUI"`` within slices, ``"ITBB"`` in 3-D), or one in all (``"ZW7Z"`` within
        slices, ``"IAZD"`` in 3-D, the default for a volume).
    distance : int, default 1
        Chebyshev distance in pixels.
    **settings
        bins, bin_width, low, range, outliers, label, channel_axis: as in `extract`.

    Returns
    -------
    ndarray of int64, shape (m, g, g)
        Symmetric counts: ``[k, i - 1, j - 1]`` is the number of ordered pairs of gray levels i
        and j. Slices vary slowest, directions fastest.

    Raises
    ------
    InputError
        For input that `extract` refuses, and for more than one aggregation or distance.

    References
    ----------
    R. M. Haralick, K. Shanmugam, I. Dinstein, "Textural features for image classification", IEEE
    Trans. Syst. Man Cybern. 3 (1973); IBSI reference manual, section 3.6.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import glcm
    >>> glcm.matrix(np.array([[1, 1, 2]]), bins=None)
    array([[[2, 1],
            [1, 0]]])
    """
    matrices = TEXTURE.counted(image, mask, aggregation, settings, distance=distance)
    one_way = matrices.counts[:, 1:, 1:]
    return one_way + one_way.transpose(0, 2, 1).astype(np.int64)


def _count(volumes: Volumes, distance: int, by_direction: bool) -> Counted:
    offsets = distance * directions(volumes.flat)
    n_matrices = len(offsets) if by_direction else 1
    top = volumes.top
    number = len(volumes) * n_matrices
    if number * top**2 > _MAX_ENTRIES:
        raise InputError(
            f"{number} matrices of {top} gray levels are more than memory holds; use fewer bins or "
            "a merged aggregation"
        )
    counts = np.zeros((len(volumes), n_matrices, top + 1, top + 1), np.int32)
    _pairs(volumes.levels, offsets, counts)
    return Counted(counts, *dense_columns(len(volumes), top + 1))


TEXTURE = TextureFamily(
    "glcm",
    "Gray level co-occurrence",
    "p(i, j) is the symmetric matrix divided by its sum, p(i) its margin, d(k) and s(k) the "
    "distributions of k = |i - j| and k = i + j, HX the entropy of p(i), G the number of gray "
    "levels.",
    DEFINITIONS,
    MATRIX_AGGREGATIONS,
    _count,
    pair_formulas,
    distances=True,
    default=True,
)
FAMILY = TEXTURE.family


@jit
def _pairs(levels: np.ndarray, offsets: np.ndarray, counts: np.ndarray) -> None:
    """Count pairs one way; row and column 0 of a matrix collect those outside the mask."""
    n, depth, height, width = levels.shape
    for k in range(n):
        for d in range(offsets.shape[0]):
            matrix = counts[k, d if counts.shape[1] > 1 else 0].reshape(-1)
            stride = counts.shape[3]
            dz, dy, dx = offsets[d, 0], offsets[d, 1], offsets[d, 2]
            x_from, x_to = max(0, -dx), min(width, width - dx)
            if x_to <= x_from:
                continue
            for z in range(depth - dz):
                for y in range(max(0, -dy), min(height, height - dy)):
                    here = levels[k, z, y, x_from:x_to]
                    there = levels[k, z + dz, y + dy, x_from + dx : x_to + dx]
                    for x in range(here.size):
                        matrix[here[x] * stride + there[x]] += 1
