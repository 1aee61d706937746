"""What learnt behind the features, as what a bundle holds: a graph, or arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe._common import InputError
from imgpipe.bundle.writing.neighbours import neighbours
from imgpipe.bundle.writing.trees import boosted, forest, histograms
from imgpipe.learn.classifiers import BoostedTrees, CalibratedNeighbours
from imgpipe.learn.graphs.preparation import medians_of, scales_of
from imgpipe.learn.graphs.writing import write_steps

Part = tuple[dict[str, Any], dict[str, bytes], dict[str, np.ndarray]]

_AS_ARRAYS: dict[type, Any] = {
    RandomForestClassifier: forest,
    ExtraTreesClassifier: forest,
    BoostedTrees: boosted,
    HistGradientBoostingClassifier: histograms,
    CalibratedNeighbours: neighbours,
}
"""Classifiers that no graph runs exactly: trees, and what weighs by distances near zero."""


def fitted_part(steps: Sequence[Any], n_features: int) -> Part:
    """Write fitted steps, the last of which is a classifier.

    Parameters
    ----------
    steps : list of estimators
        Those behind the features, in order, fitted. Of a search for settings, such as
        ``GridSearchCV``, the best estimator is taken.
    n_features : int
        Columns that the first of them takes.

    Returns
    -------
    fitted : dict
        What the manifest says of the part.
    graphs : dict of str to bytes
        ONNX, by name.
    arrays : dict of str to ndarray
        By name.

    Raises
    ------
    InputError
        If nothing writes the class of a step.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.dummy import DummyClassifier
    >>> X, y = np.zeros((4, 3)), [0, 0, 0, 1]
    >>> fitted, graphs, arrays = fitted_part([DummyClassifier().fit(X, y)], n_features=3)
    >>> fitted, list(graphs), arrays
    ({'kind': 'graph'}, ['classifier'], {})
    """
    flat = [each for step in steps for each in unwrapped(step)]
    if not flat or not hasattr(flat[-1], "classes_"):
        raise InputError("a model without a fitted classifier at its end cannot be written")
    *before, last = flat
    writer = held_as_arrays(last)
    if writer is not None:
        fitted, arrays = writer(last)
        return fitted, {}, {**arrays, **_prepared(before, last)}
    content = write_steps(flat, n_features, len(last.classes_))
    return {"kind": "graph"}, {"classifier": content}, {}


def held_as_arrays(classifier: Any) -> Any:
    """Find what writes a classifier as arrays, fitted or not; None where a graph holds it."""
    if hasattr(classifier, "to_onnx"):
        return None
    kinds = type(classifier).__mro__
    return next((_AS_ARRAYS[kind] for kind in kinds if kind in _AS_ARRAYS), None)


def unwrapped(step: Any) -> list[Any]:
    """Give what a step consists of: of a pipeline its steps, of a search what it found best."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return []
    if isinstance(step, Pipeline):
        return [each for _, inner in step.steps for each in unwrapped(inner)]
    if isinstance(step, FrozenEstimator):
        return unwrapped(step.estimator)
    if hasattr(step, "best_estimator_"):
        return unwrapped(step.best_estimator_)
    return [step]


def _prepared(before: Sequence[Any], classifier: Any) -> dict[str, np.ndarray]:
    """Imputation and then scaling as arrays; neither has to be there."""
    found: dict[str, np.ndarray] = {}
    for step in before:
        if isinstance(step, SimpleImputer) and not found:
            found["impute.median"] = medians_of(step)
        elif isinstance(step, StandardScaler) and not any(name[0] == "s" for name in found):
            mean, deviation = scales_of(step)
            found |= {} if mean is None else {"scale.mean": mean}
            found |= {} if deviation is None else {"scale.scale": deviation}
        else:
            raise InputError(
                f"{type(step).__name__} before {type(classifier).__name__} cannot be written as "
                ".imgpipe: it takes one SimpleImputer, then one StandardScaler; keep the model in "
                "a .joblib file"
            )
    return found
