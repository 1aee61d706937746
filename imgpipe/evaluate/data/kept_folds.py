"""Folds that were made before: those of an earlier run, or given as positions."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.annotations.spelling import some
from imgpipe.evaluate.data.splits import Split

if TYPE_CHECKING:
    import pandas as pd


def kept_folds(dataset: Any, given: Any) -> list[Split]:
    """Take folds as they were made, after checking that they are of this data set.

    Parameters
    ----------
    dataset : Dataset
        A given split cannot be used beside folds.
    given : path-like or iterable of (train, test)
        The folder of an earlier run, or its ``predictions.csv``; or positions, as scikit-learn's
        splitters give them.

    Returns
    -------
    list of Split

    Raises
    ------
    InputError
        Where the run is of other images or labels, or was not cross-validated; where folds
        overlap, leave images out, or divide a patient; or where a training part lacks a class.
    """
    if dataset.split is not None:
        raise InputError(
            f"{dataset.where}: the data have a split, and folds are given too; leave one out"
        )
    if isinstance(given, str | os.PathLike):
        splits, what = _of_run(dataset, given), shown(given)
    else:
        splits, what = _of_positions(given, len(dataset)), "the folds"
    _check_patients(dataset, splits, what)
    labels = np.asarray(dataset.labels)
    for split in splits:
        missing = np.setdiff1d(labels, labels[split.train])
        if len(missing):
            raise InputError(
                f"{what}: fold {(split.fold or 0) + 1} has no image of class "
                f"{dataset.classes[missing[0]]} to train on"
            )
    return splits


def name_of_folds(given: Any) -> Text:
    """Say where folds that are not made here come from."""
    if isinstance(given, str | os.PathLike):
        return say("those of {run}", run=shown(given))
    return say("given ones")


def _of_run(dataset: Any, given: str | os.PathLike[str]) -> list[Split]:
    """Read which fold held out each image, repeat by repeat."""
    what = shown(given)
    if not str(given):
        raise InputError("folds are those of an earlier run, and its name is empty")
    table = _read(given)
    if "fold" not in table:
        raise InputError(f"{what}: that run was not cross-validated, so it has no folds")
    _check_numbers(table, what)
    first = table[table["model"] == table["model"].iloc[0]]
    first = first.drop_duplicates(["id", "repeat", "fold"])  # other seeds have the same folds
    place = {name: i for i, name in enumerate(dataset.ids.tolist())}
    if len(place) < len(dataset.ids):
        raise InputError(f"{dataset.where}: an id stands twice, so folds cannot be found by it")
    _check_ids(dataset, first, place, what)
    splits = []
    everything = np.arange(len(dataset))
    for repeat, number in enumerate(sorted(first["repeat"].unique(), key=int)):
        of_repeat = first[first["repeat"] == number]
        for fold, name in enumerate(sorted(of_repeat["fold"].unique(), key=int)):
            held = of_repeat["id"][of_repeat["fold"] == name]
            test = np.sort([place[image] for image in held])
            train = np.setdiff1d(everything, test)
            splits.append(Split(train, test, fold=fold, repeat=repeat))
    return splits


def _read(given: str | os.PathLike[str]) -> "pd.DataFrame":
    import pandas as pd

    path = Path(given)
    file = path / "predictions.csv" if path.is_dir() else path
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise InputError(f"{shown(given)}: no predictions.csv of an earlier run") from None
    except (ValueError, OSError) as error:
        raise InputError(f"{shown(given)}: cannot be read: {error}") from None
    missing = [name for name in ("id", "label", "model") if name not in table]
    if missing or not len(table):
        lack = f"no column {missing[0]!r}" if missing else "no rows"
        raise InputError(f"{shown(given)}: {lack}: these are no predictions of a run")
    return table


def _check_numbers(table: "pd.DataFrame", what: str) -> None:
    """Refuse folds and repeats that are no whole numbers from 1: edited by hand."""
    for column in ("repeat", "fold"):
        if column not in table:
            raise InputError(f"{what}: no column {column!r}: these are no predictions of a run")
        wrong = [text for text in table[column].unique() if not re.fullmatch("[1-9][0-9]*", text)]
        if wrong:
            raise InputError(f"{what}: {wrong[0]!r} in column {column} is no whole number from 1")


def _check_ids(dataset: Any, rows: "pd.DataFrame", place: dict[str, int], what: str) -> None:
    """Refuse a run of other images, or of other labels."""
    kept = set(rows["id"])
    others = [*(kept - place.keys()), *(place.keys() - kept)]
    if others:
        raise InputError(
            f"{what}: folds of another data set: {len(others)} images stand in one of the two only "
            f"({some(sorted(others))})"
        )
    names = np.asarray(dataset.classes, dtype=object)[np.asarray(dataset.labels)]
    wrong = [
        name
        for name, label in zip(rows["id"], rows["label"], strict=True)
        if names[place[name]] != label
    ]
    if wrong:
        raise InputError(
            f"{what}: {counted(len(set(wrong)), '{n} image', '{n} images')} had another label in "
            "that run "
            f"({some(sorted(set(wrong)))})"
        )
    if (rows.groupby("repeat")["id"].count() != len(place)).any():
        raise InputError(f"{what}: a repeat does not hold out each image once")


def _of_positions(given: Iterable[Any], n: int) -> list[Split]:
    """Check positions: parts that do not overlap, and each image held out equally often."""
    try:
        pairs = [(np.asarray(train), np.asarray(test)) for train, test in given]
    except (TypeError, ValueError):
        raise InputError(
            "folds must be a number, the folder of an earlier run, or pairs of positions (train, "
            "test)"
        ) from None
    held = np.zeros(n, np.intp)
    splits: list[Split] = []
    for train, test in pairs:
        for part in (train, test):
            whole = part.ndim == 1 and part.dtype.kind in "iu" and len(part) > 0
            if not whole or part.min() < 0 or part.max() >= n:
                raise InputError(f"folds hold positions from 0 to {n - 1}, and at least one a part")
        if len(np.intersect1d(train, test)) or len(np.unique(test)) < len(test):
            raise InputError(
                "the folds overlap: an image is trained on and judged, or twice judged"
            )
        held[test] += 1
        repeat = int(held[test].max()) - 1
        fold = sum(split.repeat == repeat for split in splits)
        splits.append(Split(np.sort(train), np.sort(test), fold=fold, repeat=repeat))
    if len(splits) < 2 or held.min() != held.max() or not held.min():
        raise InputError("the folds must hold out each image once, or each equally often")
    return splits


def _check_patients(dataset: Any, splits: list[Split], what: str) -> None:
    """Refuse folds that divide a patient."""
    if dataset.groups is None:
        return
    groups = np.asarray(dataset.groups)
    for split in splits:
        both = sorted(set(groups[split.train].tolist()) & set(groups[split.test].tolist()))
        if both:
            raise InputError(
                f"{what}: {counted(len(both), '{n} patient', '{n} patients')} on both sides of "
                f"fold {(split.fold or 0) + 1} ({some(both, 5)}): scores would be too good"
            )
