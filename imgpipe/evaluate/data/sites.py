"""One site held out, or each in turn: how models do where none of them has been."""

from typing import Any

import numpy as np

from imgpipe._common import InputError, did_you_mean
from imgpipe._common.texts import counted, say
from imgpipe.datasets import Dataset
from imgpipe.datasets.annotations.identity import check_alike
from imgpipe.datasets.annotations.spelling import some
from imgpipe.evaluate.data.splits import Split


def held_out_sites(dataset: Dataset, given: str | None) -> tuple[Dataset, list[Split] | None]:
    """Hold out what ``site=B`` names, or, for ``site``, each in turn: then the folds are given."""
    if given is None:
        return dataset, None
    column, value = site_and_value(given)
    if value is None:
        return each_site(dataset, column)
    return external_set(dataset, column, value), None


def column_values(dataset: Dataset, column: str) -> np.ndarray:
    """Values of a column that the source has beside path, label, patient and split."""
    if column in dataset.columns:
        return np.asarray(dataset.columns[column])
    if not dataset.columns:
        raise InputError(
            f"{dataset.where}: no column {column!r}: the source has none but those of the path, "
            "label, patient and split"
        )
    raise InputError(
        f"{dataset.where}: no column {column!r} among {some(dataset.columns, 12)}"
        f"{did_you_mean(column, dataset.columns)}"
    )


def external_set(dataset: Dataset, column: str, value: str) -> Dataset:
    """Make the images of one site the test part, and those of all others the training part.

    Parameters
    ----------
    dataset : Dataset
        Of a given split, the validation part of the other sites stays; their test part is left
        out.
    column, value : str
        The column that names the site, and the site to be held out.

    Returns
    -------
    Dataset
        With a split, and warnings that say what was left out.

    Raises
    ------
    InputError
        For an unknown column or site, or one of one class.
    """
    dataset, sites = _known_sites(dataset, column)
    held = sites == value
    if not held.any():
        raise InputError(
            f"{dataset.where}: no image has {column}={value}; found {_counted(sites)}"
            f"{did_you_mean(value, set(sites.tolist()))}"
        )
    if held.all():
        raise InputError(f"{dataset.where}: all images have {column}={value}: none is left")
    _check_classes(dataset, column, [value], sites)
    dataset, held = _without_known(dataset, f"{column}={value}", held)
    part = np.where(held, "test", "train")
    warnings = dataset.warnings
    if dataset.split is not None:
        part = np.where(held, "test", dataset.split)
        unused = ~held & (dataset.split == "test")
        if unused.any():
            site = f"{column}={value}"
            told = counted(
                int(unused.sum()),
                "{n} test image of the given split left out: only {site} is judged",
                "{n} test images of the given split left out: only {site} is judged",
                site=site,
            )
            warnings = (*warnings, told)
            dataset, part = dataset.take(~unused), part[~unused]
    return dataset.changed(split=part, warnings=warnings)


def each_site(dataset: Dataset, column: str) -> tuple[Dataset, list[Split]]:
    """Hold out each site in turn: a fold a site.

    Parameters
    ----------
    dataset : Dataset
        A given split is not used, which a warning says.
    column : str
        The column that names the site.

    Returns
    -------
    (dataset, splits)

    Raises
    ------
    InputError
        For an unknown column, fewer than two sites, or one of one class.
    """
    dataset, sites = _known_sites(dataset, column)
    names = sorted(set(sites.tolist()))
    if len(names) < 2:
        raise InputError(f"{dataset.where}: {column} is {names[0]} throughout; two are needed")
    _check_classes(dataset, column, names, sites)
    if dataset.split is not None:
        told = say("the given split is not used: each {column} is held out in turn", column=column)
        dataset = dataset.changed(split=None, warnings=(*dataset.warnings, told))
    splits = [
        Split(
            np.flatnonzero(_strangers(dataset, sites == name)),
            np.flatnonzero(sites == name),
            None,
            fold,
            0,
            name,
        )
        for fold, name in enumerate(names)
    ]
    both = sum(len(dataset) - len(split.train) - len(split.test) for split in splits)
    if both:
        told = counted(
            both,
            "{n} image of patients with several values of {column} left out of training where such "
            "a patient is judged",
            "{n} images of patients with several values of {column} left out of training where "
            "such a patient is judged",
            column=column,
        )
        dataset = dataset.changed(warnings=(*dataset.warnings, told))
    labels = np.asarray(dataset.labels)
    for split in splits:
        missing = np.setdiff1d(labels, labels[split.train])
        if len(missing):
            raise InputError(
                f"{dataset.where}: without {column}={split.site} no image of class "
                f"{dataset.classes[missing[0]]} is left to train on"
            )
    return dataset, splits


def site_and_value(given: Any) -> tuple[str, str | None]:
    """Part ``COL=VALUE``; without a value each is meant in turn."""
    if not isinstance(given, str) or not given.strip("= "):
        raise InputError(f"hold_out={given!r}; give COLUMN=VALUE, or COLUMN for each value in turn")
    column, equals, value = given.partition("=")
    if equals and not (column.strip() and value.strip()):
        raise InputError(f"hold_out={given!r}; give COLUMN=VALUE, or COLUMN for each value in turn")
    return column.strip(), value.strip() if equals else None


def _known_sites(dataset: Dataset, column: str) -> tuple[Dataset, np.ndarray]:
    """Leave out images of which the site is not known: they may be from the one held out."""
    sites = column_values(dataset, column)
    blank = sites == ""
    if blank.all():
        raise InputError(f"{dataset.where}: the column {column} is blank")
    if blank.any():
        told = counted(
            int(blank.sum()),
            "{n} image without {column} left out",
            "{n} images without {column} left out",
            column=column,
        )
        dataset = dataset.take(~blank)
        dataset = dataset.changed(warnings=(*dataset.warnings, told))
        sites = sites[~blank]
    check_alike(dataset.where, column, sites.tolist())
    return dataset, sites


def _check_classes(dataset: Dataset, column: str, names: list[str], sites: np.ndarray) -> None:
    """Refuse sites that hold one class only: nothing could be told apart there."""
    single = [name for name in names if len(np.unique(dataset.labels[sites == name])) < 2]
    if single:
        only = dataset.classes[dataset.labels[sites == single[0]][0]]
        raise InputError(
            f"{dataset.where}: {column}={single[0]} has images of class {only} only, so nothing "
            f"can be told apart there; hold out another {column}, or leave those images out"
        )


def _strangers(dataset: Any, held: np.ndarray) -> np.ndarray:
    """Which images can be trained on where these are judged: those of other patients."""
    if dataset.groups is None:
        return ~held
    return ~np.isin(dataset.groups, dataset.groups[held])


def _without_known(dataset: Any, site: str, held: np.ndarray) -> tuple[Any, np.ndarray]:
    """Leave out the other images of patients that are judged at the site."""
    kept = held | _strangers(dataset, held)
    if kept.all():
        return dataset, held
    n, patients = int((~kept).sum()), len(np.unique(dataset.groups[~kept]))
    told = say(
        "{images} of {patients} with images at {site} left out of training: a patient is judged or "
        "trained on",
        images=counted(n, "{n} image", "{n} images"),
        patients=counted(patients, "{n} patient", "{n} patients"),
        site=site,
    )
    dataset = dataset.take(kept)
    return dataset.changed(warnings=(*dataset.warnings, told)), held[kept]


def _counted(sites: np.ndarray) -> str:
    names, counts = np.unique(sites, return_counts=True)
    ranked = sorted(zip(counts.tolist(), names.tolist(), strict=True), reverse=True)
    return some([f"{name} ({n})" for n, name in ranked], 8)
