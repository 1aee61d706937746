"""NPZ files: MedMNIST's layout, or one stack of images with labels."""

import os
import re
from collections.abc import Sequence

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, counted
from imgpipe.datasets.annotations.columns import may_be_masks, unused_keys_of_masks
from imgpipe.datasets.annotations.identity import clean_groups
from imgpipe.datasets.annotations.labels import encode
from imgpipe.datasets.annotations.spelling import SPLITS, choose_name, clean_split, some, text_of
from imgpipe.datasets.dataset import Dataset, stem
from imgpipe.datasets.files.archive import Archive, stack
from imgpipe.datasets.files.reading import ANYHOW, Reading
from imgpipe.datasets.in_memory import with_reading
from imgpipe.datasets.medmnist_table import official_classes
from imgpipe.images import Images
from imgpipe.images.gray import SAVED_AS_COLOUR
from imgpipe.images.image import spatial, usable_mask

CLASS_KEYS = ("classes", "label_names", "class_names")
ID_KEYS = ("ids", "files", "source_paths")


def load_npz(
    path: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    reading: Reading = ANYHOW,
    ids: str | None = None,
    classes: Sequence[str] | None = None,
) -> Dataset:
    """Load a labelled NPZ file.

    Parameters
    ----------
    path : path-like
        Either MedMNIST's keys (``train_images``, ``train_labels``, and so for ``val`` and
        ``test``), or ``images`` and ``labels`` with, where there are such, class names under
        ``classes``, ``label_names`` or ``class_names``, ids under ``ids``, ``files`` or
        ``source_paths``, patients under ``groups``, parts under ``split``, and ``masks``.
    groups, split : str, optional
        Key of the patients (in MedMNIST's layout ``train_<key>`` and so on) and of the split,
        where they have other names.
    reading : Reading
        Size, slices of volumes, and more.
    ids : str, optional
        ``"exact"``: patients and classes spelt in two ways are two, see `imgpipe.datasets.load`.
    classes : sequence of str, optional
        Class names, in place of those of the file.

    Returns
    -------
    Dataset

    Raises
    ------
    InputError
        If the file is not a whole NPZ file, lacks a key, holds Python objects (nothing is ever
        unpickled), needs more memory than is free, or its labels are not one class an image.
    """
    archive = Archive(path)
    parts = [part for part in SPLITS if f"{part}_images" in archive]
    if parts:
        data = _load_parts(archive, parts, groups, split, ids == "exact", classes)
        return with_reading(data, reading)
    for key in ("images", "labels"):
        if key not in archive:
            raise InputError(
                f"{archive.name}: no key {key!r} among {some(archive.keys, 8)}; expected images "
                "and labels, or train_images, train_labels, test_images, test_labels"
            )
    images, channel_axis = stack(archive, "images")
    n = len(images)
    exact = ids == "exact"
    codes, names, warnings = encode(
        archive.name, archive.row("labels", n), classes or _names(archive), exact=exact
    )
    group_key = choose_name(archive.name, "key", archive.keys, groups, "groups")
    split_key = choose_name(archive.name, "key", archive.keys, split, "split")
    given_split = clean_split(archive.name, archive.row(split_key, n)) if split_key else None
    rows = archive.row(group_key, n) if group_key else None
    patients, notes = clean_groups(archive.name, rows, given_split, exact=exact)
    masks = archive_masks(archive, "masks", images, channel_axis)
    carried, gray = _carried(images, masks, channel_axis)
    data = Dataset(
        name=stem(path),
        images=carried,
        labels=codes,
        classes=names,
        groups=patients,
        split=given_split,
        ids=archive_ids(archive, n),
        channel_axis=carried.channel_axis,
        source=archive.name,
        warnings=(*warnings, *notes, *gray, *_unread(archive, patients is None)),
    )
    return with_reading(data, reading)


def _load_parts(
    archive: Archive,
    parts: list[str],
    groups: str | None,
    split: str | None,
    exact: bool,
    classes: Sequence[str] | None,
) -> Dataset:
    """MedMNIST's layout; an id is the index in its part's array."""
    if split is not None:
        raise InputError(f"{archive.name}: split={split!r}, but its keys already name the parts")
    archive.check_room([f"{part}_images" for part in parts])
    images, masks, labels, patients, ids, axes = [], [], [], [], [], []
    for part in parts:
        if f"{part}_labels" not in archive:
            raise InputError(f"{archive.name}: {part}_images without {part}_labels")
        pixels, axis = stack(archive, f"{part}_images")
        images.append(pixels)
        masks.append(archive_masks(archive, f"{part}_masks", pixels, axis))
        labels.append(archive.row(f"{part}_labels", len(pixels)))
        axes.append(axis)
        ids.append(np.arange(len(pixels)))
        key = f"{part}_{groups or 'groups'}"
        if groups is not None or key in archive:
            patients.append([text_of(who) for who in archive.row(key, len(pixels)).tolist()])
    kinds = {(pixels.shape[1:], str(pixels.dtype)) for pixels in images}
    if len(kinds) > 1 or len({label.shape[1:] for label in labels}) > 1:
        raise InputError(f"{archive.name}: its parts differ in size or type: {some(kinds)}")
    if patients and len(patients) < len(parts):
        raise InputError(f"{archive.name}: some parts have groups and others have none")
    known = classes or _names(archive) or official_classes(archive.path.stem)
    codes, names, warnings = encode(archive.name, np.concatenate(labels), known, exact=exact)
    given_split = np.repeat(parts, [len(pixels) for pixels in images])
    rows = np.concatenate(patients) if patients else None
    who, notes = clean_groups(archive.name, rows, given_split, exact=exact)
    joined = _joined(archive, masks)
    carried, gray = _carried(np.concatenate(images), joined, axes[0])
    return Dataset(
        name=stem(archive.path),
        images=carried,
        labels=codes,
        classes=names,
        groups=who,
        split=given_split,
        ids=np.concatenate(ids),
        channel_axis=carried.channel_axis,
        source=archive.name,
        warnings=(*warnings, *notes, *gray, *_unread(archive, who is None)),
    )


def _unread(archive: Archive, no_patients: bool) -> list[Text]:
    """Name the arrays that nobody asked for."""
    drawn = unread_masks(archive)
    keys = [key for key in archive.keys if key not in {*archive.read, *drawn}]
    notes = unused_keys_of_masks(drawn)
    if not keys:
        return notes
    names = some(keys, 8)
    if no_patients:
        told = counted(
            len(keys),
            "key {names} not used; if one names the patients: --groups KEY",
            "keys {names} not used; if one names the patients: --groups KEY",
            names=names,
        )
    else:
        told = counted(len(keys), "key {names} not used", "keys {names} not used", names=names)
    return [*notes, told]


def unread_masks(archive: Archive) -> list[str]:
    """Keys that nobody asked for, and that are called as if they held masks."""
    unread = [key for key in archive.keys if key not in archive.read]
    return [key for key in unread if may_be_masks(re.sub(r"^(train|val|test)_", "", key))]


def _carried(
    pixels: np.ndarray, masks: np.ndarray | None, channel_axis: int | None
) -> tuple[Images, list[str]]:
    """Give images, and a note where gray ones were saved as colour."""
    images = Images(pixels, masks, channel_axis=channel_axis)
    single = images.single_channel()
    gray = single.channel_axis != images.channel_axis
    return single, [SAVED_AS_COLOUR] if gray else []


def archive_ids(archive: Archive, n: int) -> np.ndarray:
    """Names that the file gives its images, else their indices."""
    key = next((key for key in ID_KEYS if archive.shape(key) == (n,)), None)
    return np.array(
        [str(i) for i in range(n)]
        if key is None
        else [text_of(name) for name in archive[key].tolist()]
    )


def _names(archive: Archive) -> tuple[str, ...] | None:
    """Class names that the file carries."""
    for key in CLASS_KEYS:
        shape = archive.shape(key)
        if shape is not None and len(shape) == 1 and archive.header(key)[1].kind in "US":
            return tuple(map(text_of, archive[key].tolist()))
    return None


def archive_masks(
    archive: Archive, key: str, images: np.ndarray, axis: int | None
) -> np.ndarray | None:
    """Masks of the same shape as the images, with or without an axis of one channel."""
    shape = archive.shape(key)
    if shape is None:
        return None
    expected = (len(images), *spatial(images.shape[1:], axis))
    if shape not in (expected, (*expected, 1)):
        raise InputError(
            f"{archive.name}: {key!r} has the shape {shape}; masks of these images are {expected}"
        )
    return usable_mask(archive[key].reshape(expected), f"{archive.name}: {key!r}", expected)


def _joined(archive: Archive, masks: list[np.ndarray | None]) -> np.ndarray | None:
    """Masks of all parts, or of none."""
    given = [mask for mask in masks if mask is not None]
    if not given:
        return None
    if len(given) < len(masks):
        raise InputError(f"{archive.name}: some parts have masks and others have none")
    return np.concatenate(given)
