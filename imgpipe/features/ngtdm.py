"""Neighbourhood gray tone difference matrix (IBSI family IPET): how pixels differ from around.

For each gray level i, n(i) is the number of pixels with a neighbour in the mask, p = n / N with N
their sum, and s(i) the sum of |i - mean of the neighbours in the mask|, corners included. Distance
1, IBSI's default. The formulas are in `FORMULAS`; sums go over the gray levels that occur, G of
them.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS, ExtractionPlan
from imgpipe.features.texture.bordered import add_defined, average_defined, boxed
from imgpipe.features.texture.matrices import matrix_batch

ROWS = (
    ("coarseness", "QCDE", "1/gray level", "High where pixels differ little from around."),
    ("contrast", "65HE", "gray level^3", "High where gray levels differ much and change often."),
    ("busyness", "NQ30", "1", "High where pixels change rapidly from neighbour to neighbour."),
    ("complexity", "HDEZ", "gray level^2", "High where many different patches lie side by side."),
    ("strength", "1X9X", "gray level", "High where patches are easy to tell apart."),
)
FORMULAS = (
    "1 / sum p(i) s(i)",
    "sum p(i) p(j) (i - j)^2 / (G (G - 1)) * sum s(i) / N",
    "sum p(i) s(i) / sum |i p(i) - j p(j)|",
    "sum |i - j| (p(i) s(i) + p(j) s(j)) / (p(i) + p(j)) / N",
    "sum (p(i) + p(j)) (i - j)^2 / sum s(i)",
)
_MOST_NEIGHBOURS = 26


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
    """Sum up, for each gray level, the differences from the mean of the neighbours.

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
    batch, code = matrix_batch(
        ZONE_AGGREGATIONS, image, mask, aggregation, bins=bins, bin_width=bin_width, low=low,
        range=range, outliers=outliers, label=label, channel_axis=channel_axis,
    )  # fmt: skip
    box = boxed(batch.levels[0])
    slices = [(1, box.shape[0] - 1)]
    if code == "8QNN":
        slices = [(z, z + 1) for z in np.arange(1, box.shape[0] - 1) if box[z].any()]
    top = int(batch.n_levels[0])
    out = np.zeros((len(slices), top, 3))
    for part, (first, stop) in zip(out, slices, strict=True):
        counts, sums = _empty(top)
        _count(box, code != "KOBO", first, stop, counts, sums)
        n, s = _tones(counts, sums)
        part[:, 0], part[:, 2] = n[1:], s[1:]
        part[:, 1] = n[1:] / max(n.sum(), 1)
    return out


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Five features for each aggregation."""
    return [
        Feature(f"ngtdm_{name}{suffix}", "ngtdm", ibsi, code, unit, text)
        for code, suffix in plan.aggregations(ZONE_AGGREGATIONS)
        for name, ibsi, unit, text in ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Features of each image of a stack.

    Pixels without a neighbour in the mask do not count, slices without a pixel that counts have no
    matrix. A feature that is averaged over slices is the mean over those for which it is defined.
    Undefined, hence NaN: everything where no pixel counts; contrast of one gray level; coarseness
    and strength where no pixel differs from around; busyness where its denominator is zero.
    """
    codes = [code for code, _ in plan.aggregations(ZONE_AGGREGATIONS)]
    out = np.empty((len(batch), len(codes), len(ROWS)))
    flat = [code for code in codes if code != "KOBO"]
    if flat:
        values = np.empty((len(batch), 2, len(ROWS)))
        _flat(batch.levels, batch.n_levels, values)
        for code in flat:
            out[:, codes.index(code)] = values[:, int(code == "62GR")]
    if "KOBO" in codes:
        _solid(batch.levels, batch.n_levels, out[:, codes.index("KOBO")])
    return out.reshape(len(batch), -1)


FAMILY = Family("ngtdm", "Neighbourhood gray tone difference", describe, compute, ibsi=True)


@jit
def _flat(levels: np.ndarray, n_levels: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n, 2, f) with averages over slices, and of slices merged."""
    one = np.empty(out.shape[2])
    for k in range(levels.shape[0]):
        box = boxed(levels[k])
        counts, sums = _empty(n_levels[k])
        all_counts, all_sums = _empty(n_levels[k])
        total = np.zeros(one.size)
        defined = np.zeros(one.size, np.int64)
        for z in range(1, box.shape[0] - 1):
            counts[:] = 0
            sums[:] = 0
            _count(box, True, z, z + 1, counts, sums)
            n, s = _tones(counts, sums)
            _features(n, s, one)
            add_defined(one, total, defined)
            all_counts += counts
            all_sums += sums
        average_defined(total, defined, out[k, 0])
        n, s = _tones(all_counts, all_sums)
        _features(n, s, out[k, 1])


@jit
def _solid(levels: np.ndarray, n_levels: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n, f) with the features in 3-D."""
    one = np.empty(out.shape[1])
    for k in range(levels.shape[0]):
        box = boxed(levels[k])
        counts, sums = _empty(n_levels[k])
        _count(box, False, 1, box.shape[0] - 1, counts, sums)
        n, s = _tones(counts, sums)
        _features(n, s, one)
        out[k] = one


@jit
def _empty(top: int) -> tuple[np.ndarray, np.ndarray]:
    """Zero counts and sums (gray level, number of neighbours)."""
    shape = (top + 1, _MOST_NEIGHBOURS + 1)
    return np.zeros(shape, np.int64), np.zeros(shape, np.int64)


@jit
def _tones(counts: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """n(i) and s(i), from integers: the order of the pixels does not touch the last bit."""
    n = np.zeros(len(counts), np.int64)
    s = np.zeros(len(counts))
    for i in range(len(counts)):
        for m in range(1, counts.shape[1]):
            n[i] += counts[i, m]
            s[i] += sums[i, m] / m
    return n, s


@jit
def _count(
    box: np.ndarray, flat: bool, first: int, stop: int, counts: np.ndarray, sums: np.ndarray
) -> None:
    """Count pixels by gray level i and number m of neighbours; sum up |m i - sum of neighbours|."""
    width = box.shape[2] - 2
    around = np.empty(width, np.int32)
    many = np.empty(width, np.int32)
    reach = 0 if flat else 1
    for z in range(first, stop):
        for y in range(1, box.shape[1] - 1):
            around[:] = 0
            many[:] = 0
            for dz in range(-reach, reach + 1):
                for dy in range(-1, 2):
                    row = box[z + dz, y + dy]
                    left = row[:width]
                    middle = row[1 : 1 + width]
                    right = row[2 : 2 + width]
                    for x in range(width):
                        around[x] += left[x] + middle[x] + right[x]
                        many[x] += np.int32(left[x] > 0)
                        many[x] += np.int32(middle[x] > 0)
                        many[x] += np.int32(right[x] > 0)
            here = box[z, y, 1 : 1 + width]
            for x in range(width):
                level = here[x]
                if level > 0:
                    m = many[x] - 1
                    counts[level, m] += 1
                    sums[level, m] += abs(level * m - (around[x] - level))


@jit
def _features(n: np.ndarray, s: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` with the five features; the formulas are in `FORMULAS`."""
    total = n.sum()
    present = np.flatnonzero(n)
    out[:] = np.nan
    if total == 0:
        return
    p = n / total
    weighted = 0.0
    differences = 0.0
    for i in present:
        weighted += p[i] * s[i]
        differences += s[i]
    spread = 0.0
    change = 0.0
    complexity = 0.0
    strength = 0.0
    for i in present:
        for j in present:
            square = float(i - j) ** 2
            spread += p[i] * p[j] * square
            change += abs(i * p[i] - j * p[j])
            complexity += abs(i - j) * (p[i] * s[i] + p[j] * s[j]) / (p[i] + p[j])
            strength += (p[i] + p[j]) * square
    levels = present.size
    if weighted > 0:
        out[0] = 1 / weighted
        out[4] = strength / differences
    if levels > 1:
        out[1] = spread / (levels * (levels - 1)) * differences / total
    if change > 0:
        out[2] = weighted / change
    out[3] = complexity / total
