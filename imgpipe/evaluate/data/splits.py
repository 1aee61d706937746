"""Who is trained on, who is judged: given splits as they are, else grouped stratified folds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, counted, say
from imgpipe.learn.folds import folds_lacking_a_class, stratified_folds

_SHOWN = 5  # ids named in an error


@dataclass(frozen=True)
class Split:
    """Sample indices of one fit: trained on, watched (`val`, if any), judged (`test`).

    `site` names what was held out, where each site is in turn.
    """

    train: np.ndarray
    test: np.ndarray
    val: np.ndarray | None = None
    fold: int | None = None
    repeat: int | None = None
    site: str | None = None


def make_splits(dataset: Any, *, folds: int, repeats: int, seed: int) -> list[Split]:
    """Make the splits every model is fitted on, or stop with what is wrong with the data.

    Parameters
    ----------
    dataset : Dataset
        Its `split`, where there is one, is used as it is.
    folds, repeats : int
        Of cross-validation, where there is no split.
    seed : int
        Shuffle of the first repeat; the others follow.

    Returns
    -------
    list of Split

    Raises
    ------
    InputError
        With one class, a patient on both sides of a given split, or too few samples or patients.
    """
    labels = np.asarray(dataset.labels)
    _check_classes(labels, dataset.classes)
    if dataset.split is not None:
        return [_given(dataset)]
    for name, value, least in (("folds", folds, 2), ("repeats", repeats, 1)):
        if value < least:
            raise InputError(f"{name} is {value}; it must be at least {least}")
    named = np.asarray(dataset.classes, dtype=object)[labels].astype(str)
    splits = []
    for repeat in range(repeats):
        divided = stratified_folds(named, dataset.groups, folds, random_state=seed + repeat)
        splits += [
            Split(train, test, fold=fold, repeat=repeat)
            for fold, (train, test) in enumerate(divided)
        ]
    return splits


def split_warnings(dataset: Any, splits: list[Split]) -> list[Text]:
    """Say which held-out parts miss a class."""
    labels = np.asarray(dataset.labels)
    if not any(len(split.train) for split in splits):
        return _unjudged(labels, splits, dataset.classes)
    lacking = folds_lacking_a_class(labels, [(split.train, split.test) for split in splits])
    if not lacking:
        return []
    if dataset.split is not None:
        return [
            say(
                "the test part lacks a class: metrics of that class are left out there; fewer "
                "folds or more patients would help"
            )
        ]
    return [
        counted(
            lacking,
            "{n} of {of} folds lacks a class: metrics of that class are left out there; fewer "
            "folds or more patients would help",
            "{n} of {of} folds lack a class: metrics of that class are left out there; fewer folds "
            "or more patients would help",
            of=len(splits),
        )
    ]


def shared_groups(dataset: Any) -> list[str]:
    """Ids of the patients that stand in more than one part of the given split."""
    if dataset.groups is None or dataset.split is None:
        return []
    groups, split = np.asarray(dataset.groups), np.asarray(dataset.split)
    seen: dict[str, str] = {}
    shared = set()
    for group, part in zip(groups.tolist(), split.tolist(), strict=True):
        if seen.setdefault(group, part) != part:
            shared.add(str(group))
    return sorted(shared)


def _unjudged(labels: np.ndarray, splits: list[Split], classes: Any) -> list[Text]:
    """Name the classes of which there is nothing to judge."""
    judged = labels[np.concatenate([split.test for split in splits])]
    missing = [str(name) for code, name in enumerate(classes) if not (judged == code).any()]
    if not missing:
        return []
    return [
        counted(
            len(missing),
            "the judged images lack class {names:,}: how the model does on it is not known",
            "the judged images lack classes {names:,}: how the model does on them is not known",
            names=missing,
        )
    ]


def _given(dataset: Any) -> Split:
    """Take the split that came with the data, if it can be trusted."""
    split = np.asarray(dataset.split)
    names = sorted({str(name) for name in split})
    for needed in ("train", "test"):
        if needed not in names:
            raise InputError(
                f"the split has no {needed} part (found {', '.join(names)}); mark some samples "
                f"{needed!r}, or leave the split out for cross-validation"
            )
    shared = shared_groups(dataset)
    if shared:
        shown = ", ".join(shared[:_SHOWN]) + (", ..." if len(shared) > _SHOWN else "")
        stand = "1 patient stands" if len(shared) == 1 else f"{len(shared):,} patients stand"
        raise InputError(
            f"{stand} in more than one part of the given split ({shown}): "
            "scores would be too good; put each patient in one part, or leave the split out"
        )
    train = np.flatnonzero(split == "train")
    labels = np.asarray(dataset.labels)
    missing = np.setdiff1d(labels, labels[train])
    if len(missing):
        names = [str(dataset.classes[code]) for code in missing]
        raise InputError(f"the training part has no sample of class {', '.join(names)}")
    val = np.flatnonzero(split == "val")
    return Split(train, np.flatnonzero(split == "test"), val if len(val) else None)


def _check_classes(labels: np.ndarray, classes: Any) -> None:
    """Refuse data with nothing to tell apart."""
    codes = np.unique(labels)
    if len(codes) < 2:
        held = ", ".join(str(classes[code]) for code in codes) or "none"
        raise InputError(f"found one class only ({held}); a comparison needs two or more")
