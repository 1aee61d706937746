"""Whose images they are, without labels: from a column, an archive's key, or folders."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe.datasets.annotations.identity import clean_groups
from imgpipe.datasets.annotations.spelling import SPLITS, choose_name, some
from imgpipe.datasets.files.archive import Archive
from imgpipe.datasets.files.table import read_table
from imgpipe.datasets.load import DATASETS
from imgpipe.datasets.manifest import unused_columns

Source = str | os.PathLike[str]


def patients_of(
    source: Source, groups: str | None, names: tuple[str, ...], *, exact: bool = False
) -> tuple[np.ndarray | None, list[str]]:
    """Find the patient of each file or image of a source.

    Parameters
    ----------
    source : path-like
        As in `imgpipe.datasets.find_images`.
    groups : str, optional
        Column of a manifest (``group`` by default), key of an archive (``groups``), or for a folder
        ``"folder"``, for the first one below it, or ``"re:PATTERN"``.
    names : tuple of str
        Of the images, before slices are taken.
    exact : bool
        Whether ids that differ only in case, blanks or zeros are different patients.

    Returns
    -------
    tuple of (ndarray or None) and list of str
        None where nothing says it; and what a reader should know.
    """
    path, where = Path(source), shown(source)
    found: Any = None
    told: list[str] = []
    if path.is_dir():
        found = _of_folder(path, groups, names)
    elif not path.exists() and str(source) in DATASETS:
        if groups is not None:
            raise InputError(f"{where}: groups={groups!r}, but it is a registered data set")
        found = DATASETS[str(source)].load().groups
    elif path.suffix.lower() == ".csv":
        table = read_table(source, ("path",))
        columns = list(dict.fromkeys([*table.columns, *table.found]))
        column = choose_name(where, "column", columns, groups, "group")
        found = table.values(column) if column else None
        told += unused_columns(table, column, None) if column is None else []
    elif path.suffix.lower() == ".npz":
        found = _of_archive(Archive(source), groups)
    elif groups is not None:
        raise InputError(f"{where}: groups={groups!r}, but one file says nothing of patients")
    patients, notes = clean_groups(where, found, None, exact=exact)
    return patients, [*told, *notes]


def _of_archive(archive: Archive, groups: str | None) -> list[Any] | None:
    parts = [part for part in SPLITS if f"{part}_images" in archive]
    if not parts:
        key = choose_name(archive.name, "key", archive.keys, groups, "groups")
        return None if key is None else archive.row(key, archive.header("images")[0][0]).tolist()
    keys = [f"{part}_{groups or 'groups'}" for part in parts]
    if groups is None and not any(key in archive for key in keys):
        return None
    found: list[Any] = []
    for part, key in zip(parts, keys, strict=True):
        found += archive.row(key, archive.header(f"{part}_images")[0][0]).tolist()
    return found


def _of_folder(root: Path, groups: str | None, names: tuple[str, ...]) -> list[str] | None:
    if groups is None:
        return None
    where = shown(root)
    if groups != "folder" and not groups.startswith("re:"):
        raise InputError(
            f"{where}: groups={groups!r}, but a folder has no columns; use 'folder' for the first "
            "one below it or 're:PATTERN' for a pattern in the file's path"
        )
    try:
        pattern = re.compile("[^/]+(?=/)" if groups == "folder" else groups.removeprefix("re:"))
    except re.error as error:
        raise InputError(f"{where}: groups={groups!r} is no regular expression: {error}") from None
    below = [os.path.relpath(name, root).replace(os.sep, "/") for name in names]
    matches = [pattern.search(path) for path in below]
    lacking = [path for path, match in zip(below, matches, strict=True) if not match]
    if lacking:
        raise InputError(
            f"{where}: {len(lacking)} images have no patient by groups={groups!r}: {some(lacking)}"
        )
    return [match[1 if pattern.groups else 0] or "" for match in matches if match]
