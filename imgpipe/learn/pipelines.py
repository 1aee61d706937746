"""From images to a classifier in one scikit-learn pipeline."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe._common import InputError, unknown_name
from imgpipe.enhance.choosing import step_named
from imgpipe.learn.classifiers import CLASSIFIERS
from imgpipe.learn.filter_texts import parse_filters, parse_segment
from imgpipe.learn.filters import Filter
from imgpipe.learn.segment import Segment
from imgpipe.learn.transformers import FeatureExtractor

GivenSegment = str | Segment | tuple[str, Mapping[str, Any]] | None
"""What `make_segment` takes."""
GivenFilters = str | Filter | Iterable[str | tuple[str, Mapping[str, Any]] | Filter]
"""What `make_filters` takes."""


def make_pipeline(
    model: str = "svm",
    *,
    segment: GivenSegment = None,
    filters: GivenFilters = (),
    families: Any = "default",
    bins: int | None = 32,
    bin_width: float | None = None,
    extraction: Mapping[str, Any] | None = None,
    channel_axis: int | None = None,
    random_state: int | None = 0,
    n_jobs: int | None = None,
) -> Pipeline:
    """Build an unfitted pipeline that takes images and gives classes and probabilities.

    Parameters
    ----------
    model : str
        A name of `CLASSIFIERS`, such as ``"svm"``, ``"forest"``, ``"dummy"`` or ``"cnn"``.
    segment : str, (str, dict) or Segment, optional
        Finds the region in which features are measured, in the images as given: the name of a
        recipe or segmenter of `imgpipe.segment`, a pair of a name and its settings, a text such as
        ``"otsu:min_size=50"``, or a ready one. Images may have no masks then.
    filters : iterable of str, (str, dict) or Filter
        Applied next, in order: the name of a kernel or of a step of `imgpipe.enhance`, a pair of
        a name and its settings, such as ``("gaussian", {"sigma": 2})``, a text such as
        ``"window:lung"``, or a ready one.
    families : str, list of str or None
        Features to compute, as in `imgpipe.features.extract`; None where rows of features are
        given in place of images.
    bins, bin_width : int or None, float or None
        Gray levels, as in `imgpipe.features.extract`.
    extraction : mapping, optional
        Other settings of the features, as in `FeatureExtractor`: ``{"range": (-1000, 400)}``.
    channel_axis : int, optional
        Axis of the colour channels in one image; None for gray.
    random_state : int, optional
        Seed of the classifier.
    n_jobs : int, optional
        Workers for features and classifier; None means 1.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Steps ``segment`` (if asked for), ``filter_1``, ..., ``features``, ``impute`` (a NaN
        feature gets the training part's median), ``scale``, ``classify``; grids read
        ``features__bins``. A network takes the images themselves, and of a region the box around
        it: its pipeline has no features, and ends with ``classify`` behind the filters.

    Raises
    ------
    InputError
        If `model` or a filter is unknown; the message lists the names. For `families` None with
        filters, or a network.

    Examples
    --------
    >>> from imgpipe.learn import make_pipeline
    >>> [name for name, _ in make_pipeline("svm", filters=["median"]).steps]
    ['filter_1', 'features', 'impute', 'scale', 'classify']
    """
    builder = _builder(model)
    found = make_segment(segment, channel_axis, n_jobs)
    made = make_filters(filters, channel_axis)
    if families is None and (builder.raw_images or found is not None or made):
        what = (
            f"{model} takes" if builder.raw_images else "filters take" if made else "segment takes"
        )
        raise InputError(f"{what} images, and rows of features are given (families=None)")
    steps: list[tuple[str, Any]] = [] if found is None else [("segment", found)]
    steps += [(f"filter_{number}", each) for number, each in enumerate(made, start=1)]
    if not builder.raw_images:
        extractor = FeatureExtractor(
            families or (), bins=bins, bin_width=bin_width, channel_axis=channel_axis,
            n_jobs=n_jobs, **_checked(extraction or {}),
        )  # fmt: skip
        steps += [
            *([] if families is None else [("features", extractor)]),
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    classifier = builder(random_state=random_state, n_jobs=n_jobs)
    if builder.raw_images:
        classifier.set_params(channel_axis=channel_axis)
    steps.append(("classify", classifier))
    return Pipeline(steps)


def _checked(extraction: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse what is no setting of the extraction, or has an argument of its own."""
    own = {"families", "bins", "bin_width", "channel_axis", "n_jobs"}
    known = sorted(FeatureExtractor().get_params().keys() - own)
    for name in extraction:
        if name not in known:
            raise unknown_name("setting of extraction", name, known)
    return extraction


def final_step(model: Any) -> Any:
    """Take the classifier out of its pipeline."""
    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def settings_of(model: Any) -> dict[str, str]:
    """Say how each step of a pipeline was set; what changes no score in expectation is left out.

    Examples
    --------
    >>> settings_of(make_pipeline("forest", families="intensity", n_jobs=2))["features"]
    "FeatureExtractor(families='intensity')"
    """
    steps = model.steps if isinstance(model, Pipeline) else [("classify", model)]
    return {name: _set_as(step) for name, step in steps}


def _set_as(step: Any) -> str:
    text = " ".join(repr(step).split())
    if isinstance(step, Filter):  # its repr names the settings alone
        text = f"{step.name}: {text}"
    text = re.sub(r"\b(n_jobs|random_state)=[^,()]*(, |(?=\)))", "", text)
    # addresses in memory differ between runs
    return re.sub(r", \)", ")", re.sub(r" at 0x[0-9a-f]+", "", text))


def _builder(model: str) -> Any:
    """Look a classifier up by its name."""
    if model not in CLASSIFIERS:
        raise unknown_name("classifier", model, CLASSIFIERS)
    return CLASSIFIERS[model]


def make_segment(
    given: GivenSegment, channel_axis: int | None = None, n_jobs: int | None = None
) -> Segment | None:
    """Make the step that finds a region, or none.

    Parameters
    ----------
    given : str, (str, dict), Segment or None
        As in `make_pipeline`.
    channel_axis, n_jobs : int, optional
        Where the step was not told.

    Returns
    -------
    Segment or None

    Raises
    ------
    InputError
        For an unknown name or setting, or something else than a recipe.
    """
    if given is None:
        return None
    if isinstance(given, str):
        given = parse_segment(given)
    if isinstance(given, Segment):
        made: Segment = clone(given)
    elif (
        isinstance(given, tuple | list)
        and len(given) == 2
        and isinstance(given[0], str)
        and isinstance(given[1], Mapping)
    ):
        made = Segment(given[0], **given[1])
    else:
        raise InputError(
            f"segment is of type {type(given).__name__}; give a name, a pair such as "
            '("lungs", {}), or a Segment'
        )
    for name, value in (("channel_axis", channel_axis), ("n_jobs", n_jobs)):
        if getattr(made, name) is None:
            made.set_params(**{name: value})
    return made


def make_filters(given: GivenFilters, channel_axis: int | None = None) -> list[Filter]:
    """Make the filters that a pipeline begins with.

    Parameters
    ----------
    given : iterable of (str, (str, dict) or Filter)
        A name stands for that kernel or step with its default settings; a pair is a name and
        settings. A single one may stand for itself, and a text for several: ``"window:lung;mean"``.
    channel_axis : int, optional
        For those that were not told.

    Returns
    -------
    list of Filter

    Raises
    ------
    InputError
        For an unknown kernel or setting, or something else than a filter.
    """
    if isinstance(given, str):
        given = parse_filters(given)
    lone_pair = isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], Mapping)
    several: Any = [given] if isinstance(given, Filter) or lone_pair else given
    if not isinstance(several, Iterable):
        raise _no_filter(several)
    each = [parse_filters(one) if isinstance(one, str) else [one] for one in several]
    return [_made(one, channel_axis) for part in each for one in part]


def _made(given: Any, channel_axis: int | None) -> Filter:
    """Make one filter; give a ready one the channels that it was not told of."""
    if isinstance(given, Filter):
        made: Filter = clone(given)
    elif (
        isinstance(given, tuple | list)
        and len(given) == 2
        and isinstance(given[0], str)
        and isinstance(given[1], Mapping)
    ):
        made = Filter(given[0], **given[1])
    else:
        raise _no_filter(given)
    step_named(made.name)
    if made.channel_axis is None:
        made.set_params(channel_axis=channel_axis)
    return made


def _no_filter(given: Any) -> InputError:
    return InputError(
        f"a filter is of type {type(given).__name__}; give a name, a pair such as "
        '("gaussian", {"sigma": 2}), or a Filter'
    )
