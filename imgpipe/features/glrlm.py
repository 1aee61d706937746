"""Gray level run length matrix (IBSI family TP0I): how far one gray level reaches in a line.

A run is a row of neighbours of one gray level in one direction. With n(i, j) the number of runs of
gray level i and length j, N their sum and p = n / N, the formulas are in `ROWS`.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import MATRIX_AGGREGATIONS, ExtractionPlan
from imgpipe.features.texture.bordered import add_defined, average_defined, boxed, steps
from imgpipe.features.texture.counts import SHARED, count_features
from imgpipe.features.texture.matrices import matrix_batch

ROWS = (
    ("short_run_emphasis", "22OV", "1", "Fineness: high where runs are short."),
    ("long_run_emphasis", "W4KF", "pixel^2", "Coarseness: high where runs are long."),
    ("low_gray_level_emphasis", "V3SW", "1", "High where runs are of low gray levels."),
    ("high_gray_level_emphasis", "G3QZ", "gray level^2",
     "High where runs are of high gray levels."),
    ("short_run_low_gray_level_emphasis", "HTZT", "1", "High where short runs are dark."),
    ("short_run_high_gray_level_emphasis", "GD3A", "gray level^2",
     "High where short runs are bright."),
    ("long_run_low_gray_level_emphasis", "IVPO", "pixel^2", "High where long runs are dark."),
    ("long_run_high_gray_level_emphasis", "3KUM", "pixel^2 gray level^2",
     "High where long runs are bright."),
    ("gray_level_non_uniformity", "R5YN", "1", "High where few gray levels make most runs."),
    ("normalised_gray_level_non_uniformity", "OVBL", "1",
     "The same, independent of the number of runs."),
    ("run_length_non_uniformity", "W92Y", "1", "High where most runs have one length."),
    ("normalised_run_length_non_uniformity", "IC23", "1",
     "The same, independent of the number of runs."),
    ("run_percentage", "9ZK5", "1", "Runs per pixel: 1 where each pixel is a run of its own."),
    ("gray_level_variance", "8CE5", "gray level^2", "Variance of the gray levels of runs."),
    ("run_length_variance", "SXLW", "pixel^2", "Variance of the lengths of runs."),
    ("run_entropy", "HJ9O", "bit", "Information per run: high where runs are varied."),
)  # fmt: skip
FORMULAS = tuple(formula for _, formula in SHARED[: len(ROWS)])
_FLAT = ("BTW3", "SUJT", "JJUI", "ZW7Z")
_SOLID = ("ITBB", "IAZD")


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
    """Count the runs of each gray level and length.

    Parameters
    ----------
    image, mask, bins, bin_width, low, range, outliers, label, channel_axis
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice and
        direction (``"BTW3"``), one per slice (``"SUJT"``, the default for an image), one per
        direction (``"JJUI"`` within slices, ``"ITBB"`` in 3-D), or one in all (``"ZW7Z"`` within
        slices, ``"IAZD"`` in 3-D, the default for a volume).

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
    batch, code = matrix_batch(
        MATRIX_AGGREGATIONS, image, mask, aggregation, bins=bins, bin_width=bin_width, low=low,
        range=range, outliers=outliers, label=label, channel_axis=channel_axis,
    )  # fmt: skip
    box = boxed(batch.levels[0])
    slices = [(z, z + 1) for z in np.arange(1, box.shape[0] - 1) if box[z].any()]
    if code not in ("BTW3", "SUJT"):
        slices = [(1, box.shape[0] - 1)]
    out: list[np.ndarray] = []
    for first, stop in slices:
        counts = _empty(box, int(batch.n_levels[0]), code in _FLAT)
        _count(box, steps(box.shape, code in _FLAT), first, stop, counts)
        out.extend(counts if code in ("BTW3", "JJUI", "ITBB") else [counts.sum(axis=0)])
    stacked = np.stack(out)[:, 1:, 1:]
    longest = np.flatnonzero(stacked.any(axis=(0, 1)))[-1] + 1
    return np.ascontiguousarray(stacked[:, :, :longest])


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Sixteen features for each aggregation."""
    return [
        Feature(f"glrlm_{name}{suffix}", "glrlm", ibsi, code, unit, text)
        for code, suffix in plan.aggregations(MATRIX_AGGREGATIONS)
        for name, ibsi, unit, text in ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Features of each image of a stack, all aggregations from one count per slice and direction.

    A run ends at a pixel outside the mask. Slices without a pixel in the mask have no matrix.
    Every feature is defined for every image, that of one pixel included.
    """
    codes = [code for code, _ in plan.aggregations(MATRIX_AGGREGATIONS)]
    out = np.empty((len(batch), len(codes), len(ROWS)))
    for scheme, loop in ((_FLAT, _flat), (_SOLID, _solid)):
        if any(code in scheme for code in codes):
            wanted = np.array([code in codes for code in scheme])
            values = np.empty((len(batch), len(scheme), len(SHARED)))
            loop(batch.levels, batch.n_levels, wanted, values)
            for k, code in enumerate(codes):
                if code in scheme:
                    out[:, k] = values[:, scheme.index(code), : len(ROWS)]
    return out.reshape(len(batch), -1)


FAMILY = Family("glrlm", "Gray level run lengths", describe, compute, ibsi=True)


@jit
def _flat(levels: np.ndarray, n_levels: np.ndarray, wanted: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n, 4, f), where `wanted`, with the aggregations in the order of `_FLAT`."""
    for k in range(levels.shape[0]):
        box = boxed(levels[k])
        depth = box.shape[0] - 2
        forward = steps(box.shape, True)
        counts = _empty(box, n_levels[k], True)
        all_slices = _empty(box, n_levels[k], True)
        total = np.zeros((4, out.shape[2]))
        defined = np.zeros((4, out.shape[2]), np.int64)
        n_pixels = 0
        for z in range(1, depth + 1):
            here = _count(box, forward, z, z + 1, counts)
            n_pixels += here
            if wanted[0] or wanted[1]:
                _add(counts, here, wanted[:2], total[:2], defined[:2])
            _move(counts, all_slices)
        if wanted[2] or wanted[3]:
            _add(all_slices, n_pixels, wanted[2:], total[2:], defined[2:])
        for a in range(4):
            average_defined(total[a], defined[a], out[k, a])


@jit
def _solid(levels: np.ndarray, n_levels: np.ndarray, wanted: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n, 2, f), where `wanted`, with the aggregations in the order of `_SOLID`."""
    for k in range(levels.shape[0]):
        box = boxed(levels[k])
        counts = _empty(box, n_levels[k], False)
        n_pixels = _count(box, steps(box.shape, False), 1, box.shape[0] - 1, counts)
        total = np.zeros((2, out.shape[2]))
        defined = np.zeros((2, out.shape[2]), np.int64)
        _add(counts, n_pixels, wanted, total, defined)
        for a in range(2):
            average_defined(total[a], defined[a], out[k, a])


@jit_helper
def _add(
    counts: np.ndarray, n_pixels: int, wanted: np.ndarray, total: np.ndarray, defined: np.ndarray
) -> None:
    """Add the features of each direction to row 0, and those of all merged to row 1."""
    n_directions = counts.shape[0]
    columns = np.arange(counts.shape[2])
    columns[0] = 1  # no run has length 0, and nothing may be divided by it
    one = np.empty(total.shape[1])
    merged = np.zeros(counts.shape[1:], np.int64)
    # one call for directions and merged alike: each place of a call is compiled anew
    for d in range(n_directions + 1):
        last = d == n_directions
        if not last:
            merged += counts[d]
        if wanted[1 if last else 0]:
            matrix = merged if last else counts[d]
            count_features(matrix, columns, n_pixels * (n_directions if last else 1), one)
            add_defined(one, total[1 if last else 0], defined[1 if last else 0])


@jit
def _empty(box: np.ndarray, top: int, flat: bool) -> np.ndarray:
    """Zero counts (direction, gray level, length) for the longest run that fits the box."""
    longest = max(box.shape[1], box.shape[2]) - 2
    if not flat:
        longest = max(longest, box.shape[0] - 2)
    return np.zeros((4 if flat else 13, top + 1, longest + 1), np.int64)


@jit
def _count(box: np.ndarray, forward: np.ndarray, first: int, stop: int, counts: np.ndarray) -> int:
    """Count pixels, and runs per direction, in slices `first` to `stop` of a bordered box."""
    n_pixels = 0
    levels = box.reshape(-1)
    width = box.shape[2]
    for z in range(first, stop):
        for y in range(1, box.shape[1] - 1):
            start = (z * box.shape[1] + y) * width
            for p in range(start + 1, start + width - 1):
                level = levels[p]
                if level == 0:
                    continue
                n_pixels += 1
                for d in range(forward.size):
                    step = forward[d]
                    if levels[p - step] == level:
                        continue
                    q = p + step
                    length = 1
                    while levels[q] == level:
                        length += 1
                        q += step
                    counts[d, level, length] += 1
    return n_pixels


@jit_helper
def _move(counts: np.ndarray, total: np.ndarray) -> None:
    """Add the counts to a total and set them back to zero."""
    source = counts.reshape(-1)
    target = total.reshape(-1)
    for k in range(source.size):
        target[k] += source[k]
        source[k] = 0
