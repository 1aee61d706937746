"""A forest grown by scikit-learn, as arrays."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.segment.pixels.forest import Forest


def grown(features: np.ndarray, labels: np.ndarray, n_jobs: int | None, **settings: Any) -> Forest:
    """Grow a random forest.

    Parameters
    ----------
    features : ndarray of float32, shape (n, f)
    labels : ndarray of int, shape (n,)
    n_jobs : int or None
    **settings
        Of `sklearn.ensemble.RandomForestClassifier`.

    Returns
    -------
    Forest
    """
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(n_jobs=n_jobs, **settings)
    try:
        model.fit(features, labels)
    except (ValueError, TypeError) as error:
        # scikit-learn names the setting, and what would do
        raise InputError(str(error)) from None
    return taken_over(model)


def taken_over(model: Any) -> Forest:
    """Take a fitted forest of scikit-learn, whose children stand behind their parents."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("feature", "threshold", "ways")}
    roots, values, nodes, leaves = [], [], 0, 0
    for each in model.estimators_:
        tree = each.tree_
        inner = tree.children_left >= 0
        own = np.where(inner, nodes + np.cumsum(inner) - 1, ~(leaves + np.cumsum(~inner) - 1))
        roots.append(own[0])
        parts["feature"].append(tree.feature[inner])
        parts["threshold"].append(_rounded_down(tree.threshold[inner]))
        ways = [own[tree.children_left[inner]], own[tree.children_right[inner]]]
        parts["ways"].append(np.stack(ways))
        values.append(tree.value[~inner, 0, : model.n_classes_])
        nodes, leaves = nodes + int(inner.sum()), leaves + int((~inner).sum())
    left, right = np.concatenate(parts["ways"], axis=1)
    shared, place = np.unique(np.concatenate(values), axis=0, return_inverse=True)
    place = place.ravel()
    top = np.array(roots)
    left, right, top = (
        np.where(way < 0, ~place[np.maximum(~way, 0)], way) for way in (left, right, top)
    )
    return Forest(
        top.astype(np.int32),
        np.concatenate(parts["feature"]).astype(np.int32),
        np.concatenate(parts["threshold"]),
        left.astype(np.int32),
        right.astype(np.int32),
        np.ascontiguousarray(shared),
    )


def _rounded_down(thresholds: np.ndarray) -> np.ndarray:
    """Give the largest float32 up to each threshold: the same float32 features pass it."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
