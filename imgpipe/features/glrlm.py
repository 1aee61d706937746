"""Gray level run length matrix (IBSI family TP0I): how far one gray level reaches in a line.

A run is a row of neighbours of one gray level in one direction. With n(i, j) the number of runs of
gray level i and length j, N their sum and p = n / N, the formulas are in
`counts.FORMULAS`.

A run ends at a pixel outside the mask. Slices without a pixel in the mask have no matrix. Every
feature is defined for every image, that of one pixel included.
"""

from typing import Any, Unpack

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.inputs.settings import MATRIX_AGGREGATIONS, MatrixSettings
from imgpipe.features.texture.counts import counting
from imgpipe.features.texture.family import TextureFamily
from imgpipe.features.texture.volumes import Counted, Volumes, dense_columns

DEFINITIONS = counting(
    ("short_run_emphasis", "22OV", "1", "Fineness: high where runs are short.",
     "glrlm_ShortRunEmphasis", "rlm_sre"),
    ("long_run_emphasis", "W4KF", "pixel^2", "Coarseness: high where runs are long.",
     "glrlm_LongRunEmphasis", "rlm_lre"),
    ("low_gray_level_emphasis", "V3SW", "1", "High where runs are of low gray levels.",
     "glrlm_LowGrayLevelRunEmphasis", "rlm_lgre"),
    ("high_gray_level_emphasis", "G3QZ", "gray level^2", "High where runs are of high gray levels.",
     "glrlm_HighGrayLevelRunEmphasis", "rlm_hgre"),
    ("short_run_low_gray_level_emphasis", "HTZT", "1", "High where short runs are dark.",
     "glrlm_ShortRunLowGrayLevelEmphasis", "rlm_srlge"),
    ("short_run_high_gray_level_emphasis", "GD3A", "gray level^2",
     "High where short runs are bright.", "glrlm_ShortRunHighGrayLevelEmphasis", "rlm_srhge"),
    ("long_run_low_gray_level_emphasis", "IVPO", "pixel^2", "High where long runs are dark.",
     "glrlm_LongRunLowGrayLevelEmphasis", "rlm_lrlge"),
    ("long_run_high_gray_level_emphasis", "3KUM", "pixel^2 gray level^2",
     "High where long runs are bright.", "glrlm_LongRunHighGrayLevelEmphasis", "rlm_lrhge"),
    ("gray_level_non_uniformity", "R5YN", "1", "High where few gray levels make most runs.",
     "glrlm_GrayLevelNonUniformity", "rlm_glnu"),
    ("normalised_gray_level_non_uniformity", "OVBL", "1",
     "The same, independent of the number of runs.", "glrlm_GrayLevelNonUniformityNormalized",
     "rlm_glnu_norm"),
    ("run_length_non_uniformity", "W92Y", "1", "High where most runs have one length.",
     "glrlm_RunLengthNonUniformity", "rlm_rlnu"),
    ("normalised_run_length_non_uniformity", "IC23", "1",
     "The same, independent of the number of runs.", "glrlm_RunLengthNonUniformityNormalized",
     "rlm_rlnu_norm"),
    ("run_percentage", "9ZK5", "1", "Runs per pixel: 1 where each pixel is a run of its own.",
     "glrlm_RunPercentage", "rlm_r_perc"),
    ("gray_level_variance", "8CE5", "gray level^2", "Variance of the gray levels of runs.",
     "glrlm_GrayLevelVariance", "rlm_gl_var"),
    ("run_length_variance", "SXLW", "pixel^2", "Variance of the lengths of runs.",
     "glrlm_RunVariance", "rlm_rl_var"),
    ("run_entropy", "HJ9O", "bit", "Information per run: high where runs are varied.",
     "glrlm_RunEntropy", "rlm_rl_entr"),
)  # fmt: skip


def matrix(
    image: Any,
    mask: Any = None,
    *,
    aggregation: str = "default",
    **settings: Unpack[MatrixSettings],
) -> np.ndarray:
    """Count the runs of each gray level and length.

    Parameters
    ----------
    image, mask
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice and
        direction (``"BTW3"``), one per slice (``"SUJT"``, the default for an image), one per
        direction (``"JJUI"`` within slices, ``"ITBB"`` in 3-D), or one in all (``"ZW7Z"`` within
        slices, ``"IAZD"`` in 3-D, the default for a volume).
    **settings
        bins, bin_width, low, range, outliers, label, channel_axis: as in `extract`.

    Returns
    -------
    ndarray of int64, shape (m, g, r)
        ``[k, i - 1, j - 1]`` is the number of runs of gray level i that are j pixels long, up to
        the longest. Slices vary slowest, directions fastest; slices outside the mask are left out.

    Raises
    ------
    InputError
        For input that `extract` refuses, and for more than one aggregation.

    References
    ----------
    M. M. Galloway, "Texture analysis using gray level run lengths", Comput. Graph. Image Process.
    4 (1975); IBSI reference manual, section 3.7.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import glrlm
    >>> glrlm.matrix(np.array([[1, 1, 2]]), bins=None, aggregation="BTW3")[0]
    array([[0, 1],
           [1, 0]])
    """
    matrices = TEXTURE.counted(image, mask, aggregation, settings)
    counts = matrices.counts[matrices.n_pixels > 0, 1:, 1:]
    longest = np.flatnonzero(counts.any(axis=(0, 1)))[-1] + 1
    return counts[:, :, :longest].astype(np.int64)


def _count(volumes: Volumes, distance: int, by_direction: bool) -> Counted:
    steps = volumes.steps()
    sides = volumes.boxes[:, 1 if volumes.flat else 0 :]
    longest = (sides[..., 1] - sides[..., 0]).max(axis=1)
    n_matrices = len(steps) if by_direction else 1
    shape = (len(volumes), n_matrices, volumes.top + 1, int(longest.max()) + 1)
    counts = np.zeros(shape, np.int32)
    _runs(volumes.bordered, volumes.boxes, steps, counts)
    lengths, _ = dense_columns(len(volumes), shape[-1])
    return Counted(counts, lengths, longest + 1, 1 if by_direction else len(steps))


TEXTURE = TextureFamily(
    "glrlm",
    "Gray level run lengths",
    "n(i, j) is the number of runs of gray level i and length j, N their sum, p = n / N.",
    DEFINITIONS,
    MATRIX_AGGREGATIONS,
    _count,
)
FAMILY = TEXTURE.family


@jit
def _runs(levels: np.ndarray, boxes: np.ndarray, steps: np.ndarray, counts: np.ndarray) -> None:
    """Count runs by direction, gray level and length, each at its first pixel."""
    n, _, height, width = levels.shape
    n_matrices = counts.shape[1]
    for k in range(n):
        pixels = levels[k].reshape(-1)
        for z in range(boxes[k, 0, 0], boxes[k, 0, 1]):
            for y in range(boxes[k, 1, 0], boxes[k, 1, 1]):
                start = (z * height + y) * width
                for p in range(start + boxes[k, 2, 0], start + boxes[k, 2, 1]):
                    level = pixels[p]
                    if level == 0:
                        continue
                    for d in range(steps.size):
                        step = steps[d]
                        if pixels[p - step] == level:
                            continue
                        q = p + step
                        length = 1
                        while pixels[q] == level:
                            length += 1
                            q += step
                        counts[k, d if n_matrices > 1 else 0, level, length] += 1
