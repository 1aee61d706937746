"""The region that all models of a comparison look at, given or found."""

from dataclasses import replace
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from imgpipe._common import InputError
from imgpipe._common.texts import Text
from imgpipe.datasets import in_region
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.learn import Segment
from imgpipe.learn.found_regions import in_found_region
from imgpipe.tables import FeatureDataset

Looked = tuple[Any, list[Candidate], Text | None]


def looked_at(
    dataset: Any,
    candidates: list[Candidate],
    region: str | None,
    empty_mask: str,
    n_jobs: int | None,
) -> Looked:
    """Restrict images to a region; a table of features has none.

    What all models find by the same step is found here, once. Where only some do, or otherwise,
    each finds its own as it is fitted.

    Returns
    -------
    tuple of (dataset, list of Candidate, Text or None)
        The last says in how many images something was found.
    """
    if isinstance(dataset, FeatureDataset):
        if region is not None or empty_mask != "error":
            raise InputError(
                f"{dataset.where}: a table of features was measured already; leave region and "
                "empty_mask out"
            )
        return dataset, candidates, None
    step = _common_step(candidates)
    if step is None:
        return in_region(dataset, region, empty_mask=empty_mask), candidates, None
    found = in_found_region(dataset, step, region, empty_mask, n_jobs)
    policy = found.segment.empty_mask
    return found.dataset, [_with_policy(each, policy) for each in candidates], found.told


def segment_of(model: Any) -> Segment | None:
    """Give the step that finds the region, where a pipeline begins with one."""
    first = model.steps[0][1] if isinstance(model, Pipeline) else None
    return first if isinstance(first, Segment) else None


def _common_step(candidates: list[Candidate]) -> Segment | None:
    steps = [segment_of(each.estimator) for each in candidates]
    first = steps[0]
    if first is None:
        return None
    alike = all(
        step is not None and step.finder() == first.finder() and step.empty_mask == first.empty_mask
        for step in steps
    )
    return first if alike else None


def _with_policy(candidate: Candidate, policy: str) -> Candidate:
    model = candidate.estimator
    name = model.steps[0][0]
    return replace(candidate, estimator=clone(model).set_params(**{f"{name}__empty_mask": policy}))
