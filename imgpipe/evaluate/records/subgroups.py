"""Scores of every model on each subgroup of the held-out images."""

import numpy as np

from imgpipe.evaluate.data.subgroups import Grouping
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.records.scores import given_scores, resample_parts
from imgpipe.evaluate.results import Interval, Subgroup
from imgpipe.evaluate.scores.intervals import HeldOut


def subgroup_scores(records: list[ModelRecord], experiment: Experiment) -> tuple[Subgroup, ...]:
    """Judge every model on each subgroup, all folds of a repeat and seed together.

    A subgroup has few images of a class in one fold, so that a mean over folds would be one of
    numbers that mean little.
    """
    return tuple(
        _scored(grouping, code, records, experiment)
        for grouping in experiment.subgroups
        for code in range(len(grouping.names))
    )


def _scored(
    grouping: Grouping, code: int, records: list[ModelRecord], experiment: Experiment
) -> Subgroup:
    inside = grouping.member == code
    judged = np.unique(np.concatenate([split.test for split in experiment.first_repeat]))
    held_out = judged[inside[judged]]
    labels = experiment.labels[held_out]
    patients = experiment.groups(held_out)
    return Subgroup(
        column=grouping.column,
        name=grouping.names[code],
        images=len(held_out),
        patients=None if patients is None else len(np.unique(patients)),
        counts={name: int((labels == code).sum()) for code, name in enumerate(experiment.classes)},
        metrics={record.name: _metrics(record, inside, experiment) for record in records},
    )


def _metrics(
    record: ModelRecord, inside: np.ndarray, experiment: Experiment
) -> dict[str, Interval]:
    n = len(experiment.first_repeat)
    repeats = [record.test[at : at + n] for at in range(0, len(record.test), n)]
    parts = [_within(HeldOut.together(folds), inside) for folds in repeats]
    if not len(parts[0].index):
        return {}
    return given_scores(parts, resample_parts(parts, experiment), experiment)


def _within(part: HeldOut, inside: np.ndarray) -> HeldOut:
    kept = inside[part.index]
    return HeldOut(part.index[kept], part.predicted[kept], part.scores[kept], part.seed)
