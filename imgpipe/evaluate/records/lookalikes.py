"""The look-alikes of a comparison: groups with pictures, and scores under another rule."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common.texts import counted, say
from imgpipe.evaluate.data.lookalikes.groups import LookAlikes
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.records.alike_counts import alike_counts
from imgpipe.evaluate.results import AlikeGroup, DuplicatePair, LookAlikesFound, OtherScores
from imgpipe.evaluate.scores.intervals import HeldOut, intervals
from imgpipe.images.picture import picture_of

_GROUPS = 24  # shown
_IMAGES = 6  # of each


def look_alikes_found(
    records: list[ModelRecord],
    experiment: Experiment,
    alike: LookAlikes,
    places: Sequence[str | None],
    drawn: dict[str, list[HeldOut]],
    pairs: Sequence[DuplicatePair] = (),
) -> LookAlikesFound:
    """Count the groups and `pairs`, show the worst, and tell what the scores are without."""
    labels = experiment.labels
    of = len(np.unique(np.concatenate([split.test for split in experiment.splits])))
    seen = None
    if all(len(split.train) for split in experiment.splits):
        found = [alike.among(split.test, split.train) for split in experiment.splits]
        seen = len(np.unique(np.concatenate(found)))
    certain = _by_group(alike)
    groups = sorted(
        ((not ties, *_whole(group, ties, labels, places), group) for group, ties in certain),
        key=lambda item: item[:3],
    )
    tied = {index for _, ties in certain for pair in ties for index in pair}
    copies = experiment.copies
    return LookAlikesFound(
        handling="keep" if copies is None else copies.how,
        images=sum(len(group) for *_, group in groups),
        groups=len(groups),
        torn=sum(not same for doubt, same, *_ in groups if not doubt),
        across=sum(not here for doubt, _, here, _ in groups if not doubt),
        judged=seen,
        of=of,
        maybe=sum(doubt for doubt, *_ in groups),
        apart=alike.apart(places),
        counts=alike_counts(pairs, alike),
        left_out=0 if copies is None else copies.left_out,
        shown=tuple(
            _shown(group, experiment, places, not same, not here, None if doubt else tied)
            for doubt, same, here, group in groups[:_GROUPS]
        ),
        without=_without(records, experiment, alike, seen, of) if seen else None,
        as_drawn=_as_drawn(records, experiment, drawn),
    )


def _by_group(alike: LookAlikes) -> list[tuple[tuple[int, ...], list[tuple[int, int]]]]:
    """Each group with the pairs in it that are equal or surely copies."""
    group_of = {index: k for k, group in enumerate(alike.groups) for index in group}
    ties: list[list[tuple[int, int]]] = [[] for _ in alike.groups]
    for a, b in alike.sure_pairs():
        if a in group_of and group_of[a] == group_of.get(b):
            ties[group_of[a]].append((a, b))
    return list(zip(alike.groups, ties, strict=True))


def _whole(
    group: Sequence[int],
    ties: Sequence[tuple[int, int]],
    labels: np.ndarray,
    places: Sequence[str | None],
) -> tuple[bool, bool]:
    """Whether sure copies have one label, and one place; all images where no copy is sure."""
    several = ties or [(group[0], index) for index in group[1:]]
    one_label = all(labels[a] == labels[b] for a, b in several)
    return one_label, all(places[a] == places[b] for a, b in several)


def _shown(
    group: Sequence[int],
    experiment: Experiment,
    places: Sequence[str | None],
    torn: bool,
    across: bool,
    tied: set[int] | None,
) -> AlikeGroup:
    """One group, each label and place among its first few."""
    dataset, labels = experiment.dataset, experiment.labels
    kinds: dict[Any, int] = {}
    for index in group:
        kinds.setdefault((int(labels[index]), places[index]), index)
    few = list(dict.fromkeys([*kinds.values(), *group]))[:_IMAGES]
    pictures: tuple[np.ndarray, ...] = ()
    if dataset.region != "table":
        pictures = tuple(
            picture_of(np.asarray(dataset.images[i].pixels), dataset.channel_axis) for i in few
        )
    return AlikeGroup(
        images=len(group),
        torn=torn,
        across=across,
        ids=tuple(str(dataset.ids[i]) for i in few),
        labels=tuple(experiment.classes[labels[i]] for i in few),
        places=tuple(places[i] for i in few),
        sure=tied is not None,
        doubtful=() if tied is None else tuple(i not in tied for i in few),
        pictures=pictures,
    )


def _without(
    records: list[ModelRecord], experiment: Experiment, alike: LookAlikes, seen: int, of: int
) -> OtherScores | None:
    """Scores on the judged images of which no look-alike was trained on."""
    if seen == of:
        return None
    known = [alike.among(split.test, split.train) for split in experiment.splits]
    scores = {
        record.name: _scores(
            [_others(part, known[at % len(known)]) for at, part in enumerate(record.test)],
            experiment,
        )
        for record in records
    }
    statement = counted(
        seen,
        "{n} of {of} judged images stands in training too, equal or nearly so",
        "{n} of {of} judged images stand in training too, equal or nearly so",
        of=of,
    )
    title = counted(seen, "without {n} copy", "without {n} copies")
    return OtherScores(title, statement, scores)


def _as_drawn(
    records: list[ModelRecord], experiment: Experiment, drawn: dict[str, list[HeldOut]]
) -> OtherScores | None:
    """Scores on folds that tear look-alikes apart."""
    if not drawn or experiment.copies is None:
        return None
    n = experiment.copies.torn_apart
    left = [record.name for record in records if record.name not in drawn]
    statement = counted(
        n,
        "{n} judged image would have a look-alike in the training part of its fold, had the folds "
        "been drawn without regard to them",
        "{n} judged images would have a look-alike in the training part of their fold, had the "
        "folds been drawn without regard to them",
    )
    if left:
        statement = say(
            "{text} (not fitted again, for its cost: {names:,})", text=statement, names=left
        )
    scores = {name: _scores(parts, experiment) for name, parts in drawn.items()}
    return OtherScores(say("folds as drawn"), statement, scores)


def _others(part: HeldOut, known: np.ndarray) -> HeldOut:
    keep = ~np.isin(part.index, known)
    return HeldOut(part.index[keep], part.predicted[keep], part.scores[keep], part.seed)


def _scores(parts: list[HeldOut], experiment: Experiment) -> Any:
    filled = [part for part in parts if len(part.index)]
    return intervals(
        experiment.labels,
        filled,
        len(experiment.classes),
        experiment.clusters,
        seed=experiment.seed,
    )
