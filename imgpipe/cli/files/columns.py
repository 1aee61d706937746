"""What a table of features says of its images beside their ids."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imgpipe._common import InputError

if TYPE_CHECKING:
    from imgpipe.datasets import ImageList

IDENTIFIERS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
_COLUMNS = ("label", "group", "split")


def label_columns(data: str, ids: Sequence[str], groups: str | None = None) -> dict[str, list[str]]:
    """Give label, group and split of each image, as far as the source names them.

    `groups` is the column of a manifest that becomes ``group``.
    """
    path = Path(data)
    if not path.is_dir() and path.suffix.lower() == ".csv":
        return _of_manifest(data, groups)
    if groups is not None:
        raise InputError(f"--groups names a column of a CSV manifest, which {data} is not")
    if path.is_dir():
        from imgpipe.datasets.folder import classes_by_folder

        return classes_by_folder(path, [Path(name) for name in ids])
    from imgpipe import datasets

    try:
        found = datasets.load(data)
    except InputError:  # images without labels, which are welcome here
        return {}
    if len(found) != len(ids):
        return {}
    columns = {"label": [found.classes[code] for code in found.labels]}
    if found.groups is not None:
        columns["group"] = found.groups.tolist()
    if found.split is not None:
        columns["split"] = found.split.tolist()
    return columns


def identifier_columns(source: "ImageList", salt: str | None) -> dict[str, list[str]]:
    """Give the columns of the three DICOM identifiers, hashed where there is a salt."""
    from imgpipe.images import identifiers

    rows = [identifiers(item) if isinstance(item, Path) else None for item in source.items]
    if not any(rows):
        return {}

    def shown(text: str) -> str:
        if not text or salt is None:
            return text
        return hashlib.blake2b(text.encode(), key=salt.encode()[:64], digest_size=16).hexdigest()

    return {
        name: [shown(row[i]) if row else "" for row in rows] for i, name in enumerate(IDENTIFIERS)
    }


def _of_manifest(data: str, groups: str | None) -> dict[str, list[str]]:
    from imgpipe.datasets.manifest import read_rows

    rows = read_rows(data, ("path",))
    if groups is not None and groups not in rows[0]:
        raise InputError(f"{data}: no column {groups!r} among {', '.join(rows[0])}")
    sources = {name: name for name in _COLUMNS if name in rows[0]}
    if groups is not None:
        sources["group"] = groups
    return {name: [row[sources[name]] for row in rows] for name in _COLUMNS if name in sources}
