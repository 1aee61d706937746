"""Fit any scikit-learn classifier with what it accepts."""

import inspect
from typing import Any

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object

from imgpipe._common import ImageError, InputError, StoppedFit
from imgpipe.learn.keeping import feature_steps
from imgpipe.learn.pipelines import final_step

_LARGEST = 1e150


def fit_model(
    model: Any,
    X: Any,
    y: np.ndarray,
    groups: np.ndarray | None = None,
    validation: tuple[Any, np.ndarray] | None = None,
) -> Any:
    """Fit a clone of a classifier, as `compare` fits it.

    Groups and validation data are handed on only where the classifier takes them: in the
    parameters ``groups`` and ``validation`` of its ``fit``, or for groups by scikit-learn's
    metadata routing. The validation part is transformed by the steps fitted on the training part,
    and is never added to it.

    Parameters
    ----------
    model : estimator or Pipeline
        A scikit-learn classifier; it is left as it is.
    X : ndarray or sequence of ndarray, shape (n, ...)
        What the model takes: images, or a table of features.
    y : ndarray, shape (n,)
        Class of each sample.
    groups : ndarray, shape (n,), optional
        Patient of each sample.
    validation : pair of images and labels, optional
        For early stopping.

    Returns
    -------
    estimator or Pipeline
        The fitted clone.

    Raises
    ------
    InputError
        For features so large that their squares overflow.
    StoppedFit
        A `KeyboardInterrupt` that holds the clone in `model`, where a network was interrupted and
        has kept its best weights so far.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> from imgpipe.learn import fit_model
    >>> from imgpipe.learn import make_pipeline
    >>> data = load("synthetic-nodules")
    >>> model = make_pipeline("dummy", families="intensity")
    >>> fitted = fit_model(model, data.images, data.labels, data.groups)
    >>> fitted.classes_.tolist(), hasattr(model, "classes_")
    ([0, 1], False)
    """
    model = clone(model)
    _check_size(X)
    try:
        return _fit_in_place(model, X, y, groups, validation)
    except StoppedFit as stop:
        if stop.model is final_step(model):
            raise StoppedFit(str(stop), model) from None
        raise


def fit_measured(
    model: Pipeline,
    X: Any,
    y: np.ndarray,
    groups: np.ndarray | None = None,
    validation: tuple[Any, np.ndarray] | None = None,
) -> tuple[Pipeline, np.ndarray | None]:
    """Fit a clone of a pipeline of images as `fit_model` does, and give their features as well.

    Parameters
    ----------
    model : Pipeline
        From `imgpipe.learn.make_pipeline`.
    X, y, groups, validation
        As in `fit_model`.

    Returns
    -------
    tuple of (Pipeline, ndarray or None)
        The fitted clone, and the features (n, f) of `X`; None where it measures none.

    Raises
    ------
    StoppedFit
        As in `fit_model`.
    """
    parts = feature_steps(model)
    if parts is None:
        return fit_model(model, X, y, groups, validation), None
    measure, learnt = clone(parts[0]), parts[1]
    values = measure.fit_transform(X, y)
    if validation is not None and _accepts(final_step(model), "validation"):
        validation = _transformed(measure, validation[0]), validation[1]
    try:
        fitted = fit_model(learnt, values, y, groups, validation)
    except StoppedFit as stop:
        if not isinstance(stop.model, Pipeline):
            raise
        whole = Pipeline([*measure.steps, *stop.model.steps])
        raise StoppedFit(str(stop), whole, values) from None
    return Pipeline([*measure.steps, *fitted.steps]), values


def _fit_in_place(
    model: Any,
    X: Any,
    y: np.ndarray,
    groups: np.ndarray | None,
    validation: tuple[Any, np.ndarray] | None,
) -> Any:
    """Fit the steps of a model, handing on what the last one accepts."""
    last = final_step(model)
    direct: dict[str, Any] = {}
    if validation is not None and _accepts(last, "validation"):
        direct["validation"] = validation
    if groups is not None and _accepts(last, "groups"):
        direct["groups"] = groups
    if not direct:
        return _fit_routed(model, X, y, groups)
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        before = Pipeline(model.steps[:-1])
        X = _fit_routed(before, X, y, groups).transform(X)
        if "validation" in direct:
            images, labels = direct["validation"]
            direct["validation"] = (_transformed(before, images), labels)
        last.fit(X, y, **direct)
        return Pipeline([*before.steps, (model.steps[-1][0], last)])
    last.fit(X, y, **direct)
    return last if not isinstance(model, Pipeline) else model


def _check_size(X: Any) -> None:
    """Refuse features whose mean and deviation no number holds."""
    if not (isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind == "f"):
        return
    largest = float(np.abs(X, where=np.isfinite(X), out=np.zeros_like(X)).max(initial=0.0))
    if largest > _LARGEST:
        raise InputError(
            f"a feature is {largest:.0e}, and beyond {_LARGEST:.0e} squares overflow: the pixel "
            "values are too large; divide them all by the same number"
        )


def _transformed(steps: Any, images: Any) -> Any:
    """Send the validation part through fitted steps; an error says that it is about this part."""
    try:
        return steps.transform(images)
    except ImageError as error:
        raise ImageError(error.reason, error.index, "validation") from None


def _accepts(estimator: Any, parameter: str) -> bool:
    """Whether ``fit`` names the parameter."""
    return parameter in inspect.signature(estimator.fit).parameters


def _fit_routed(model: Any, X: Any, y: np.ndarray, groups: np.ndarray | None) -> Any:
    """Fit by scikit-learn's metadata routing, so that searches and splitters inside get groups."""
    if groups is None:
        return model.fit(X, y)
    with sklearn.config_context(enable_metadata_routing=True):
        if get_routing_for_object(model).consumes("fit", ["groups"]):
            return model.fit(X, y, groups=groups)
    return model.fit(X, y)
