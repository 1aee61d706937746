"""Scores of objects in label images: which are found, which not, and how well."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.segment.pairs.masks import check_alike, labels_of
from imgpipe.segment.pairs.objects import Overlaps, matched, overlaps

_NAMES = ("labels", "reference")


@dataclass(frozen=True)
class InstanceScores:
    """How many objects are found, at one threshold of overlap.

    Parameters
    ----------
    threshold : float
        An object is found where its intersection over union with one of the labels is above.
    true_positives, false_positives, false_negatives : int
        Objects that were found, those that are not in the reference, and those that were missed.
    precision, recall : float
        Shares of the labels and of the reference's objects that have a partner; NaN without any.
    f1 : float
        ``2 TP / (2 TP + FP + FN)``, also known as recognition quality.
    average_precision : float
        ``TP / (TP + FP + FN)``, as of the Data Science Bowl and cell segmentation.
    segmentation_quality : float
        Mean intersection over union of the pairs; NaN without any.
    panoptic_quality : float
        The product of segmentation quality and f1; 0 where there is no pair.
    pairs : tuple of (int, int, float)
        Label, label of the reference, and their intersection over union.
    """

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    precision: float
    recall: float
    f1: float
    average_precision: float
    segmentation_quality: float
    panoptic_quality: float
    pairs: tuple[tuple[int, int, float], ...]

    @property
    def recognition_quality(self) -> float:
        """F1, as it is called beside segmentation quality."""
        return self.f1


def instance_scores(labels: Any, reference: Any, threshold: float = 0.5) -> InstanceScores:
    """Score the objects of a label image against those of a reference.

    Parameters
    ----------
    labels, reference : array_like of int
        Label images of one shape; each label is one object, 0 the background.
    threshold : float
        Objects are the same where their intersection over union is above it, 0 to 1.

    Returns
    -------
    InstanceScores

    Raises
    ------
    InputError
        If shapes differ, values are no labels, one is a mask of bool, in which objects are not
        told apart, or the threshold is beyond 0 to 1.

    Notes
    -----
    Each object has one partner at most. From a threshold of one half on there is only one way to
    choose them (Kirillov et al., CVPR 2019); below, the most pairs are made that can be, and of
    these the ones that overlap most. Two images without objects are equal: all scores are 1.

    Examples
    --------
    >>> from imgpipe.segment import instance_scores
    >>> found = instance_scores([[1, 1, 0, 2, 2, 0]], [[7, 7, 0, 0, 8, 8]], threshold=0.4)
    >>> found.true_positives, found.false_positives, found.precision
    (1, 1, 0.5)
    """
    return _scores(_overlaps(labels, reference), checked_threshold(threshold))


def average_precision(labels: Any, reference: Any, threshold: Any = 0.5) -> Any:
    """Share of objects that are found, of all that are in either image.

    Parameters
    ----------
    labels, reference
        As of `instance_scores`.
    threshold : float or sequence of float
        Of intersection over union.

    Returns
    -------
    float or ndarray of float64
        ``TP / (TP + FP + FN)``, for each threshold; 1 where there are no objects. Nothing is
        averaged: the name is that of the Data Science Bowl.

    Examples
    --------
    >>> from imgpipe.segment import average_precision
    >>> average_precision([[1, 1, 0, 2, 2, 0]], [[7, 7, 0, 0, 8, 8]], threshold=[0.3, 0.5])
    array([1.        , 0.33333333])
    """
    found = _overlaps(labels, reference)
    if isinstance(threshold, str) or not np.ndim(threshold):
        threshold = threshold.item() if isinstance(threshold, np.ndarray) else threshold
        return _scores(found, checked_threshold(threshold)).average_precision
    return np.array(
        [_scores(found, checked_threshold(t)).average_precision for t in threshold], float
    )


def panoptic_quality(labels: Any, reference: Any) -> tuple[float, float, float]:
    """Panoptic quality, segmentation quality and recognition quality of objects of one class.

    Parameters
    ----------
    labels, reference
        As of `instance_scores`.

    Returns
    -------
    quality, segmentation, recognition : float
        At a threshold of one half: the sum of the overlaps of pairs over
        ``TP + FP / 2 + FN / 2``, their mean, and F1.

    Examples
    --------
    >>> from imgpipe.segment import panoptic_quality
    >>> panoptic_quality([[1, 1, 1, 1, 2, 2]], [[7, 7, 7, 0, 0, 0]])
    (0.5, 0.75, 0.6666666666666666)
    """
    found = instance_scores(labels, reference)
    return found.panoptic_quality, found.segmentation_quality, found.recognition_quality


def _overlaps(labels: Any, reference: Any) -> Overlaps:
    taken = []
    for values, name in zip((labels, reference), _NAMES, strict=True):
        array = labels_of(values, name)
        if array.dtype.kind == "b":
            raise InputError(
                f"{name} is a mask, in which objects are not told apart; give each a number, as "
                "scipy.ndimage.label does"
            )
        taken.append(array)
    check_alike(taken[0], taken[1], _NAMES)
    return overlaps(*taken)


def checked_threshold(value: Any) -> float:
    """Refuse what is no share of overlap."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise InputError(f"threshold={value!r}; a number from 0 to 1 is needed")
    if not 0 <= value < 1:
        raise InputError(f"threshold={value!r}; overlaps are above it, so give 0 to less than 1")
    return float(value)


def _scores(found: Overlaps, threshold: float) -> InstanceScores:
    chosen = matched(found, threshold)
    n, of, hits = len(found.labels), len(found.reference), len(chosen)
    labels, reference = found.labels[found.first[chosen]], found.reference[found.second[chosen]]
    iou = found.iou[chosen]
    nothing = not n and not of
    rest = 1.0 if nothing else math.nan
    f1 = 1.0 if nothing else 2 * hits / (n + of)
    return InstanceScores(
        threshold,
        hits,
        n - hits,
        of - hits,
        hits / n if n else rest,
        hits / of if of else rest,
        f1,
        1.0 if nothing else hits / (n + of - hits),
        float(iou.mean()) if hits else rest,
        1.0 if nothing else 2 * float(iou.sum()) / (n + of),
        tuple(zip(map(int, labels), map(int, reference), map(float, iou), strict=True)),
    )
