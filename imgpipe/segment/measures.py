"""All measures of a mask at once, a row for each label."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.segment.overlap import dice_of, jaccard_of, relative_difference
from imgpipe.segment.pairs.masks import (
    WHITE,
    Pair,
    check_alike,
    distinct,
    known_spacing,
    labels_of,
    whole_label,
)
from imgpipe.segment.pairs.surfaces import box_of, distances, in_box
from imgpipe.segment.surface import at, mean, of_empty

_NAMES = ("mask", "reference")


@dataclass(frozen=True)
class Measured:
    """How near one label of a mask comes to that of the reference.

    Parameters
    ----------
    label : int
        1 of masks that only tell inside from outside.
    dice, jaccard : float
        0 to 1.
    hausdorff, hausdorff_95 : float
        In mm; infinite where one of the two is empty.
    surface_distance : float
        Mean of both surfaces, mm.
    volume, reference_volume : float
        In mm3, of images of two axes in mm2.
    volume_difference : float
        Volume less that of the reference.
    relative_volume_difference : float
        As a share of the reference's.
    """

    label: int
    dice: float
    jaccard: float
    hausdorff: float
    hausdorff_95: float
    surface_distance: float
    volume: float
    reference_volume: float
    volume_difference: float
    relative_volume_difference: float


def measure(
    mask: Any, reference: Any, spacing: Any = None, *, labels: Sequence[int] | None = None
) -> tuple[Measured, ...]:
    """Measure how near a mask comes to its reference, each label for itself.

    Parameters
    ----------
    mask, reference : array_like
        Masks or label images of one shape; 0 is outside.
    spacing : sequence of float, optional
        Distance of neighbouring pixels along each axis, mm; by default that of an `Image`, else 1.
    labels : sequence of int, optional
        Which to measure, in this order, also where neither has them; by default those that one of
        the two has.

    Returns
    -------
    tuple of Measured
        One for each label; of two empty masks, one of label 1.

    Raises
    ------
    InputError
        As `dice` and `hausdorff`.

    Notes
    -----
    What an image program writes for white, 255 or 65535, is label 1 where it is the only value
    beside 0.

    Examples
    --------
    >>> from imgpipe.segment import measure
    >>> for row in measure([[1, 1, 2, 2]], [[1, 1, 1, 2]], spacing=(1.0, 0.5)):
    ...     print(row.label, round(row.dice, 3), row.hausdorff, row.volume_difference)
    1 0.8 0.5 -0.5
    2 0.667 0.5 0.5
    """
    a, b = (labels_of(each, name) for each, name in zip((mask, reference), _NAMES, strict=True))
    check_alike(a, b, _NAMES)
    lengths = known_spacing(spacing, a.ndim, (mask, reference))
    a, b = _without_white(a), _without_white(b)
    if labels is None:
        chosen = sorted({*distinct(a), *distinct(b)}) or [1]
    else:
        chosen = checked_labels(labels)
    a, b = _in_box(a, b)  # many labels are looked for in what is inside alone
    return tuple(_row(label, Pair(a == label, b == label), lengths) for label in chosen)


def _in_box(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Part of both in which something is inside."""
    inside = Pair(a != 0, b != 0)
    if not any(inside.counts):
        return a, b
    box = box_of(inside)
    return a[box], b[box]


def checked_labels(labels: Sequence[int]) -> list[int]:
    """Refuse what are no labels, and one that stands there twice."""
    try:
        chosen = [whole_label(label) for label in labels]
    except TypeError:
        raise InputError(f"labels={labels!r}; give a list of whole numbers") from None
    if not chosen or len(set(chosen)) < len(chosen):
        raise InputError(f"labels={list(labels)!r}; give each label once, at least one")
    return chosen


def _without_white(values: np.ndarray) -> np.ndarray:
    """Labels, where white alone becomes 1."""
    if values.dtype.kind == "b":
        return values
    top = values.max()
    if int(top) in WHITE and not ((values != 0) & (values != top)).any():
        return values != 0
    return values


def _row(label: int, pair: Pair, spacing: tuple[float, ...]) -> Measured:
    n, of = pair.counts
    pixel = math.prod(spacing)
    if n and of:
        pair = in_box(pair)
        found = distances(pair, spacing)
        far = at(found, 100), at(found, 95), mean(found)
    else:
        far = (of_empty(pair),) * 3
    return Measured(
        label,
        dice_of(pair),
        jaccard_of(pair),
        *far,
        n * pixel,
        of * pixel,
        (n - of) * pixel,
        relative_difference(n, of),
    )
