"""What is done about look-alikes before anything is fitted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imgpipe._common import InputError, unknown_name
from imgpipe._common.texts import counted, say
from imgpipe.evaluate.data.lookalikes.groups import LookAlikes, grouped, look_alikes
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.data.survey import Survey

HANDLINGS = ("group", "drop", "keep")
_PREFERRED = ("test", "val", "train")  # whose image stays: what is judged is judged


@dataclass(frozen=True)
class Handled:
    """What was found and done: `together` are the units of the folds where it changed them.

    `as_drawn` are the folds of the first repeat as they were without, where look-alikes stood on
    both sides of them: `torn_apart` images in all.
    """

    how: str
    alike: LookAlikes
    together: np.ndarray | None = None
    as_drawn: tuple[Split, ...] = ()
    torn_apart: int = 0
    left_out: int = 0


def check_handling(how: str) -> None:
    """Refuse another word than group, drop or keep."""
    if how not in HANDLINGS:
        raise unknown_name("handling of duplicates", how, HANDLINGS)


def handle(
    dataset: Any,
    survey: Survey,
    splits: list[Split],
    how: str,
    draw: Callable[[Any], list[Split]] | None,
    n_jobs: int | None,
) -> tuple[Any, Survey, list[Split], Handled]:
    """Find the look-alikes, then keep them together, leave them out, or do nothing.

    Parameters
    ----------
    dataset, survey, splits
        As they are without.
    how : {"group", "drop", "keep"}
        In folds, look-alikes stay on one side; of each group one image stays, none where labels
        contradict one another; or nothing is done.
    draw : callable or None
        Makes folds of a data set; None where the splits were given, and nothing is drawn.
    n_jobs : int, optional
        Threads of the search.

    Returns
    -------
    (dataset, survey, splits, handled)
        As they are with it.
    """
    alike = look_alikes(survey, n_jobs)
    if not alike.groups or how == "keep":
        return dataset, survey, splits, Handled(how, alike)
    if how == "drop":
        return _dropped(dataset, survey, splits, draw, alike)
    if draw is None:
        return dataset, survey, splits, Handled(how, alike)
    together = alike.united(dataset.groups)
    drawn = tuple(split for split in splits if not split.repeat)
    apart = int(sum(len(alike.among(split.test, split.train)) for split in drawn))
    if not apart and _kept_whole(drawn, together):
        return dataset, survey, splits, Handled(how, alike)
    try:
        splits = draw(dataset.changed(groups=together))
    except InputError as error:
        raise InputError(
            f"with look-alikes on one side, {error} (or --duplicates keep, duplicates='keep')"
        ) from error
    return dataset, survey, splits, Handled(how, alike, together, drawn if apart else (), apart)


def _kept_whole(drawn: tuple[Split, ...], together: np.ndarray) -> bool:
    return all(not np.intersect1d(together[s.test], together[s.train]).size for s in drawn)


def _dropped(
    dataset: Any,
    survey: Survey,
    splits: list[Split],
    draw: Callable[[Any], list[Split]] | None,
    alike: LookAlikes,
) -> tuple[Any, Survey, list[Split], Handled]:
    """Leave out all but one image of each group of sure copies; all where their labels differ."""
    out: list[int] = []
    torn = 0
    for group in grouped(alike.n, alike.equal, [pair for pair in alike.near if pair.sure]):
        if len({int(dataset.labels[i]) for i in group}) > 1:
            torn += len(group)
            out.extend(group)
            continue
        out.extend(i for i in group if i != _stays(group, dataset.split))
    kept = np.setdiff1d(np.arange(len(dataset)), out)
    told = counted(
        len(out),
        "{n} image left out: look-alikes, of which one of a group stays",
        "{n} images left out: look-alikes, of which one of a group stays",
    )
    if torn:
        told = say(
            "{text}; of groups with several labels none does ({n} images)", text=told, n=torn
        )
    before = set(dataset.labels)
    dataset = dataset.take(kept)
    if set(dataset.labels) != before:
        raise InputError("without look-alikes, no image of a class is left; use --duplicates group")
    dataset = dataset.changed(warnings=(*dataset.warnings, told))
    place = np.full(alike.n, -1)
    place[kept] = np.arange(len(kept))
    splits = draw(dataset) if draw is not None else [_moved(split, place) for split in splits]
    left = _left(alike, place)
    return dataset, survey.take(kept), splits, Handled("drop", left, left_out=len(out))


def _stays(group: list[int], split: np.ndarray | None) -> int:
    """Choose the first of the part that is judged, else of the one that is watched."""
    if split is None:
        return group[0]
    return min(group, key=lambda i: (_PREFERRED.index(str(split[i])), i))


def _moved(split: Split, place: np.ndarray) -> Split:
    """Point at the images that are left."""

    def part(index: np.ndarray) -> np.ndarray:
        new = place[index]
        return new[new >= 0]

    val = None if split.val is None else part(split.val)
    return replace(split, train=part(split.train), test=part(split.test), val=val)


def _left(alike: LookAlikes, place: np.ndarray) -> LookAlikes:
    """Pairs that are left: those between groups that are not one."""
    whole = {group[0]: group for group in alike.equal}
    near = []
    for pair in alike.near:
        a, b = (
            next((int(place[i]) for i in whole.get(k, (k,)) if place[i] >= 0), -1)
            for k in (pair.a, pair.b)
        )
        if min(a, b) >= 0:
            near.append(replace(pair, a=min(a, b), b=max(a, b)))
    return LookAlikes(int((place >= 0).sum()), near=tuple(near))
