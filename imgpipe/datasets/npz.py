"""NPZ files: MedMNIST's layout, or one stack of images with labels."""

import math
import os
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets._dataset import SPLITS, Dataset, some, stem
from imgpipe.datasets._labels import clean_groups, clean_split, encode
from imgpipe.images import resize
from imgpipe.images.formats.npy import read_npy_header

CLASS_KEYS = ("classes", "label_names", "class_names")
ID_KEYS = ("ids", "files", "source_paths")
ZIP_TROUBLE = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


def load_npz(
    path: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    size: int | tuple[int, ...] | None = None,
    classes: tuple[str, ...] | None = None,
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
    size : int or tuple of int, optional
        Resize the images.
    classes : tuple of str, optional
        Class names, where the file has none.

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
        return _load_parts(archive, parts, groups, split, size, classes)
    for key in ("images", "labels"):
        if key not in archive:
            raise InputError(
                f"{archive.name}: no key {key!r} among {some(archive.keys, 8)}; expected images "
                "and labels, or train_images, train_labels, test_images, test_labels"
            )
    images, channel_axis = stack(archive, "images")
    n = len(images)
    codes, names, warnings = encode(
        archive.name, archive.row("labels", n), _names(archive) or classes
    )
    group_key = _optional(archive, groups, "groups")
    split_key = _optional(archive, split, "split")
    id_key = next((key for key in ID_KEYS if archive.shape(key) == (n,)), None)
    return Dataset(
        name=stem(path),
        images=resize_stack(images, size, channel_axis),
        labels=codes,
        classes=names,
        groups=clean_groups(archive.name, archive.row(group_key, n)) if group_key else None,
        split=clean_split(archive.name, archive.row(split_key, n)) if split_key else None,
        ids=archive[id_key] if id_key else None,
        channel_axis=channel_axis,
        source=archive.name,
        masks=_masks(archive, images, size, channel_axis),
        warnings=tuple(warnings),
    )


def _load_parts(
    archive: "Archive",
    parts: list[str],
    groups: str | None,
    split: str | None,
    size: int | tuple[int, ...] | None,
    classes: tuple[str, ...] | None,
) -> Dataset:
    """MedMNIST's layout; an id is the index in its part's array."""
    if split is not None:
        raise InputError(f"{archive.name}: split={split!r}, but its keys already name the parts")
    archive.check_room([f"{part}_images" for part in parts])
    images, labels, patients, ids, axes = [], [], [], [], []
    for part in parts:
        if f"{part}_labels" not in archive:
            raise InputError(f"{archive.name}: {part}_images without {part}_labels")
        pixels, axis = stack(archive, f"{part}_images")
        images.append(resize_stack(pixels, size, axis))
        labels.append(archive.row(f"{part}_labels", len(pixels)))
        axes.append(axis)
        ids.append(np.arange(len(pixels)))
        key = f"{part}_{groups or 'groups'}"
        if groups is not None or key in archive:
            patients.append(archive.row(key, len(pixels)).astype(str))
    kinds = {(pixels.shape[1:], str(pixels.dtype)) for pixels in images}
    if len(kinds) > 1 or len({label.shape[1:] for label in labels}) > 1:
        raise InputError(f"{archive.name}: its parts differ in size or type: {some(kinds)}")
    if patients and len(patients) < len(parts):
        raise InputError(f"{archive.name}: some parts have groups and others have none")
    names = _names(archive) or classes or _known_classes(archive.path)
    codes, names, warnings = encode(archive.name, np.concatenate(labels), names)
    return Dataset(
        name=stem(archive.path),
        images=np.concatenate(images),
        labels=codes,
        classes=names,
        groups=clean_groups(archive.name, np.concatenate(patients)) if patients else None,
        split=np.repeat(parts, [len(pixels) for pixels in images]),
        ids=np.concatenate(ids),
        channel_axis=axes[0],
        source=archive.name,
        warnings=tuple(warnings),
    )


class Archive:
    """Arrays of an NPZ file by key; sizes are checked against the header before reading."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.name = str(path)
        self._headers: dict[str, tuple[tuple[int, ...], np.dtype]] = {}
        try:
            with zipfile.ZipFile(path) as file:
                members = [info.filename for info in file.infolist()]
        except FileNotFoundError:
            raise InputError(f"{self.name}: no such file") from None
        except ZIP_TROUBLE as error:
            reason = getattr(error, "strerror", None) or "not an NPZ file, or cut short"
            raise InputError(f"{self.name}: {reason}") from None
        self.keys = [name.removesuffix(".npy") for name in members if name.endswith(".npy")]
        if not self.keys:
            raise InputError(f"{self.name}: an archive without arrays")

    def __contains__(self, key: str) -> bool:
        return key in self.keys

    def __getitem__(self, key: str) -> np.ndarray:
        shape, dtype = self.header(key)
        self.check_room([key])
        try:
            with zipfile.ZipFile(self.path) as file, file.open(f"{key}.npy") as member:
                array = np.lib.format.read_array(member, allow_pickle=False)
                # the checksum is compared only at the end of the member
                member.read(1)
        except (*ZIP_TROUBLE, MemoryError) as error:
            raise InputError(f"{self.name}: {key!r} is damaged or cut short: {error}") from None
        return array.astype(dtype.newbyteorder("="), copy=False).reshape(shape)

    def header(self, key: str) -> tuple[tuple[int, ...], np.dtype]:
        """Read the declared shape and dtype, which must agree with the archive's own list."""
        if key not in self._headers:
            what = f"{self.name}: {key!r}"
            try:
                with zipfile.ZipFile(self.path) as file:
                    info = file.getinfo(f"{key}.npy")
                    with file.open(info) as member:
                        shape, dtype = _header(what, member)
                        start = member.tell()
            except InputError:
                raise
            except (*ZIP_TROUBLE, KeyError) as error:
                raise InputError(f"{what} is damaged or cut short: {error}") from None
            declared = start + math.prod(shape) * dtype.itemsize
            if declared != info.file_size:
                raise InputError(
                    f"{what} declares {declared} bytes, but the archive holds {info.file_size}"
                )
            self._headers[key] = (shape, dtype)
        return self._headers[key]

    def shape(self, key: str) -> tuple[int, ...] | None:
        """Read the declared shape; None where there is no such key."""
        return self.header(key)[0] if key in self else None

    def row(self, key: str, n: int) -> np.ndarray:
        """Read an array with one entry for each of the `n` images."""
        if key not in self:
            raise InputError(f"{self.name}: no key {key!r} among {some(self.keys, 8)}")
        shape = self.header(key)[0]
        if not shape or shape[0] != n:
            raise InputError(f"{self.name}: {n} images but {key!r} has the shape {shape}")
        return self[key]

    def check_room(self, keys: list[str]) -> None:
        """Refuse arrays that would not fit in the memory that is free."""
        import psutil

        needed = sum(math.prod(s) * d.itemsize for s, d in map(self.header, keys))
        free = psutil.virtual_memory().available
        if needed > 0.8 * free:
            raise InputError(
                f"{self.name}: {some(keys)}: needs {needed / 1e9:.1f} GB unpacked, "
                f"and {free / 1e9:.1f} GB of memory are free"
            )


def _header(what: str, member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    shape, _, dtype = read_npy_header(what, member)  # type: ignore[arg-type]
    return shape, dtype


def stack(archive: Archive, key: str) -> tuple[np.ndarray, int | None]:
    """Images as ``(n, ...)`` and their channel axis."""
    shape, dtype = archive.header(key)
    what = f"{archive.name}: {key!r}"
    if not 3 <= len(shape) <= 5 or min(shape) < 1:
        raise InputError(f"{what} has the shape {shape}; a stack of images is (n, rows, columns)")
    if dtype.kind not in "buif" or dtype.itemsize > 8:
        raise InputError(f"{what} has the dtype {dtype}; bool, integers and floats are read")
    images = archive[key]
    if dtype == np.float16:
        images = images.astype(np.float32)
    if len(shape) > 3 and shape[-1] == 1:
        return images[..., 0], None
    if len(shape) > 3 and shape[-1] == 3:
        return images, -1
    if len(shape) == 4 and shape[-1] in (2, 4):
        raise InputError(f"{what} has {shape[-1]} channels; 1 (gray) or 3 (RGB) are read")
    if len(shape) == 5:
        raise InputError(f"{what} has the shape {shape}; a colour volume ends in 3 channels")
    return images, None


def resize_stack(
    images: np.ndarray, size: int | tuple[int, ...] | None, channel_axis: int | None
) -> np.ndarray:
    """All images of a stack resized."""
    if size is None:
        return images
    # a stack is resized like a volume, slice by slice; in portions, since sums are in float64
    portions = [
        resize(images[at : at + 256], size, channel_axis) for at in range(0, len(images), 256)
    ]
    return np.concatenate(portions)


def _names(archive: Archive) -> tuple[str, ...] | None:
    """Class names that the file carries."""
    for key in CLASS_KEYS:
        shape = archive.shape(key)
        if shape is not None and len(shape) == 1 and archive.header(key)[1].kind in "US":
            return tuple(_text(archive[key]))
    return None


def _text(values: np.ndarray) -> list[str]:
    return [v.decode() if isinstance(v, bytes) else str(v) for v in values.tolist()]


def _known_classes(path: Path) -> tuple[str, ...] | None:
    """Class names of a file that has the name of a registered MedMNIST set."""
    from imgpipe.datasets.medmnist_table import class_names

    return class_names(path.stem)


def _optional(archive: Archive, asked: str | None, default: str) -> str | None:
    """Choose the key that was asked for, or the default one where it exists."""
    if asked is not None and asked not in archive:
        raise InputError(f"{archive.name}: no key {asked!r} among {some(archive.keys, 8)}")
    return asked or (default if default in archive else None)


def _masks(
    archive: Archive, images: np.ndarray, size: int | tuple[int, ...] | None, axis: int | None
) -> Any:
    """Masks of the same shape as the images, where the file has them."""
    shape = images.shape if axis is None else images.shape[:-1]
    if archive.shape("masks") != shape:
        return None
    inside = archive["masks"] != 0
    return inside if size is None else resize(inside, size)
