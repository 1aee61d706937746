"""Neighbouring gray level dependence matrix (IBSI family REK0): how many neighbours are alike.

A pixel's dependence j is 1 plus the number of its neighbours, corners included, of its own gray
level. With n(i, j) the number of pixels of gray level i and dependence j, N their sum and
p = n / N, the formulas are in `FORMULAS`. Coarseness 0 and distance 1, IBSI's defaults.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS, ExtractionPlan
from imgpipe.features.texture.bordered import add_defined, average_defined, boxed
from imgpipe.features.texture.counts import SHARED, count_features
from imgpipe.features.texture.matrices import matrix_batch

ROWS = (
    ("low_dependence_emphasis", "SODN", "1", "High where few neighbours are alike."),
    ("high_dependence_emphasis", "IMOQ", "1", "High where many neighbours are alike."),
    ("low_gray_level_emphasis", "TL9H", "1", "High where gray levels are low."),
    ("high_gray_level_emphasis", "OAE7", "gray level^2", "High where gray levels are high."),
    ("low_dependence_low_gray_level_emphasis", "EQ3F", "1",
     "High where dark pixels have few neighbours alike."),
    ("low_dependence_high_gray_level_emphasis", "JA6D", "gray level^2",
     "High where bright pixels have few neighbours alike."),
    ("high_dependence_low_gray_level_emphasis", "NBZI", "1",
     "High where dark pixels have many neighbours alike."),
    ("high_dependence_high_gray_level_emphasis", "9QMG", "gray level^2",
     "High where bright pixels have many neighbours alike."),
    ("gray_level_non_uniformity", "FP8K", "1", "High where few gray levels make most pixels."),
    ("normalised_gray_level_non_uniformity", "5SPA", "1",
     "The same, independent of the number of pixels."),
    ("dependence_count_non_uniformity", "Z87G", "1", "High where most pixels have one dependence."),
    ("normalised_dependence_count_non_uniformity", "OKJI", "1",
     "The same, independent of the number of pixels."),
    ("dependence_count_percentage", "6XV8", "1",
     "Neighbourhoods per pixel: always 1, for every pixel has one."),
    ("gray_level_variance", "1PFV", "gray level^2", "Variance of the gray levels."),
    ("dependence_count_variance", "DNX2", "1", "Variance of the dependences."),
    ("dependence_count_entropy", "FCBV", "bit",
     "Information per pixel: high where neighbourhoods are varied."),
    ("dependence_count_energy", "CAS9", "1", "Order: high where few neighbourhoods dominate."),
)  # fmt: skip
FORMULAS = tuple(formula for _, formula in SHARED)


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
    """Count the pixels of each gray level and dependence.

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
    batch, code = matrix_batch(
        ZONE_AGGREGATIONS, image, mask, aggregation, bins=bins, bin_width=bin_width, low=low,
        range=range, outliers=outliers, label=label, channel_axis=channel_axis,
    )  # fmt: skip
    box = boxed(batch.levels[0])
    slices = [(1, box.shape[0] - 1)]
    if code == "8QNN":
        slices = [(z, z + 1) for z in np.arange(1, box.shape[0] - 1) if box[z].any()]
    top = int(batch.n_levels[0])
    out = np.zeros((len(slices), top + 1, 28 if code == "KOBO" else 10), np.int64)
    for counts, (first, stop) in zip(out, slices, strict=True):
        _count(box, code != "KOBO", first, stop, counts)
    return np.ascontiguousarray(out[:, 1:, 1:])


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Seventeen features for each aggregation."""
    return [
        Feature(f"ngldm_{name}{suffix}", "ngldm", ibsi, code, unit, text)
        for code, suffix in plan.aggregations(ZONE_AGGREGATIONS)
        for name, ibsi, unit, text in ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Features of each image of a stack.

    Neighbours outside the mask are alike to none. Slices without a pixel in the mask have no
    matrix. Every feature is defined for every image, that of one pixel included.
    """
    codes = [code for code, _ in plan.aggregations(ZONE_AGGREGATIONS)]
    out = np.empty((len(batch), len(codes), len(ROWS)))
    flat = [code for code in codes if code != "KOBO"]
    if flat:
        values = np.empty((len(batch), 2, len(ROWS)))
        wanted = np.array(["8QNN" in flat, "62GR" in flat])
        _flat(batch.levels, batch.n_levels, wanted, values)
        for code in flat:
            out[:, codes.index(code)] = values[:, int(code == "62GR")]
    if "KOBO" in codes:
        _solid(batch.levels, batch.n_levels, out[:, codes.index("KOBO")])
    return out.reshape(len(batch), -1)


FAMILY = Family("ngldm", "Neighbouring gray level dependence", describe, compute, ibsi=True)


@jit
def _flat(levels: np.ndarray, n_levels: np.ndarray, wanted: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n, 2, f) with averages over slices, and of slices merged, where `wanted`."""
    one = np.empty(out.shape[2])
    columns = np.arange(10)
    columns[0] = 1  # no dependence is 0, and nothing may be divided by it
    for k in range(levels.shape[0]):
        box = boxed(levels[k])
        counts = np.zeros((n_levels[k] + 1, 10), np.int64)
        all_slices = np.zeros_like(counts)
        total = np.zeros(one.size)
        defined = np.zeros(one.size, np.int64)
        n_pixels = 0
        for z in range(1, box.shape[0] - 1):
            here = int(np.count_nonzero(box[z]))
            n_pixels += here
            counts[:] = 0
            _count(box, True, z, z + 1, counts)
            if wanted[0]:
                count_features(counts, columns, here, one)
                add_defined(one, total, defined)
            all_slices += counts
        if wanted[0]:
            average_defined(total, defined, out[k, 0])
        if wanted[1]:
            count_features(all_slices, columns, n_pixels, out[k, 1])


@jit
def _solid(levels: np.ndarray, n_levels: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n, f) with the features in 3-D."""
    columns = np.arange(28)
    columns[0] = 1
    one = np.empty(out.shape[1])
    for k in range(levels.shape[0]):
        box = boxed(levels[k])
        counts = np.zeros((n_levels[k] + 1, 28), np.int64)
        _count(box, False, 1, box.shape[0] - 1, counts)
        count_features(counts, columns, np.count_nonzero(box), one)
        out[k] = one


@jit
def _count(box: np.ndarray, flat: bool, first: int, stop: int, counts: np.ndarray) -> None:
    """Count pixels by gray level and dependence in slices `first` to `stop` of a bordered box."""
    width = box.shape[2] - 2
    same = np.empty(width, np.int32)
    reach = 0 if flat else 1
    for z in range(first, stop):
        for y in range(1, box.shape[1] - 1):
            here = box[z, y, 1 : 1 + width]
            same[:] = 0
            for dz in range(-reach, reach + 1):
                for dy in range(-1, 2):
                    row = box[z + dz, y + dy]
                    left = row[:width]
                    middle = row[1 : 1 + width]
                    right = row[2 : 2 + width]
                    for x in range(width):
                        level = here[x]
                        same[x] += np.int32(left[x] == level)
                        same[x] += np.int32(middle[x] == level)
                        same[x] += np.int32(right[x] == level)
            # each pixel is alike to itself, so that `same` is the dependence already
            for x in range(width):
                if here[x] > 0:
                    counts[here[x], same[x]] += 1
