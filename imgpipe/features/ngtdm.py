"""Neighbourhood gray tone difference matrix (IBSI family IPET): how pixels differ from around.

For each gray level i, n(i) is the number of pixels with a neighbour in the mask, p = n / N with N
their sum, and s(i) the sum of |i - mean of the neighbours in the mask|, corners included. Distance
1, IBSI's default. Sums go over the gray levels that occur, G of
them.

Pixels without a neighbour in the mask do not count, slices without a pixel that counts have no
matrix. Undefined, hence NaN: everything where no pixel counts; contrast of one gray level;
coarseness and strength where no pixel differs from around; busyness where its denominator is zero.
"""

from itertools import starmap
from typing import Any, Unpack

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Definition
from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS, MatrixSettings
from imgpipe.features.texture.family import TextureFamily
from imgpipe.features.texture.volumes import Counted, Matrices, Volumes, dense_columns

DEFINITIONS = tuple(starmap(Definition, (
    ("coarseness", "QCDE", "1/gray level", "High where pixels differ little from around.",
     "ngtdm_Coarseness", "ngt_coarseness", "1 / sum p(i) s(i)"),
    ("contrast", "65HE", "gray level^3", "High where gray levels differ much and change often.",
     "ngtdm_Contrast", "ngt_contrast", "sum p(i) p(j) (i - j)^2 / (G (G - 1)) * sum s(i) / N"),
    ("busyness", "NQ30", "1", "High where pixels change rapidly from neighbour to neighbour.",
     "ngtdm_Busyness", "ngt_busyness", "sum p(i) s(i) / sum |i p(i) - j p(j)|"),
    ("complexity", "HDEZ", "gray level^2", "High where many different patches lie side by side.",
     "ngtdm_Complexity", "ngt_complexity",
     "sum |i - j| (p(i) s(i) + p(j) s(j)) / (p(i) + p(j)) / N"),
    ("strength", "1X9X", "gray level", "High where patches are easy to tell apart.",
     "ngtdm_Strength", "ngt_strength", "sum (p(i) + p(j)) (i - j)^2 / sum s(i)"),
)))  # fmt: skip


def matrix(
    image: Any,
    mask: Any = None,
    *,
    aggregation: str = "default",
    **settings: Unpack[MatrixSettings],
) -> np.ndarray:
    """Sum up, for each gray level, the differences from the mean of the neighbours.

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
    ndarray of float64, shape (m, g, 3)
        Row i - 1 holds n(i), p(i) and s(i): number and share of the pixels of gray level i with a
        neighbour in the mask, and the sum of their absolute differences. Slices outside the mask
        are left out.

    Raises
    ------
    InputError
        For input that `extract` refuses, and for more than one aggregation.

    References
    ----------
    M. Amadasun, R. King, "Textural features corresponding to textural properties", IEEE Trans.
    Syst. Man Cybern. 19 (1989); IBSI reference manual, section 3.10.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import ngtdm
    >>> ngtdm.matrix(np.array([[1, 1, 2]]), bins=None)[0, :, 2]
    array([0.5, 1. ])
    """
    matrices = TEXTURE.counted(image, mask, aggregation, settings)
    counts = matrices.counts[matrices.n_pixels > 0]
    out = np.zeros((len(counts), counts.shape[1] - 1, 3))
    number, sums = np.zeros(counts.shape[1], np.int64), np.zeros(counts.shape[1])
    for part, tones in zip(out, counts, strict=True):
        total = _tones(tones, number, sums)
        part[:, 0], part[:, 1], part[:, 2] = number[1:], number[1:] / max(total, 1), sums[1:]
    return out


def _count(volumes: Volumes, distance: int, by_direction: bool) -> Counted:
    """Numbers of pixels by gray level and number of neighbours, and sums of differences behind."""
    most = 8 if volumes.flat else 26
    counts = np.zeros((len(volumes), 1, volumes.top + 1, 2 * (most + 1)), np.int64)
    scratch = np.empty((2, volumes.bordered.shape[-1]), np.int32)
    _differences(volumes.bordered, volumes.boxes, 0 if volumes.flat else 1, scratch, counts)
    return Counted(counts, *dense_columns(len(volumes), counts.shape[-1]))


@jit
def _formulas(matrices: Matrices, out: np.ndarray) -> None:
    """Fill each row of `out` with the five features, over the gray levels that are present."""
    size = matrices.counts.shape[1]
    number = np.zeros(size, np.int64)
    present = np.zeros(size, np.int64)
    sums = np.zeros(size)
    share = np.zeros(size)
    for m in range(out.shape[0]):
        features = out[m]
        features[:] = np.nan
        total = _tones(matrices.counts[m], number, sums)
        if total == 0:
            continue
        levels = 0
        weighted = 0.0
        differences = 0.0
        for i in range(size):
            if number[i] > 0:
                present[levels] = i
                levels += 1
                share[i] = number[i] / total
                weighted += share[i] * sums[i]
                differences += sums[i]
        spread = 0.0
        change = 0.0
        complexity = 0.0
        strength = 0.0
        for i in present[:levels]:
            for j in present[:levels]:
                square = float((i - j) * (i - j))
                spread += share[i] * share[j] * square
                change += abs(i * share[i] - j * share[j])
                products = share[i] * sums[i] + share[j] * sums[j]
                complexity += abs(i - j) * products / (share[i] + share[j])
                strength += (share[i] + share[j]) * square
        if weighted > 0:
            features[0] = 1 / weighted
            features[4] = strength / differences
        if levels > 1:
            features[1] = spread / (levels * (levels - 1)) * differences / total
        if change > 0:
            features[2] = weighted / change
        features[3] = complexity / total


TEXTURE = TextureFamily(
    "ngtdm",
    "Neighbourhood gray tone difference",
    "p(i) is the share of gray level i, s(i) its sum of absolute differences from the mean of the "
    "neighbours, N the number of pixels with a neighbour, G the number of gray levels that occur; "
    "double sums run over these.",
    DEFINITIONS,
    ZONE_AGGREGATIONS,
    _count,
    _formulas,
)
FAMILY = TEXTURE.family


@jit
def _tones(counts: np.ndarray, number: np.ndarray, sums: np.ndarray) -> np.int64:
    """Fill in n(i) and s(i), and give N.

    They come from integers, so that the order of the pixels does not touch the last bit.
    """
    total = np.int64(0)
    most = counts.shape[1] // 2
    for i in range(counts.shape[0]):
        number[i] = 0
        sums[i] = 0.0
        for m in range(1, most):
            number[i] += counts[i, m]
            sums[i] += counts[i, most + m] / m
        total += number[i]
    return total


@jit
def _differences(
    levels: np.ndarray, boxes: np.ndarray, reach: int, scratch: np.ndarray, counts: np.ndarray
) -> None:
    """Count pixels by gray level i and number m of neighbours, sum up |m i - sum of neighbours|.

    Neighbours lie up to `reach` slices away.
    """
    most = counts.shape[3] // 2
    for k in range(levels.shape[0]):
        x0, x1 = boxes[k, 2, 0], boxes[k, 2, 1]
        around, many = scratch[0, : x1 - x0], scratch[1, : x1 - x0]
        for z in range(boxes[k, 0, 0], boxes[k, 0, 1]):
            for y in range(boxes[k, 1, 0], boxes[k, 1, 1]):
                around[:] = 0
                many[:] = 0
                for dz in range(-reach, reach + 1):
                    for dy in range(-1, 2):
                        row = levels[k, z + dz, y + dy]
                        left, middle, right = row[x0 - 1 : x1 - 1], row[x0:x1], row[x0 + 1 : x1 + 1]
                        for x in range(around.size):
                            around[x] += left[x] + middle[x] + right[x]
                            many[x] += np.int32(left[x] > 0)
                            many[x] += np.int32(middle[x] > 0)
                            many[x] += np.int32(right[x] > 0)
                here = levels[k, z, y, x0:x1]
                for x in range(around.size):
                    level = here[x]
                    if level > 0:
                        m = many[x] - 1
                        counts[k, 0, level, m] += 1
                        counts[k, 0, level, most + m] += abs(level * m - (around[x] - level))
