"""What a table of features says of its images beside their ids."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from imgpipe._common import InputError
from imgpipe.datasets import load
from imgpipe.datasets.annotations.labels import name_of
from imgpipe.datasets.annotations.spelling import some
from imgpipe.datasets.files.table import read_table
from imgpipe.datasets.folder import classes_by_folder
from imgpipe.images import ImageFile, Images, identifiers

IDENTIFIERS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
_COLUMNS = ("label", "group", "split")
_Source = str | os.PathLike[str]


def label_columns(
    source: _Source | Iterable[_Source], ids: Sequence[str], groups: str | None = None
) -> dict[str, list[str]]:
    """Give label, group and split of each image, as far as a source that stands alone names them.

    `groups` is the column of a manifest that becomes ``group``.
    """
    path = Path(source) if isinstance(source, str | os.PathLike) else None
    if path is not None and not path.is_dir() and path.suffix.lower() == ".csv":
        return _of_manifest(path, groups)
    if groups is not None:
        raise InputError(f"--groups names a column of a CSV manifest, which {source} is not")
    if path is None:
        return {}
    if path.is_dir():
        return classes_by_folder(path, ids)
    return _of_dataset(str(source), len(ids))


def identifier_columns(images: Images, salt: str | None) -> dict[str, list[str]]:
    """Give the columns of the three DICOM identifiers, hashed where there is a salt."""
    rows = [identifiers(i.path) if isinstance(i, ImageFile) else None for i in images.items]
    if not any(rows):
        return {}
    # a key of BLAKE2b has at most 64 bytes
    key = (salt or "").encode(errors="surrogateescape")
    key = key if len(key) <= 64 else hashlib.blake2b(key).digest()

    def shown(text: str) -> str:
        if not text or salt is None:
            return text
        return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()

    return {
        name: [shown(row[i]) if row else "" for row in rows] for i, name in enumerate(IDENTIFIERS)
    }


def _of_dataset(name: str, count: int) -> dict[str, list[str]]:
    """Columns of a labelled stack or a registered set."""
    try:
        dataset = load(name)
    except InputError:  # images without labels, which are welcome here
        return {}
    if len(dataset) != count:
        return {}
    columns = {"label": [dataset.classes[code] for code in dataset.labels]}
    if dataset.groups is not None:
        columns["group"] = dataset.groups.tolist()
    if dataset.split is not None:
        columns["split"] = dataset.split.tolist()
    return columns


def _of_manifest(path: Path, groups: str | None) -> dict[str, list[str]]:
    table = read_table(path, ("path",))
    if groups is not None and groups not in table.columns:
        raise InputError(f"{path}: no column {groups!r} among {some(table.columns, 8)}")
    columns = {name: table.values(name) for name in _COLUMNS if name in table.found}
    if groups is not None:
        columns["group"] = table.values(groups)
    if "label" in columns:
        columns["label"] = [name_of(label) for label in columns["label"]]
    return {name: columns[name] for name in _COLUMNS if name in columns}
