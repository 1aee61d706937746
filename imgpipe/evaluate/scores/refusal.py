"""Metrics that are not given, since too few images of a class were held out to judge."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from imgpipe.evaluate.results import LOWER_IS_BETTER, Interval

LEAST = 10
ROUGH = 10  # images of a class below which its metrics are called rough, where they are given


def held_out_counts(labels: np.ndarray, judged: Iterable[np.ndarray]) -> dict[int, int]:
    """Held-out images of each class that has some; each counts once, however often judged."""
    index = np.unique(np.concatenate(list(judged)))
    codes, counts = np.unique(labels[index], return_counts=True)
    return {int(code): int(n) for code, n in zip(codes, counts, strict=True)}


def is_refused(metric: str, counts: Mapping[int, int], n_classes: int, least: int) -> bool:
    """Tell whether a metric rests on a class of which fewer than `least` images were judged.

    Accuracy and losses rest on all images. A class without an image is left out of means anyway.

    Examples
    --------
    >>> [is_refused(m, {0: 90, 1: 6}, 2, 10) for m in ("accuracy", "auc", "specificity")]
    [False, True, False]
    """
    if metric == "accuracy" or metric in LOWER_IS_BETTER:
        return sum(counts.values()) < least
    if n_classes == 2 and metric in ("sensitivity", "recall"):
        return counts.get(1, least) < least
    if n_classes == 2 and metric == "specificity":
        return counts.get(0, least) < least
    return min(counts.values()) < least


def without_refused(
    metrics: Mapping[str, Interval], counts: Mapping[int, int], n_classes: int, least: int
) -> dict[str, Interval]:
    """Put NaN in the place of every metric that is refused."""
    nothing = Interval(math.nan, math.nan, math.nan)
    return {
        name: nothing if is_refused(name, counts, n_classes, least) else score
        for name, score in metrics.items()
    }
