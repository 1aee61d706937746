"""CSV manifests: ``path,label[,group][,split][,mask]``."""

import csv
import os
from pathlib import Path

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets.annotations.labels import encode
from imgpipe.datasets.annotations.spelling import (
    choose_name,
    clean,
    clean_groups,
    clean_split,
    some,
)
from imgpipe.datasets.dataset import Dataset, stem
from imgpipe.datasets.image_files import read_files, read_masks

Row = dict[str, str]

OWN_COLUMNS = frozenset({"path", "label", "group", "split", "mask", "region"})
# names that people give to the column of patients, in lower case
PATIENT_COLUMNS = frozenset({"patient", "patient_id", "patientid", "subject", "subject_id", "case"})


def load_manifest(
    path: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    size: int | tuple[int, ...] | None = None,
) -> Dataset:
    """Load the images that a CSV file lists.

    Parameters
    ----------
    path : path-like
        Comma-separated UTF-8 text with a header. The columns ``path`` (relative to the manifest,
        or absolute) and ``label`` are needed; ``group``, ``split`` and ``mask`` are used where
        they are there; others are passed over.
    groups, split : str, optional
        Columns of the patients and of the split, where they have other names.
    size : int or tuple of int, optional
        Resize the images.

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
    where = str(path)
    rows = read_rows(path, ("path", "label"))
    columns = list(rows[0])
    group_column = choose_name(where, "column", columns, groups, "group")
    split_column = choose_name(where, "column", columns, split, "split")
    paths = locate(where, path, rows, "path")
    patients = clean_groups(where, _values(rows, group_column)) if group_column else None
    parts = clean_split(where, _values(rows, split_column)) if split_column else None
    codes, classes, notes = encode(where, np.array(_values(rows, "label")))
    images, channel_axis, warnings = read_files(where, paths, size)
    masks = None
    if "mask" in columns:
        shapes = (
            images.shapes if not isinstance(images, np.ndarray) else [images.shape[1:]] * len(rows)
        )
        flat = [shape if channel_axis is None else shape[:-1] for shape in shapes]
        masks = read_masks(where, locate(where, path, rows, "mask", unique=False), flat, size)
    return Dataset(
        name=stem(path),
        images=images,
        labels=codes,
        classes=classes,
        groups=patients,
        split=parts,
        ids=_values(rows, "path"),
        channel_axis=channel_axis,
        source=where,
        masks=masks,
        warnings=tuple(notes + warnings + _unused(columns, group_column, split_column)),
    )


def read_rows(path: str | os.PathLike[str], needed: tuple[str, ...]) -> list[Row]:
    """Rows of a manifest, blanks round names and values removed."""
    where = str(path)
    try:
        # utf-8-sig: spreadsheet programs write a byte order mark
        with open(path, encoding="utf-8-sig", newline="") as file:
            table = [(i, row) for i, row in enumerate(csv.reader(file, strict=True), 1) if any(row)]
    except FileNotFoundError:
        raise InputError(f"{where}: no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{where}: not UTF-8 text; save the manifest as CSV UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{where}: not a CSV file: {error}") from None
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}") from None
    if not table:
        raise InputError(
            f"{where}: the manifest is empty; expected the columns {', '.join(needed)}"
        )
    header = [name.strip() for name in table[0][1]]
    _check_header(where, header, needed)
    uneven = [i for i, row in table if len(row) != len(header)]
    if uneven:
        raise InputError(f"{where}: {len(header)} columns, but not in line {some(uneven)}")
    if len(table) == 1:
        raise InputError(f"{where}: the manifest lists no images")
    return [
        {name: value.strip() for name, value in zip(header, row, strict=True)}
        for _, row in table[1:]
    ]


def _check_header(where: str, header: list[str], needed: tuple[str, ...]) -> None:
    """All columns needed are there, once, and separated by commas."""
    missing = [name for name in needed if name not in header]
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if missing and len(header) == 1 and mark in header[0]:
            raise InputError(f"{where}: columns are separated by {name}; save it with commas")
    if missing:
        raise InputError(f"{where}: no column {missing[0]!r} among {some(header, 8)}")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(f"{where}: the column {twice[0]!r} is there twice")


def locate(
    where: str,
    manifest: str | os.PathLike[str],
    rows: list[Row],
    column: str,
    *,
    unique: bool = True,
) -> list[Path]:
    """Files of a column, which must exist and, unless they are masks, be listed once."""
    base = Path(manifest).parent
    values = clean(where, f"entries of {column!r}", _values(rows, column))
    paths = [base / value for value in values]
    missing = [value for value, path in zip(values, paths, strict=True) if not path.is_file()]
    if missing:
        raise InputError(
            f"{where}: {len(missing)} of {len(paths)} files do not exist beside the manifest: "
            f"{some(missing)}"
        )
    seen: dict[str, int] = {}
    for i, path in enumerate(paths):
        if unique and (first := seen.setdefault(os.path.normpath(path), i)) != i:
            raise InputError(f"{where}: {values[i]} is listed twice (rows {first + 1} and {i + 1})")
    return paths


def _values(rows: list[Row], column: str) -> list[str]:
    return [row[column] for row in rows]


def _unused(columns: list[str], groups: str | None, split: str | None) -> list[str]:
    """Name the columns that are passed over, where one of them may hold the unknown patients."""
    unused = [name for name in columns if name not in OWN_COLUMNS | {split}]
    if groups is not None or not unused:
        return []
    likely = next((name for name in unused if name.lower() in PATIENT_COLUMNS), None)
    if len(unused) == 1:
        return [f"column {unused[0]} is not used; if it names the patient: --groups {unused[0]}"]
    return [
        f"columns {some(unused, 8)} are not used; if one names the patient: "
        f"--groups {likely or 'COLUMN'}"
    ]
