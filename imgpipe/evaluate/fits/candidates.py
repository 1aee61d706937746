"""The models to compare, made of names or taken ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imgpipe._common import InputError
from imgpipe.evaluate.fits.parameters import with_unset
from imgpipe.evaluate.fits.steps import measures_images
from imgpipe.evaluate.models import check_classifier
from imgpipe.evaluate.results.canaries import PREFIX
from imgpipe.learn import CLASSIFIERS, make_pipeline


@dataclass(frozen=True)
class Candidate:
    """A model to compare, and the grid it may be tuned on."""

    name: str
    estimator: Any
    grid: dict[str, list[Any]]


def make_candidates(models: Any, dataset: Any, n_jobs: int | None = None) -> list[Candidate]:
    """Make estimators of names; check the ready ones and tell them of colour."""
    if isinstance(models, str):
        models = [models]
    if isinstance(models, Mapping):
        named = dict(models)
    else:
        names = list(models)
        named = {name: name for name in names}
        if len(named) < len(names):
            raise InputError(f"a model is named twice in {', '.join(map(str, names))}")
    if not named:
        raise InputError(f"no model was named; choose from {', '.join(CLASSIFIERS)}")
    return [_candidate(name, given, dataset, n_jobs) for name, given in named.items()]


def check_sizes(dataset: Any, candidates: list[Candidate]) -> None:
    """Refuse images of several sizes where a model takes the images themselves."""
    if dataset.region == "table":
        return
    dataset.require_one_kind()
    axes = {len(shape) - (dataset.channel_axis is not None) for shape in dataset.images.shapes}
    networks = [each.name for each in candidates if hasattr(_last(each.estimator), "grad_cam")]
    if networks and axes == {3}:
        raise InputError(
            f"{dataset.where}: volumes, and {', '.join(networks)} takes images of two axes; take "
            "slices (--slices largest, slices= in Python)"
        )
    whole = [each.name for each in candidates if not measures_images(each.estimator)]
    if whole and not all(map(_sees_nothing, (c.estimator for c in candidates if c.name in whole))):
        dataset.require_one_size()


def _sees_nothing(estimator: Any) -> bool:
    """Tell what does not look at its input."""
    return type(_last(estimator)).__name__ == "DummyClassifier"


def _last(estimator: Any) -> Any:
    """Give the classifier at the end of a pipeline."""
    return estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator


def _candidate(name: str, given: Any, dataset: Any, n_jobs: int | None) -> Candidate:
    """One model, from its registered name or ready made."""
    if str(name).startswith(PREFIX):
        raise InputError(f"model {name!r} is called like a canary; give it another name")
    channel_axis, table = dataset.channel_axis, dataset.region == "table"
    if isinstance(given, str):
        pipeline = make_pipeline(
            given,
            families=None if table else "default",
            channel_axis=channel_axis,
            random_state=None,
            n_jobs=n_jobs,
        )
        grid = {f"classify__{key}": values for key, values in CLASSIFIERS[given].grid.items()}
        return Candidate(name, pipeline, grid)
    check_classifier(name, given)
    if table and (measures_images(given) or "channel_axis" in given.get_params()):
        raise InputError(f"model {name!r} takes images, and the data are a table of features")
    return Candidate(str(name), with_unset(given, "channel_axis", channel_axis), {})
