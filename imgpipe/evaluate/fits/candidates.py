"""The models to compare, made of names or taken ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imgpipe._common import InputError
from imgpipe.evaluate.fits.parameters import with_unset
from imgpipe.evaluate.models import check_classifier
from imgpipe.learn import CLASSIFIERS, make_pipeline


@dataclass(frozen=True)
class Candidate:
    """A model to compare, and the grid it may be tuned on."""

    name: str
    estimator: Any
    grid: dict[str, list[Any]]


def make_candidates(
    models: Any, channel_axis: int | None, n_jobs: int | None = None
) -> list[Candidate]:
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
    return [_candidate(name, given, channel_axis, n_jobs) for name, given in named.items()]


def _candidate(name: str, given: Any, channel_axis: int | None, n_jobs: int | None) -> Candidate:
    """One model, from its registered name or ready made."""
    if isinstance(given, str):
        pipeline = make_pipeline(given, channel_axis=channel_axis, random_state=None, n_jobs=n_jobs)
        grid = {f"classify__{key}": values for key, values in CLASSIFIERS[given].grid.items()}
        return Candidate(name, pipeline, grid)
    check_classifier(name, given)
    return Candidate(str(name), with_unset(given, "channel_axis", channel_axis), {})
