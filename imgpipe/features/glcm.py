"""Gray level co-occurrence matrix (IBSI family LFYI): which gray levels lie side by side.

The matrix is public as `matrix`; the features are in `_glcm_features`.
"""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.prepare import prepare_one
from imgpipe.features.inputs.settings import MATRIX_AGGREGATIONS, ExtractionPlan, distance_suffix
from imgpipe.features.texture.cooccurrence import N_FEATURES, ROWS, features

# code -> (within slices only, a matrix per slice, a matrix per direction)
_SCHEMES = {
    "BTW3": (True, True, True),
    "SUJT": (True, True, False),
    "JJUI": (True, False, True),
    "ZW7Z": (True, False, False),
    "ITBB": (False, False, True),
    "IAZD": (False, False, False),
}
_MAX_ENTRIES = 2**28  # 2 GiB of counts


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
    distance: int = 1,
    label: int | None = None,
    channel_axis: int | None = None,
) -> np.ndarray:
    """Count how often two gray levels lie at a distance from each other.

    Parameters
    ----------
    image, mask, bins, bin_width, low, range, outliers, label, channel_axis
        As in `imgpipe.features.extract`.
    aggregation : str, default "default"
        IBSI code of one aggregation. It says which matrices there are: one per slice and
        direction (``"BTW3"``), one per slice (``"SUJT"``, the default for an image), one per
        direction (``"JJUI"`` within slices, ``"ITBB"`` in 3-D), or one in all (``"ZW7Z"`` within
        slices, ``"IAZD"`` in 3-D, the default for a volume).
    distance : int, default 1
        Chebyshev distance in pixels.

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
    if not isinstance(aggregation, str) or aggregation == "all":
        raise InputError(f"matrix takes one aggregation, not {aggregation!r}")
    batch, plan = prepare_one(
        image, mask, families="glcm", aggregation=aggregation, bins=bins, bin_width=bin_width,
        low=low, range=range, outliers=outliers, distance=distance, spacing=None, label=label,
        channel_axis=channel_axis,
    )  # fmt: skip
    if len(plan.settings.distances) > 1:
        raise InputError(f"matrix takes one distance, not {distance!r}")
    [(code, _)] = plan.aggregations(MATRIX_AGGREGATIONS)
    flat, by_slice, by_direction = _SCHEMES[code]
    levels, top = batch.levels[0], int(batch.n_levels[0])
    offsets = directions(plan.settings.distances[0], flat)
    z_groups, d_groups = _groups(levels.shape[0], len(offsets), by_slice, by_direction)
    if z_groups * d_groups * top**2 > _MAX_ENTRIES:
        raise InputError(
            f"{z_groups * d_groups} matrices of {top} gray levels are more than memory holds; "
            "use fewer bins or a merged aggregation"
        )
    out = np.empty((z_groups, d_groups, top, top), np.int64)
    counts = np.empty((top + 1) ** 2, np.int32)
    for z in np.arange(z_groups):
        for d in np.arange(d_groups):
            _count_group(levels, offsets, by_slice, by_direction, z, d, top + 1, counts)
            one_way = counts.reshape(top + 1, top + 1)[1:, 1:]
            out[z, d] = one_way + one_way.T.astype(np.int64)
    return out.reshape(-1, top, top)


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Twenty-five features for each distance and aggregation."""
    return [
        Feature(f"glcm_{name}{distance_suffix(distance)}{suffix}", "glcm", ibsi, code, unit, text)
        for distance in plan.settings.distances
        for code, suffix in plan.aggregations(MATRIX_AGGREGATIONS)
        for name, ibsi, unit, text in ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Features of each image of a stack.

    Only pairs with both pixels in the mask count. A feature that is averaged over matrices is the
    mean over those for which it is defined. Undefined, hence NaN: everything where no two pixels
    lie at the distance; correlation and the first information correlation where all pairs have
    one gray level.
    """
    blocks = []
    for distance in plan.settings.distances:
        for code, _ in plan.aggregations(MATRIX_AGGREGATIONS):
            flat, by_slice, by_direction = _SCHEMES[code]
            out = np.empty((len(batch), N_FEATURES))
            _stack(batch.levels, batch.n_levels, directions(distance, flat), by_slice,
                   by_direction, out)  # fmt: skip
            blocks.append(out)
    return np.concatenate(blocks, axis=1)


FAMILY = Family("glcm", "Gray level co-occurrence", describe, compute, ibsi=True, default=True)


def directions(distance: int, flat: bool) -> np.ndarray:
    """One of each pair of opposite neighbours (z, y, x): 4 within a slice, 13 in a volume."""
    steps = [
        (z, y, x) for z in (0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1) if (z, y, x) > (0,) * 3
    ]
    return distance * np.array([s for s in steps if not (flat and s[0])], np.int64)


@jit
def _groups(depth: int, n_offsets: int, by_slice: bool, by_direction: bool) -> tuple[int, int]:
    """Count the matrices along slices and along directions."""
    return (depth if by_slice else 1), (n_offsets if by_direction else 1)


@jit
def _stack(
    levels: np.ndarray,
    n_levels: np.ndarray,
    offsets: np.ndarray,
    by_slice: bool,
    by_direction: bool,
    out: np.ndarray,
) -> None:
    """Features of every image, averaged over its matrices."""
    counts = np.empty((n_levels.max() + 1) ** 2, np.int32)
    one = np.empty(out.shape[1])
    defined = np.empty(out.shape[1], np.int64)
    z_groups, d_groups = _groups(levels.shape[1], len(offsets), by_slice, by_direction)
    for k in range(levels.shape[0]):
        stride = n_levels[k] + 1
        out[k] = 0.0
        defined[:] = 0
        for z in range(z_groups):
            for d in range(d_groups):
                _count_group(levels[k], offsets, by_slice, by_direction, z, d, stride, counts)
                features(counts, stride, one)
                for f in range(one.size):
                    if not np.isnan(one[f]):
                        out[k, f] += one[f]
                        defined[f] += 1
        for f in range(one.size):
            out[k, f] = out[k, f] / defined[f] if defined[f] else np.nan


@jit
def _count_group(
    levels: np.ndarray,
    offsets: np.ndarray,
    by_slice: bool,
    by_direction: bool,
    z_group: int,
    d_group: int,
    stride: int,
    counts: np.ndarray,
) -> None:
    """Count, one way, the pairs that belong to one matrix."""
    counts[: stride * stride] = 0
    z_from, z_to = (z_group, z_group + 1) if by_slice else (0, levels.shape[0])
    d_from, d_to = (d_group, d_group + 1) if by_direction else (0, len(offsets))
    for d in range(d_from, d_to):
        for z in range(z_from, z_to):
            _count(levels, z, offsets[d, 0], offsets[d, 1], offsets[d, 2], stride, counts)


@jit
def _count(
    levels: np.ndarray, z: int, dz: int, dy: int, dx: int, stride: int, counts: np.ndarray
) -> None:
    """Count the pairs that start in slice `z`; row and column 0 collect those outside the mask."""
    depth, height, width = levels.shape
    y_from, y_to = max(0, -dy), min(height, height - dy)
    x_from, x_to = max(0, -dx), min(width, width - dx)
    if z + dz >= depth or y_to <= y_from or x_to <= x_from:
        return
    for y in range(y_from, y_to):
        here = levels[z, y, x_from:x_to]
        there = levels[z + dz, y + dy, x_from + dx : x_to + dx]
        for j in range(here.size):
            counts[here[j] * stride + there[j]] += 1
