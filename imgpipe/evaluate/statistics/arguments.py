"""Arguments of the tests, checked once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError

Z = 1.959964  # 97.5th percentile of the normal distribution


def as_binary(labels: Any) -> np.ndarray:
    """Give True for the positives: the larger of two labels."""
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels):
        raise InputError(f"labels have the shape {labels.shape}; give one label an image")
    if labels.dtype.kind in "fc" and not np.isfinite(labels).all():
        raise InputError("labels hold NaN or infinity; leave these images out")
    found = np.unique(labels)
    if len(found) != 2:
        raise InputError(f"labels hold {len(found)} class(es); an AUC needs two")
    return np.asarray(labels == found[1])


def as_scores(name: str, values: Any, n: int) -> np.ndarray:
    """Give finite float64, one an image."""
    scores = np.asarray(values)
    if scores.shape != (n,):
        raise InputError(f"{name} has the shape {scores.shape}; there are {n} labels")
    try:
        scores = scores.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} holds {scores.dtype}; give numbers") from None
    if not np.isfinite(scores).all():
        bad = int((~np.isfinite(scores)).sum())
        raise InputError(f"{name} holds {bad} value(s) that are NaN or infinite; leave them out")
    return scores


def as_right(labels: Any, named: Sequence[tuple[str, Any]]) -> np.ndarray:
    """Tell which predictions are right, a row a model."""
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels):
        raise InputError(f"labels have the shape {labels.shape}; give one label an image")
    rows = []
    for name, values in named:
        predicted = np.asarray(values)
        if predicted.shape != labels.shape:
            raise InputError(
                f"{name} has the shape {predicted.shape}; there are {len(labels)} labels"
            )
        rows.append(predicted == labels)
    return np.array(rows)


def as_clusters(groups: Any, n: int) -> np.ndarray | None:
    """Give a code for each image's patient, or None where each image is one of its own."""
    if groups is None:
        return None
    groups = np.asarray(groups)
    if groups.shape != (n,):
        raise InputError(f"groups has the shape {groups.shape}; there are {n} labels")
    names, codes = np.unique(groups, return_inverse=True)
    return None if len(names) == n else codes


def edge_error(units: int) -> float:
    """Standard error of a score at its end, 0 or 1, where the data show none.

    With it the interval ends at Wilson's bound for so many patients.
    """
    return Z / (units + Z**2)
