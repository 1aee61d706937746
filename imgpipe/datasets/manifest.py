"""CSV manifests: ``path,label[,group][,split][,mask]``."""

import os
import re
from collections import Counter
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
from imgpipe.datasets.files.reading import ANYHOW, Reading, named_series
from imgpipe.datasets.files.table import Table, read_table
from imgpipe.datasets.image_files import image_files, read_files


def load_manifest(
    path: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    reading: Reading = ANYHOW,
    ids: str | None = None,
    classes: Sequence[str] | None = None,
) -> Dataset:
    """Load the images that a CSV file lists.

    Parameters
    ----------
    path : path-like
        Comma-separated UTF-8 text with a header. The columns ``path`` (relative to the manifest,
        or absolute) and ``label`` are needed, under these or obvious other names (``image``,
        ``file``, ``class``, ``diagnosis``, ...), which a warning names; ``group``, ``split``,
        ``mask`` and ``region`` (of a structure set) are used where they are there; others are kept
        in `Dataset.columns`. A path may be the folder of a DICOM series; ``series`` says which,
        where it holds several.
    groups, split : str, optional
        Columns of the patients and of the split, where they have other names.
    reading : Reading
        Size, slices of volumes, and more.
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
        blanks, or a file is missing, listed twice or does not decode.
    """
    where = shown(path)
    exact = ids == "exact"
    table = read_table(path, ("path", "label"))
    names = list(dict.fromkeys([*table.columns, *table.found]))
    group_column = choose_name(where, "column", names, groups, "group")
    split_column = choose_name(where, "column", names, split, "split")
    paths, series = _located(where, path, table)
    parts = clean_split(where, table.values(split_column)) if split_column else None
    who = table.values(group_column) if group_column else None
    codes, known, notes = encode(where, np.array(table.values("label")), classes, exact=exact)
    passed_over = unused_columns(table, group_column, split_column, any(series))
    files = image_files(paths, *_masks(where, path, table), series, reading=reading)
    names = _names(table.values("path"), series)
    found = read_files(where, files, reading)
    who, told = found.patients(files, names, who, reading)
    patients, doubts = clean_groups(where, who, parts, exact=exact)
    rows = found.rows
    others = other_columns(table, group_column, split_column)
    return Dataset(
        name=stem(path),
        images=found.images,
        labels=codes[rows],
        classes=known,
        groups=None if patients is None else patients[rows],
        split=None if parts is None else parts[rows],
        ids=found.names(names),
        channel_axis=found.images.channel_axis,
        source=where,
        warnings=(*table.notes, *notes, *doubts, *found.warnings, *told, *passed_over),
        columns={name: np.array(values)[rows] for name, values in others.items()},
        formats=found.formats,
        reading=reading,
    )


def _located(
    where: str, path: str | os.PathLike[str], table: Table
) -> tuple[list[Path], list[str | None]]:
    """File or folder of each row, and which series of a folder it means."""
    entries = table.values("path")
    paths = locate(where, path, "path", entries)
    series = [None if name in NO_MASK else name for name in table.series]
    series = [name if file.is_dir() else None for name, file in zip(series, paths, strict=True)]
    seen: dict[tuple[str, str | None], int] = {}
    for i, key in enumerate(zip(map(os.path.normpath, paths), series, strict=True)):
        if (first := seen.setdefault(key, i)) != i:
            twice = say(
                "{where}: {name} is listed twice (rows {first} and {second})",
                where=where,
                name=entries[i],
                first=first + 1,
                second=i + 1,
            )
            fault("DUP008", twice, [entries[i]])
    return paths, series


def _names(paths: list[str], series: list[str | None]) -> list[str]:
    """Give paths as names, and the series where a folder is listed for several."""
    often = Counter(paths)
    pairs = zip(paths, series, strict=True)
    return [named_series(path, one if often[path] > 1 else None) for path, one in pairs]


def unused_columns(
    table: Table, groups: str | None, split: str | None, of_series: bool = False
) -> list[Text]:
    """Name the columns that are passed over, where one may hold the patients or the split."""
    others = other_columns(table, groups, split)
    if of_series:
        others.pop("series", None)
    return unused_note(others, groups, split)


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
    files = iter(locate(where, manifest, "mask", [name for name in named if name]))
    return [(next(files),) if name else () for name in named], regions


def locate(
    where: str, manifest: str | os.PathLike[str], column: str, entries: list[str]
) -> list[Path]:
    """Files, or folders of DICOM series, of a column's entries, which must exist."""
    base = Path(manifest).parent
    values = clean(where, f"entries of {column!r}", entries)
    listings: dict[Path, dict[str, list[str]]] = {}
    paths = [place(base, value, listings) for value in values]
    missing = [value for value, path in zip(values, paths, strict=True) if not path.exists()]
    if missing:
        raise InputError(
            f"{where}: {len(missing)} of {len(paths)} files do not exist beside the manifest: "
            f"{some(missing)}{_why_missing(missing)}"
        )
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
