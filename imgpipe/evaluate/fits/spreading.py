"""Fits of folds, one after the other here, or on the machines of a Dask cluster.

What the folds share, features and labels of all samples, is sent to each worker once; a task names
a model, a seed and a split. No pixel is sent: features are measured before, and what takes images,
a network, is fitted on this machine. What a model costs is measured here, too.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from imgpipe._common import track
from imgpipe._runtime.backends import Cluster, active, in_order
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.fold import Fold
from imgpipe.evaluate.fits.held_out import (
    chosen_before,
    fit_fold,
    fit_split,
    inputs_of,
    is_looked_at,
    note_fold,
)

_Fit = tuple[ModelRecord, Candidate, int, Split]


class _Task(NamedTuple):
    """One fold; inputs and experiment are futures here, and what they stand for in a worker."""

    candidate: Candidate
    number: int
    split: Split
    params: dict[str, Any] | None
    inputs: Any
    experiment: Any


def fit_all(
    candidates: Sequence[Candidate], records: Sequence[ModelRecord], experiment: Experiment
) -> None:
    """Fit every model with every seed on every split, and note it in the records."""
    fits = [
        (record, candidate, number, split)
        for record, candidate in zip(records, candidates, strict=True)
        for number in range(experiment.seeds)
        for split in experiment.splits
    ]
    cluster = active()
    if cluster is not None:
        for _ in track(_on_cluster(fits, experiment, cluster), "fitting", len(fits)):
            pass
        return
    for record, candidate, number, split in track(fits, "fitting"):
        fit_split(record, candidate, number, split, experiment)


def _on_cluster(
    fits: Sequence[_Fit], experiment: Experiment, cluster: Cluster
) -> Iterator[Fold | None]:
    """Fit there what has features, here what takes images."""
    inputs = {id(candidate): inputs_of(candidate, experiment) for _, candidate, _, _ in fits}
    shared = {id(found.values): found for found in inputs.values() if found.names is not None}
    futures = {key: cluster.share(found) for key, found in shared.items()}
    lean = cluster.share(_without_images(experiment))
    # what the first seed chose the others take
    for numbers in (range(1), range(1, experiment.seeds)):
        there = [fit for fit in fits if fit[2] in numbers and inputs[id(fit[1])].names is not None]
        tasks = (
            _Task(
                candidate,
                number,
                split,
                chosen_before(record, number, split, experiment),
                futures[id(inputs[id(candidate)].values)],
                lean,
            )
            for record, candidate, number, split in there
        )
        for fit, fold in zip(there, in_order(_fold, tasks), strict=True):
            note_fold(*fit, fold, experiment)
            yield fold
    for record, candidate, number, split in fits:
        if inputs[id(candidate)].names is None:
            fit_split(record, candidate, number, split, experiment)
            yield None


def _fold(task: _Task) -> Fold:
    """Fit in a worker; what nobody will look at is not sent back."""
    fold = fit_fold(
        task.candidate, task.number, task.split, task.inputs, task.params, task.experiment
    )
    return fold if is_looked_at(task.number, task.split) else replace(fold, learned=None)


def _without_images(experiment: Experiment) -> Experiment:
    """Labels, patients and rules, and nothing that holds pixels or paths."""
    dataset = copy.copy(experiment.dataset)
    for name in ("images", "columns", "formats"):
        if hasattr(dataset, name):
            object.__setattr__(dataset, name, None)
    nothing: Any = None
    return replace(experiment, dataset=dataset, store=nothing, n_jobs=1)
