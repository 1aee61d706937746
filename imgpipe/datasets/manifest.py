"""CSV manifests: ``path,label[,group][,split][,mask]``."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, fault, shown
from imgpipe._common.texts import Text, say
from imgpipe.datasets.annotations.columns import unused_note
from imgpipe.datasets.annotations.identity import clean_groups
from imgpipe.datasets.annotations.labels import encode
from imgpipe.datasets.annotations.spelling import NO_MASK, choose_name, clean, clean_split, some
from imgpipe.datasets.dataset import Dataset, stem
from imgpipe.datasets.files.folders import same_name
from imgpipe.datasets.files.table import Table, read_table
from imgpipe.datasets.image_files import read_files


def load_manifest(
    path: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    size: int | tuple[int, ...] | None = None,
    ids: str | None = None,
    classes: Sequence[str] | None = None,
) -> Dataset:
    """Load the images that a CSV file lists.

    Parameters
    ----------
    path : path-like
        Comma-separated UTF-8 text with a header. The columns ``path`` (relative to the manifest,
        or absolute) and ``label`` are needed, under these or obvious other names (``image``,
        ``file``, ``class``, ``diagnosis``, ...), which a warning names; ``group``, ``split`` and
        ``mask`` are used where they are there; others are kept in `Dataset.columns`.
    groups, split : str, optional
        Columns of the patients and of the split, where they have other names.
    size : int or tuple of int, optional
        Resize the images.
    ids : str, optional
        ``"exact"``: patients and classes spelt in two ways are two, see `imgpipe.datasets.load`.
    classes : sequence of str, optional
        Names of the classes, for labels 0, 1, ...

    Returns
    -------
    Dataset
        Ids are the paths as given in the manifest.

    Raises
    ------
    InputError
        If a column is missing, a label, patient or part is blank, patients differ only in case or
        blanks, a file is missing, listed twice or does not decode, or columns are not separated
        by commas.
    """
    where = shown(path)
    exact = ids == "exact"
    table = read_table(path, ("path", "label"))
    names = list(dict.fromkeys([*table.columns, *table.found]))
    group_column = choose_name(where, "column", names, groups, "group")
    split_column = choose_name(where, "column", names, split, "split")
    paths = locate(where, path, "path", table.values("path"))
    parts = clean_split(where, table.values(split_column)) if split_column else None
    who = table.values(group_column) if group_column else None
    patients, doubts = clean_groups(where, who, parts, exact=exact)
    codes, known, notes = encode(where, np.array(table.values("label")), classes, exact=exact)
    passed_over = unused_columns(table, group_column, split_column)
    images, warnings, formats = read_files(where, paths, size, *_masks(where, path, table))
    return Dataset(
        name=stem(path),
        images=images,
        labels=codes,
        classes=known,
        groups=patients,
        split=parts,
        ids=table.values("path"),
        channel_axis=images.channel_axis,
        source=where,
        warnings=(*table.notes, *notes, *doubts, *warnings, *passed_over),
        columns=other_columns(table, group_column, split_column),
        formats=formats,
    )


def unused_columns(table: Table, groups: str | None, split: str | None) -> list[Text]:
    """Name the columns that are passed over, where one may hold the patients or the split."""
    return unused_note(other_columns(table, groups, split), groups, split)


def other_columns(table: Table, groups: str | None, split: str | None) -> dict[str, list[str]]:
    """Columns that say something else of each image."""
    # of a region without a mask the table tells itself
    read = {*table.found.values(), groups, split, "region"}
    return {name: table.values(name) for name in table.columns if name not in read}


def _masks(
    where: str, manifest: str | os.PathLike[str], table: Table
) -> tuple[list[tuple[Path, ...]] | None, list[str | None]]:
    """Files of each mask, none where the column is blank, and regions of structure sets."""
    regions: list[str | None] = [None] * len(table.rows)
    if "region" in table.found:
        regions = [None if name in NO_MASK else name for name in table.values("region")]
    if "mask" not in table.found:
        return None, regions
    named = ["" if name in NO_MASK else name for name in table.values("mask")]
    files = iter(locate(where, manifest, "mask", [name for name in named if name], unique=False))
    return [(next(files),) if name else () for name in named], regions


def locate(
    where: str,
    manifest: str | os.PathLike[str],
    column: str,
    entries: list[str],
    *,
    unique: bool = True,
) -> list[Path]:
    """Files of a column's entries, which must exist and, unless they are masks, be listed once."""
    base = Path(manifest).parent
    values = clean(where, f"entries of {column!r}", entries)
    listings: dict[Path, dict[str, list[str]]] = {}
    paths = [place(base, value, listings) for value in values]
    missing = [value for value, path in zip(values, paths, strict=True) if not path.is_file()]
    if missing:
        raise InputError(
            f"{where}: {len(missing)} of {len(paths)} files do not exist beside the manifest: "
            f"{some(missing)}{_why_missing(missing)}"
        )
    seen: dict[str, int] = {}
    for i, path in enumerate(paths):
        if unique and (first := seen.setdefault(os.path.normpath(path), i)) != i:
            twice = say(
                "{where}: {name} is listed twice (rows {first} and {second})",
                where=where,
                name=values[i],
                first=first + 1,
                second=i + 1,
            )
            fault("DUP008", twice, [values[i]])
    return paths


def place(base: Path, value: str, listings: dict[Path, dict[str, list[str]]]) -> Path:
    """Where the file of an entry lies; it may have been written on another system."""
    path = base / value
    if path.exists():
        return path
    forward = base / value.replace("\\", "/")
    if forward.exists():
        return forward
    return same_name(path, listings) or same_name(forward, listings) or path


def _why_missing(missing: list[str]) -> str:
    """Say what paths of another machine need."""
    if all(re.match(r"[A-Za-z]:[\\/]|\\\\", value) for value in missing):
        return "; these are paths of a Windows machine: give them relative to the manifest"
    return ""
