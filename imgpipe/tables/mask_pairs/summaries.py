"""What rows say together: mean, median and worst, and how values spread."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from imgpipe.tables.mask_pairs.rows import MaskRow

HIGH = frozenset({
    "dice", "jaccard", "precision", "recall", "f1", "average_precision", "segmentation_quality",
    "panoptic_quality",
})  # fmt: skip
"""Measures of which more is better."""
_LOW = ("hausdorff", "hausdorff_95", "surface_distance")
_NEAR_ZERO = ("volume_difference", "relative_volume_difference")
JUDGED = (*HIGH, *_LOW, *_NEAR_ZERO)
_BINS = 24
_QUANTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class MaskSummary:
    """One measure over all pairs.

    Parameters
    ----------
    label, iou
        Of the rows.
    measure : str
    count : int
        Rows whose value is finite.
    undefined : int
        Other rows: distances to an empty mask, which are infinite, and shares of nothing.
    mean, median : float
        Of the finite values, and of all but NaN.
    worst : float
    worst_id : str
    """

    label: int | None
    iou: float | None
    measure: str
    count: int
    undefined: int
    mean: float
    median: float
    worst: float
    worst_id: str


@dataclass(frozen=True)
class Spread:
    """How a measure spreads over rows.

    Parameters
    ----------
    label, iou
        Of the rows.
    n : int
        Rows whose value is finite.
    shares : tuple of float
        Of them in each of the bins from `low` to `high`.
    quantiles : tuple of float
        5, 25, 50, 75 and 95 %.
    low, high : float
    """

    label: int | None
    iou: float | None
    n: int
    shares: tuple[float, ...]
    quantiles: tuple[float, ...]
    low: float
    high: float


def parts_of(rows: Iterable[MaskRow]) -> list[list[MaskRow]]:
    """Rows with values, those of one label or threshold together."""
    parts: dict[tuple[int | None, float | None], list[MaskRow]] = {}
    for row in rows:
        if row.values:
            parts.setdefault((row.label, row.iou), []).append(row)
    return [parts[key] for key in sorted(parts, key=lambda key: (key[0] or 0, key[1] or 0.0))]


def summary_of(measure: str, rows: Sequence[MaskRow]) -> MaskSummary:
    """Put the values of rows of one label or threshold together."""
    known = [
        (row.values[measure], row.id) for row in rows if row.values[measure] == row.values[measure]
    ]
    finite = [value for value, _ in known if math.isfinite(value)]
    by_goodness = sorted(known, key=lambda pair: goodness(measure, pair[0]))
    worst, worst_id = by_goodness[0] if known else (math.nan, "")
    return MaskSummary(
        rows[0].label,
        rows[0].iou,
        measure,
        len(finite),
        len(rows) - len(finite),
        fmean(finite) if finite else math.nan,
        median(value for value, _ in known) if known else math.nan,
        worst,
        worst_id,
    )


def spreads_of(measure: str, parts: Sequence[Sequence[MaskRow]]) -> list[Spread]:
    """Bin finite values; shares are binned from 0 to 1, lengths from 0 to the largest."""
    values = [[row.values[measure] for row in rows] for rows in parts]
    finite = [np.array([v for v in each if math.isfinite(v)]) for each in values]
    top = 1.0 if measure in HIGH else max([1e-9, *(float(each.max(initial=0)) for each in finite)])
    found = []
    for rows, each in zip(parts, finite, strict=True):
        counts = np.histogram(each, _BINS, (0.0, top))[0]
        shares = counts / max(len(each), 1)
        quantiles = np.percentile(each, _QUANTILES) if len(each) else ()
        found.append(
            Spread(rows[0].label, rows[0].iou, len(each), tuple(map(float, shares)),
                   tuple(map(float, quantiles)), 0.0, top)
        )  # fmt: skip
    return found


def goodness(measure: str, value: float) -> float:
    """A number that is the higher, the better a measure is."""
    if measure in HIGH:
        return value
    return -value if measure in _LOW else -abs(value)
