"""What a table of features says of its images beside their ids."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from imgpipe._common import InputError
from imgpipe._common.pseudonyms import Pseudonyms
from imgpipe._common.texts import Text, say
from imgpipe.datasets import load
from imgpipe.datasets.annotations.identity import alike, told
from imgpipe.datasets.annotations.labels import name_of
from imgpipe.datasets.annotations.spelling import NO_MASK, choose_name
from imgpipe.datasets.files.archive import Archive
from imgpipe.datasets.files.reading import ANYHOW, Reading
from imgpipe.datasets.files.table import Table, read_table
from imgpipe.datasets.folder import classes_by_folder
from imgpipe.datasets.manifest import other_columns, unused_columns
from imgpipe.features import FAMILIES

SAID = ("id", "label", "group", "split", "error_code", "error")
IDENTIFIERS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
_Source = str | os.PathLike[str]
_Columns = dict[str, list[str]]


def label_columns(
    source: _Source | Iterable[_Source],
    ids: Sequence[str],
    groups: str | None = None,
    split: str | None = None,
    reading: Reading = ANYHOW,
) -> tuple[_Columns, list[Text]]:
    """Give label, group and split of each file, as far as a source that stands alone names them.

    `groups` and `split` are the columns of a manifest that become ``group`` and ``split``. Notes
    say what could not be used.
    """
    path = Path(source) if isinstance(source, str | os.PathLike) else None
    if path is not None and not path.is_dir() and path.suffix.lower() == ".csv":
        return _of_manifest(path, groups, split)
    for option, column in (("--groups", groups), ("--split", split)):
        if column is not None:
            raise InputError(f"{option} names a column of a CSV manifest, which {source} is not")
    if path is None:
        return {}, []
    if path.is_dir():
        return classes_by_folder(path, ids, reading), []
    return _of_dataset(path, len(ids))


def identifier_columns(
    rows: Sequence[Sequence[str] | None], salt: str | None
) -> dict[str, list[str]]:
    """Give the columns of the three DICOM identifiers, hashed where there is a salt."""
    shown = str if salt is None else Pseudonyms(salt).of
    return {
        name: [shown(row[i]) if row else "" for row in rows] for i, name in enumerate(IDENTIFIERS)
    }


def _of_dataset(path: Path, count: int) -> tuple[_Columns, list[Text]]:
    """Columns of a labelled stack or a registered set; labels that cannot be used are told."""
    if path.exists() and path.suffix.lower() != ".npz":
        return {}, []
    if path.exists() and not any(key.endswith("labels") for key in Archive(path).keys):
        return {}, []
    try:
        dataset = load(str(path))
    except InputError as error:
        return {}, [say("labels are left out: {reason}", reason=error.args[0])]
    if len(dataset) != count:
        return {}, []
    columns = {"label": [dataset.classes[code] for code in dataset.labels]}
    if dataset.groups is not None:
        columns["group"] = dataset.groups.tolist()
    if dataset.split is not None:
        columns["split"] = dataset.split.tolist()
    return columns, []


def _of_manifest(path: Path, groups: str | None, split: str | None) -> tuple[_Columns, list[Text]]:
    table = read_table(path, ("path",))
    names = list(dict.fromkeys([*table.columns, *table.found]))
    chosen = {
        "label": table.found.get("label"),
        "group": choose_name(str(path), "column", names, groups, "group"),
        "split": choose_name(str(path), "column", names, split, "split"),
    }
    columns = {own: table.values(name) for own, name in chosen.items() if name is not None}
    if "label" in columns:
        columns["label"] = [name_of(label) for label in columns["label"]]
    notes = [
        say("patients {names} may be one, spelt in several ways", names=told(found))
        for found in alike(columns.get("group", ()))
    ]
    columns |= _others(table, chosen["group"], chosen["split"])
    of_series = not all(name in NO_MASK for name in table.series)
    unused = unused_columns(table, chosen["group"], chosen["split"], of_series)
    return columns, notes[:3] + unused


def _others(table: Table, groups: str | None, split: str | None) -> _Columns:
    """What else the manifest says; a column that could be taken for one of ours gets a name."""
    taken = {*SAID, *IDENTIFIERS}
    return {
        f"manifest_{name}" if name in taken or of_family(name) else name: values
        for name, values in other_columns(table, groups, split).items()
    }


def of_family(name: str) -> bool:
    """Whether a column is called as a feature of ours.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool
    """
    return any(name.startswith(f"{family}_") for family in FAMILIES)
