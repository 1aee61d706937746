"""From images to a classifier in one scikit-learn pipeline."""

from collections.abc import Iterable
from typing import Any

from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe._common import InputError
from imgpipe.learn.classifiers import CLASSIFIERS
from imgpipe.learn.transformers import FeatureExtractor, Filter, kernel_named


def make_pipeline(
    model: str = "svm",
    *,
    filters: Iterable[str | Filter] = (),
    families: Any = "default",
    channel_axis: int | None = None,
    random_state: int | None = 0,
    n_jobs: int | None = None,
) -> Pipeline:
    """Build an unfitted pipeline that takes images and gives classes and probabilities.

    Parameters
    ----------
    model : str
        A name of `CLASSIFIERS`, such as ``"svm"``, ``"forest"``, ``"dummy"`` or ``"cnn"``.
    filters : iterable of str or Filter
        Applied first, in order; a name stands for that kernel with its default settings.
    families : str or list of str
        Features to compute, as in `imgpipe.features.extract`.
    channel_axis : int, optional
        Axis of the colour channels in one image; None for gray.
    random_state : int, optional
        Seed of the classifier.
    n_jobs : int, optional
        Workers for features and classifier; None means 1.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Steps ``filter_1``, ..., ``features``, ``impute`` (a NaN feature gets the training part's
        median), ``scale``, ``classify``; grids read ``features__bins``. A network takes the
        images themselves: its pipeline has the filters and ``classify`` alone.

    Raises
    ------
    InputError
        If `model` or a filter is unknown; the message lists the names.

    Examples
    --------
    >>> from imgpipe.learn import make_pipeline
    >>> [name for name, _ in make_pipeline("svm", filters=["median"]).steps]
    ['filter_1', 'features', 'impute', 'scale', 'classify']
    """
    builder = _builder(model)
    steps: list[tuple[str, Any]] = [
        (f"filter_{number}", _filter(given, channel_axis))
        for number, given in enumerate(filters, start=1)
    ]
    if not builder.raw_images:
        extractor = FeatureExtractor(families, channel_axis=channel_axis, n_jobs=n_jobs)
        steps += [
            ("features", extractor),
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    classifier = builder(random_state=random_state, n_jobs=n_jobs)
    if builder.raw_images:
        classifier.set_params(channel_axis=channel_axis)
    steps.append(("classify", classifier))
    return Pipeline(steps)


def final_step(model: Any) -> Any:
    """Take the classifier out of its pipeline."""
    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def _builder(model: str) -> Any:
    """Look a classifier up by its name."""
    if model not in CLASSIFIERS:
        raise InputError(f"no classifier is named {model!r}; choose from {', '.join(CLASSIFIERS)}")
    return CLASSIFIERS[model]


def _filter(given: str | Filter, channel_axis: int | None) -> Filter:
    """Make a filter from its name; give a ready one the channels that it was not told of."""
    chosen = Filter(given) if isinstance(given, str) else clone(given)
    kernel_named(chosen.name)
    if chosen.channel_axis is None:
        chosen.set_params(channel_axis=channel_axis)
    return chosen
