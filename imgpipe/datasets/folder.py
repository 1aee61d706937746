"""Folder trees: ``class/...`` or ``train|val|test/class/...``."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets.annotations.labels import encode
from imgpipe.datasets.annotations.spelling import SPLIT_NAMES, clean_groups, some
from imgpipe.datasets.dataset import Dataset, stem
from imgpipe.datasets.files.folders import find_files, is_image, skipped_note, visible
from imgpipe.datasets.image_files import read_files


def load_folder(
    path: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    size: int | tuple[int, ...] | None = None,
) -> Dataset:
    """Load a folder tree whose folders are the classes.

    Parameters
    ----------
    path : path-like
        A folder of class folders, or of ``train``, ``val`` (also ``valid``, ``validation``) and
        ``test`` folders which hold class folders. Images may lie deeper still. Hidden files and
        folders are passed over; so are files without an image's suffix, with a warning in
        `Dataset.warnings`. DICOM files need no suffix.
    groups : str, optional
        Where the patient is found: ``"folder"`` for the folder below the class
        (``class/patient/...``), or ``"re:PATTERN"`` for the first group of a regular expression
        (else the whole match) in the path below the class folder, such as ``"re:(.+)_slice"``.
    split : None
        A folder tree says its split by its folders.
    size : int or tuple of int, optional
        Resize the images.

    Returns
    -------
    Dataset
        Ids are the paths as given, folder included. One file is decoded after the other, so that
        bad ones are found now. They stay in memory if they have one size and take less than
        1 GiB.

    Raises
    ------
    InputError
        If the folder is missing or holds no images, folders of classes and of splits are mixed, a
        file does not decode, or a path has no patient.
    """
    where, root = str(path), Path(path)
    if split is not None:
        raise InputError(f"{where}: split={split!r}, but a folder tree says its split by folders")
    if not root.is_dir():
        raise InputError(f"{where}: no such folder")
    parts = _parts(where, root)
    skipped: Counter[str] = Counter()
    files, notes = _labelled_files(where, parts, skipped)
    if not files:
        raise InputError(
            f"{where}: no images in it; expected CLASS/image.png or train/CLASS/image.png"
        )
    patients = _patients(where, groups, files)
    codes, classes, _ = encode(where, np.array([file.label for file in files]))
    images, channel_axis, warnings = read_files(where, [file.path for file in files], size)
    if groups is None and any(file.path.parent != file.class_folder for file in files):
        notes.append("folders below the class folders were not taken for patients")
    return Dataset(
        name=stem(path),
        images=images,
        labels=codes,
        classes=classes,
        groups=patients,
        split=np.array([file.part for file in files]) if parts[0][0] else None,
        ids=[str(file.path) for file in files],
        channel_axis=channel_axis,
        source=where,
        warnings=tuple(notes + warnings + skipped_note(skipped)),
    )


class _LabelledFile(NamedTuple):
    """An image file, and what its folders say of it; the part is blank without a split."""

    part: str
    class_folder: Path
    path: Path

    @property
    def label(self) -> str:
        return self.class_folder.name


def _labelled_files(
    where: str, parts: list[tuple[str, Path]], skipped: Counter[str]
) -> tuple[list[_LabelledFile], list[str]]:
    """Image files below class folders, with a note on each folder that has none."""
    files: list[_LabelledFile] = []
    notes = []
    for part, folder in parts:
        loose = [file for file in visible(folder) if is_image(file)]
        if loose:
            raise InputError(
                f"{where}: {len(loose)} images lie beside the class folders ({loose[0].name}); "
                "put each into the folder of its class"
            )
        for class_folder in filter(Path.is_dir, visible(folder)):
            paths = find_files(class_folder, skipped)
            files += [_LabelledFile(part, class_folder, path) for path in paths]
            if not paths:
                notes.append(f"no images in the folder {class_folder}")
    return files, notes


def _parts(where: str, root: Path) -> list[tuple[str, Path]]:
    """Find the parts of a given split, or take the root as the only one, without a name."""
    folders = [folder for folder in visible(root) if folder.is_dir()]
    parts = [(SPLIT_NAMES.get(folder.name.lower(), ""), folder) for folder in folders]
    named = [part for part, _ in parts if part]
    if not named:
        return [("", root)]
    if len(named) < len(parts):
        other = next(folder.name for part, folder in parts if not part)
        raise InputError(
            f"{where}: the folder {other!r} lies beside {', '.join(named)}: "
            "either all are classes or all are parts of a split"
        )
    if len(set(named)) < len(named):
        raise InputError(f"{where}: two folders mean one part: {some(f.name for f in folders)}")
    return parts


def classes_by_folder(path: str | os.PathLike[str], files: Sequence[Path]) -> dict[str, list[str]]:
    """Give ``label``, and ``split`` where there is one, of the files of a tree of class folders.

    Nothing is given for a folder of another kind: with images beside the class folders, or with
    one class folder only, whose name need not be that of a class.
    """
    root = Path(path)
    try:
        parts = _parts(str(path), root)
    except InputError:
        return {}
    split = bool(parts[0][0])
    below = [file.relative_to(root).parts for file in files]
    if any(len(names) < 2 + split for names in below):
        return {}
    labels = [names[split] for names in below]
    if len(set(labels)) < 2:
        return {}
    if not split:
        return {"label": labels}
    return {"label": labels, "split": [SPLIT_NAMES[names[0].lower()] for names in below]}


def _patients(where: str, groups: str | None, files: list[_LabelledFile]) -> np.ndarray | None:
    """Patient of each file, from its folder or its name."""
    if groups is None:
        return None
    if groups != "folder" and not groups.startswith("re:"):
        raise InputError(
            f"{where}: groups={groups!r}, but a folder tree has no columns; use 'folder' for "
            "CLASS/PATIENT/image.png or 're:PATTERN' for a pattern in the file's path"
        )
    try:
        pattern = re.compile(groups.removeprefix("re:"))
    except re.error as error:
        raise InputError(f"{where}: groups={groups!r} is no regular expression: {error}") from None
    patients, lacking = [], []
    for file in files:
        below = file.path.relative_to(file.class_folder)
        if groups == "folder":
            patient: str | None = below.parts[0] if len(below.parts) > 1 else None
        else:
            match = pattern.search(below.as_posix())
            patient = match and match[1 if pattern.groups else 0]
        if patient:
            patients.append(patient)
        else:
            lacking.append(str(file.path))
    if lacking:
        raise InputError(f"{where}: {len(lacking)} images have no patient by groups={groups!r}: "
                         f"{some(lacking)}")  # fmt: skip
    return clean_groups(where, patients)
