"""What runs that judged the same images on the same folds have in common, for the tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from imgpipe.evaluate.data.lookalikes.groups import LookAlikes
from imgpipe.evaluate.data.lookalikes.handling import Handled
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.joining.judged import Judged
from imgpipe.evaluate.records.scores import resample_parts
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.evaluate.scores.refusal import LEAST

if TYPE_CHECKING:
    import pandas as pd

    from imgpipe.evaluate.records.pairs.verdicts import Judged as Resampled
    from imgpipe.evaluate.scores.intervals import Resampled as Drawn


@dataclass(frozen=True)
class _Samples:
    """What the tests need to know of a data set."""

    ids: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray | None


def joined_experiment(runs: Sequence[Judged]) -> Experiment:
    """Make an experiment of runs that judged the same images on the same folds."""
    first = runs[0]
    rows = first.rows.drop_duplicates("id")
    ids = rows["id"].to_numpy(object)
    codes = {name: code for code, name in enumerate(first.comparison.dataset.classes)}
    labels = rows["label"].map(codes).to_numpy()
    groups = _patients(runs, ids)
    samples = _Samples(ids, labels, first.comparison.dataset.classes, groups)
    # the runs gave scores by a rule of their own; what they gave is compared
    least = min(LEAST, int(np.unique(labels, return_counts=True)[1].min()))
    together = _together(runs, ids, groups) if first.in_folds else None
    return Experiment(
        dataset=samples,
        splits=_splits(first, ids),
        store=cast(Any, None),  # nothing is fitted
        seed=first.comparison.run.seed,
        seeds=min(run.comparison.run.seeds for run in runs),
        held_out=first.comparison.protocol.held_out,
        least=least,
        copies=None if together is None else Handled("group", LookAlikes(len(ids)), together),
    )


def judgements(run: Judged, experiment: Experiment) -> "list[Resampled]":
    """Read what each model of a run said, seed by seed and fold by fold, and resample it."""
    table = run.comparison.predictions
    if "split" in table:
        table = table[table["split"] == "test"]
    place = {name: i for i, name in enumerate(experiment.dataset.ids)}
    found: list[tuple[ModelRecord, dict[str, Drawn]]] = []
    for model in run.comparison.models:
        rows = table[table["model"] == model.name]
        seeds = sorted(rows["seed"].unique())[: experiment.seeds] if "seed" in rows else [None]
        parts = []
        for number, seed in enumerate(seeds):
            of_seed = rows if seed is None else rows[rows["seed"] == seed]
            parts += _by_split(of_seed, number, place, experiment)
        record = ModelRecord(f"{run.name}/{model.name}", test=parts)
        found.append((record, resample_parts(parts, experiment)))
    return found


def _by_split(
    rows: "pd.DataFrame", seed: int, place: dict[str, int], experiment: Experiment
) -> list[HeldOut]:
    """Put the rows of a seed into the order of the experiment's splits."""
    classes = experiment.classes
    codes = {name: code for code, name in enumerate(classes)}
    index = rows["id"].map(place).to_numpy()
    predicted = rows["predicted"].map(codes).to_numpy()
    scores = rows[[f"p_{name}" for name in classes]].to_numpy(float)
    repeats = _repeats(rows)
    parts = []
    for split in experiment.splits:
        own = np.flatnonzero(np.isin(index, split.test) & (repeats == (split.repeat or 0)))
        own = own[np.argsort(index[own])]
        parts.append(HeldOut(index[own], predicted[own], scores[own], seed))
    return parts


def _splits(run: Judged, ids: np.ndarray) -> list[Split]:
    """Who was judged together; all other images are taken to have been trained on."""
    everything = np.arange(len(ids))
    if not run.in_folds:
        return [Split(everything[:0], everything)]
    place = {name: i for i, name in enumerate(ids)}
    splits = []
    for _, rows in run.rows.groupby(["repeat", "fold"]):
        test = np.sort([place[name] for name in rows["id"]])
        train = np.setdiff1d(everything, test)
        fold, repeat = int(rows["fold"].iloc[0]) - 1, int(rows["repeat"].iloc[0]) - 1
        splits.append(Split(train, test, fold=fold, repeat=repeat))
    return splits


def _repeats(rows: "pd.DataFrame") -> np.ndarray:
    """Number of the repeat of each row, from 0."""
    if "repeat" not in rows:
        return np.zeros(len(rows), int)
    return rows["repeat"].to_numpy(int) - 1


def _patients(runs: Sequence[Judged], ids: np.ndarray) -> np.ndarray | None:
    """Patients of the images, where a run knows them."""
    for run in runs:
        if "patient" in run.rows:
            known = dict(zip(run.rows["id"], run.rows["patient"], strict=True))
            return np.array([known[name] for name in ids], dtype=object).astype(str)
    return None


def _together(
    runs: Sequence[Judged], ids: np.ndarray, groups: np.ndarray | None
) -> np.ndarray | None:
    """Units in which patients and look-alikes are one, where a run kept these together."""
    place = {name: i for i, name in enumerate(ids)}
    pairs = tuple(
        (place[pair.id_a], place[pair.id_b])
        for run in runs
        if (found := run.comparison.look_alikes) is not None and found.handling == "group"
        for pair in run.comparison.dataset.duplicates
        if pair.id_a in place and pair.id_b in place
    )
    if not pairs:
        return None
    return LookAlikes(len(ids), groups=pairs).united(groups)
