"""Folder trees: ``class/...`` or ``train|val|test/class/...``."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, say
from imgpipe.datasets.annotations.identity import clean_groups
from imgpipe.datasets.annotations.labels import encode, name_of
from imgpipe.datasets.annotations.spelling import SPLIT_NAMES, some
from imgpipe.datasets.dataset import Dataset, stem
from imgpipe.datasets.files.folders import find_files, is_image, skip, skipped_note, visible
from imgpipe.datasets.files.mask_files import folder_of_images, mask_notes, pair_masks
from imgpipe.datasets.files.reading import ANYHOW, Reading, named_series
from imgpipe.datasets.files.series_folders import gather_series, without_image
from imgpipe.datasets.image_files import image_files, read_files


def load_folder(
    path: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    reading: Reading = ANYHOW,
    ids: str | None = None,
    classes: Sequence[str] | None = None,
) -> Dataset:
    """Load a folder tree whose folders are the classes.

    Parameters
    ----------
    path : path-like
        A folder of class folders, or of ``train``, ``val`` (also ``valid``, ``validation``) and
        ``test`` folders which hold class folders. Images may lie deeper still. Hidden files and
        folders are passed over; so are files without an image's suffix, with a warning in
        `Dataset.warnings`. DICOM files need no suffix. Masks that lie beside their images
        (``x_mask.png`` or ``x_seg.png`` beside ``x.png``, or ``masks/x.png``) become their masks.
    groups : str, optional
        Where the patient is found: ``"folder"`` for the folder below the class
        (``class/patient/...``), or ``"re:PATTERN"`` for the first group of a regular expression
        (else the whole match) in the path below the class folder, such as ``"re:(.+)_slice"``.
    split : None
        A folder tree says its split by its folders.
    reading : Reading
        Size, slices of volumes, and more.
    ids : str, optional
        ``"exact"``: patients and classes spelt in two ways are two, see `imgpipe.datasets.load`.
    classes : sequence of str, optional
        Names of the classes, where the folders are called 0, 1, ...

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
    where, root, exact = shown(path), Path(path), ids == "exact"
    if split is not None:
        raise InputError(f"{where}: split={split!r}, but a folder tree says its split by folders")
    if not root.is_dir():
        raise InputError(f"{where}: no such folder")
    skipped: Counter[str] = Counter()
    parts = _parts(where, root, skipped)
    files, notes = _labelled_files(where, root, parts, skipped)
    if reading.gathers:
        files, beside = _in_series(files, reading.series)
        notes += without_image(0 if reading.series else beside)
    if not files:
        raise InputError(
            f"{where}: no images in it; expected CLASS/image.png or train/CLASS/image.png"
        )
    given_split = np.array([file.part for file in files]) if parts[0][0] else None
    labels = np.array([file.label for file in files])
    codes, known, unused = encode(where, labels, classes, exact=exact)
    masks = [file.masks for file in files]
    series = [file.series for file in files]
    listed = image_files([file.path for file in files], masks, None, series, reading=reading)
    found = read_files(where, listed, reading)
    names = [file.name for file in files]
    who, told = found.patients(listed, names, _patients(where, groups, files), reading)
    patients, doubts = clean_groups(where, who, given_split, exact=exact)
    if groups is None and any(file.path.parent != file.class_folder for file in files):
        notes.append(say("folders below the class folders were not taken for patients"))
    rows = found.rows
    return Dataset(
        name=stem(path),
        images=found.images,
        labels=codes[rows],
        classes=known,
        groups=None if patients is None else patients[rows],
        split=None if given_split is None else given_split[rows],
        ids=found.names(names),
        channel_axis=found.images.channel_axis,
        source=where,
        warnings=(*notes, *unused, *doubts, *found.warnings, *told, *skipped_note(skipped)),
        formats=found.formats,
        reading=reading,
    )


class _LabelledFile(NamedTuple):
    """An image file, and what its folders say of it; the part is blank without a split."""

    part: str
    class_folder: Path
    path: Path
    masks: tuple[Path, ...]
    series: str | None = None

    @property
    def name(self) -> str:
        return named_series(shown(self.path), self.series)

    @property
    def label(self) -> str:
        return shown(self.class_folder.name)


def _labelled_files(
    where: str, root: Path, parts: list[tuple[str, Path]], skipped: Counter[str]
) -> tuple[list[_LabelledFile], list[Text]]:
    """Image files below class folders with their masks, and a note on each folder that has none."""
    files: list[_LabelledFile] = []
    notes = []
    for part, folder in parts:
        above = tuple(os.path.realpath(way) for way in (root, folder))
        held = _folders(where, folder, "class folders", skipped)
        found = {below: find_files(below, skipped, above) for below in held}
        notes += [
            say("no images in the folder {folder}", folder=shown(f))
            for f, paths in found.items()
            if not paths
        ]
        masks = pair_masks(folder, [path for paths in found.values() for path in paths])
        top = folder_of_images(folder, masks)
        if top != folder:
            _folders(where, top, "class folders", skipped)
        files += [
            _LabelledFile(part, top / path.relative_to(top).parts[0], path, tuple(own))
            for path, own in masks.items()
        ]
    return files, notes + mask_notes({file.path: file.masks for file in files})


def _in_series(files: list[_LabelledFile], wanted: str | None) -> tuple[list[_LabelledFile], int]:
    """Put slices of one DICOM series together in each folder; count files that are left out."""
    own = {file.path: file for file in files}
    gathered = gather_series(own, wanted)
    together = [
        own[members[0]]
        if len(members) == 1
        else own[members[0]]._replace(path=folder, masks=(), series=series)
        for (folder, series), members in gathered.items()
    ]
    return together, len(own) - sum(map(len, gathered.values()))


def _folders(where: str, folder: Path, what: str, skipped: Counter[str]) -> list[Path]:
    """Folders in a folder, beside which no images may lie; other files there are counted."""
    held = visible(folder)
    loose = [path for path in held if is_image(path)]
    if loose:
        raise InputError(
            f"{where}: {len(loose)} images lie beside the {what} ({shown(loose[0].name)}); "
            "put each into the folder of its class"
        )
    for path in held:
        if not path.is_dir():
            skip(path, skipped)
    return [path for path in held if path.is_dir()]


def _parts(where: str, root: Path, skipped: Counter[str]) -> list[tuple[str, Path]]:
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
    _folders(where, root, "folders of the split", skipped)
    return parts


def classes_by_folder(
    path: str | os.PathLike[str], ids: Sequence[str], reading: Reading = ANYHOW
) -> dict[str, list[str]]:
    """Give ``label``, and ``split`` where there is one, of the images of a tree of class folders.

    Nothing is given for a folder of another kind: with images beside the class folders, or with
    one class folder only, whose name need not be that of a class.
    """
    where, root = shown(path), Path(path)
    try:
        parts = _parts(where, root, Counter())
        files, _ = _labelled_files(where, root, parts, Counter())
    except InputError:
        return {}
    if reading.gathers:
        files, _ = _in_series(files, reading.series)
    by_id = {file.name: file for file in files}
    if not by_id.keys() >= set(ids) or len({file.label for file in files}) < 2:
        return {}
    columns = {"label": [name_of(by_id[name].label) for name in ids]}
    if parts[0][0]:
        columns["split"] = [by_id[name].part for name in ids]
    return columns


def _patients(where: str, groups: str | None, files: list[_LabelledFile]) -> list[str] | None:
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
            folders = below.parts if file.path.is_dir() else below.parts[:-1]
            patient: str | None = folders[0] if folders else None
        else:
            match = pattern.search(below.as_posix())
            patient = match and match[1 if pattern.groups else 0]
        if patient:
            patients.append(shown(patient))
        else:
            lacking.append(shown(file.path))
    if lacking:
        raise InputError(f"{where}: {len(lacking)} images have no patient by groups={groups!r}: "
                         f"{some(lacking)}")  # fmt: skip
    return patients
