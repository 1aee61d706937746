"""Images without labels, of any sizes: what prediction and feature extraction read."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets.annotations.spelling import SPLITS
from imgpipe.datasets.files.archive import Archive, stack
from imgpipe.datasets.files.folders import find_files, skipped_note
from imgpipe.datasets.load import DATASETS, check_size
from imgpipe.datasets.manifest import read_rows
from imgpipe.images import Image, read, read_contours, read_series, resize

DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
Source = str | os.PathLike[str]
# a file or folder of a DICOM series still to be read, an image at hand, or what is wrong with it
Item = Path | Image | InputError
# file of a mask, and the region of a structure set
MaskItem = tuple[Path, str | None]


@dataclass(frozen=True)
class ImageList(Sequence[Any]):
    """Images by position, read when asked for; a bad one raises an InputError that names it.

    A slice or an array of integers gives another `ImageList`. Files are held as paths, so that
    parts are cheap to send to another process.

    Parameters
    ----------
    ids : tuple of str
        The path as given, or the index in the array.
    items : tuple
        Path, image or error of each.
    size : int, tuple of int or None
        Resize on reading.
    warnings : tuple of str
        What was passed over.
    masks : tuple
        File and region of the mask of each, None for the whole image; empty without masks.
    """

    ids: tuple[str, ...]
    items: tuple[Item, ...]
    size: tuple[int, int] | None = None
    warnings: tuple[str, ...] = ()
    masks: tuple[MaskItem | None, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int | np.integer):
            chosen = np.arange(len(self))[index]
            ids, items = (tuple(values[i] for i in chosen) for values in (self.ids, self.items))
            masks = tuple(self.masks[i] for i in chosen) if self.masks else ()
            return ImageList(ids, items, self.size, self.warnings, masks)
        item = self.items[index]
        if isinstance(item, InputError):
            raise item
        image = _read(item) if isinstance(item, Path) else item
        if self.size is None:
            return image
        return Image(resize(image.pixels, self.size, image.channel_axis), image.channel_axis)

    def masked(self, index: int) -> tuple[Image, np.ndarray | None]:
        """Image and mask, in the size in which they are stored; None for the whole image.

        A structure set goes with the folder of the series that it was drawn on.
        """
        item, place = self.items[index], self.masks[index] if self.masks else None
        if place is None:
            return self[index], None
        path, region = place
        if isinstance(item, Path) and item.is_dir() and path.suffix.lower() in DICOM_SUFFIXES:
            series = read_series(item)
            return series.image, read_contours(path, series, region=region)
        image: Image = self[index]
        mask = read(path)
        return image, mask.pixels if mask.channel_axis is None else np.any(mask.pixels, axis=-1)


def find_images(
    sources: Source | Iterable[Source], *, size: int | tuple[int, int] | None = None
) -> ImageList:
    """List the images of files, folders, stacks and registered sets; files are not read yet.

    Parameters
    ----------
    sources : path-like or iterable of path-like
        Each is an image file; a folder, searched to any depth for files with an image's suffix;
        an NPZ file with ``images``, or ``train_images``, ``val_images`` and ``test_images``; an
        NPY file, whose 3-D array is a stack of images; a CSV manifest with a column ``path``; or
        a name from `DATASETS`. Labels are passed over. In a manifest a path may be the folder of
        a DICOM series; its columns ``mask`` (an image file, NPY or RTSTRUCT; blank for the whole
        image) and ``region`` (of a structure set) are used where they are there.
    size : int or (int, int), optional
        Resize the images.

    Returns
    -------
    ImageList
        Ids are the paths as given, the entries of the manifest, or the index in the stack
        (``train/0`` where the stack has parts). With several sources, those that are not paths
        are put in brackets behind their source.

    Raises
    ------
    InputError
        If the only source is missing, or there is no image at all. Among several, a bad source
        is an entry that raises.

    Examples
    --------
    >>> from imgpipe.datasets import find_images
    >>> images = find_images("synthetic-nodules", size=32)
    >>> images.ids[0], images[0].pixels.shape
    ('P000-0', (32, 32))
    """
    names = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    masks = _masks(Path(names[0])) if len(names) == 1 else ()
    ids: list[str] = []
    items: list[Item] = []
    skipped: Counter[str] = Counter()
    for source in names:
        try:
            found = _expand(source, skipped)
        except InputError as error:
            if len(names) == 1:
                raise
            found = [(None, error)]
        for key, item in found:
            alone = len(names) == 1 or isinstance(item, Path)
            ids.append(str(source) if key is None else key if alone else f"{source}[{key}]")
            items.append(item)
    if not items:
        what = ", ".join(map(str, names)) or "no source given"
        raise InputError(f"{what}: no images in it")
    notes = tuple(skipped_note(skipped))
    return ImageList(tuple(ids), tuple(items), check_size(size), notes, masks)


def iterate(
    sources: Source | Iterable[Source], *, size: int | tuple[int, int] | None = None
) -> Iterator[tuple[str, Image | InputError]]:
    """Yield id and image of each, or id and what is wrong with it: a bad file ends no batch.

    Parameters
    ----------
    sources, size
        As in `find_images`.

    Yields
    ------
    tuple of str and (Image or InputError)

    Examples
    --------
    >>> from imgpipe.datasets import iterate
    >>> [id for id, image in iterate(["missing.png", "gone.png"])]
    ['missing.png', 'gone.png']
    """
    images = find_images(sources, size=size)
    for i, name in enumerate(images.ids):
        try:
            yield name, images[i]
        except InputError as error:
            yield name, error


def _expand(source: Source, skipped: Counter[str]) -> list[tuple[str | None, Item]]:
    """Ids and items of one source; an id of None is the source itself."""
    path = Path(source)
    suffix = path.suffix.lower()
    if path.is_dir():
        return [(str(file), file) for file in find_files(path, skipped)]
    if not path.exists():
        if str(source) in DATASETS:
            return _registered(str(source))
        raise InputError(f"{source}: no such file or folder")
    if suffix == ".npz":
        return _archive(path)
    if suffix == ".csv":
        rows = read_rows(path, ("path",))
        return [(row["path"], path.parent / row["path"]) for row in rows]
    if suffix == ".npy":
        return _array(path)
    return [(None, path)]


def _read(path: Path) -> Image:
    """Read an image file, or the series of a folder."""
    return read_series(path).image if path.is_dir() else read(path)


def _masks(path: Path) -> tuple[MaskItem | None, ...]:
    """Masks that a manifest lists."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return ()
    rows = read_rows(path, ("path",))
    if "mask" not in rows[0]:
        return ()
    return tuple(
        (path.parent / row["mask"], row.get("region") or None) if row["mask"] else None
        for row in rows
    )


def _archive(path: Path) -> list[tuple[str | None, Item]]:
    """Images of an NPZ file."""
    archive = Archive(path)
    parts = [part for part in SPLITS if f"{part}_images" in archive]
    if not parts and "images" not in archive:
        raise InputError(f"{path}: no key 'images' among {', '.join(archive.keys[:8])}")
    items: list[tuple[str | None, Item]] = []
    for part in parts or [""]:
        pixels, axis = stack(archive, f"{part}_images" if part else "images")
        prefix = f"{part}/" if part else ""
        items += [(f"{prefix}{i}", Image(one, axis)) for i, one in enumerate(pixels)]
    return items


def _array(path: Path) -> list[tuple[str | None, Item]]:
    """One image, or the images of a stack, of an NPY file."""
    image = read(path)
    if image.pixels.ndim - (image.channel_axis is not None) == 2:
        return [(None, path)]
    return [(str(i), Image(one, image.channel_axis)) for i, one in enumerate(image.pixels)]


def _registered(name: str) -> list[tuple[str | None, Item]]:
    """Images of a registered data set."""
    data = DATASETS[name].load()
    ids = data.ids.tolist()
    if data.split is not None:
        ids = [f"{part}/{i}" for part, i in zip(data.split.tolist(), ids, strict=True)]
    return [(i, Image(one, data.channel_axis)) for i, one in zip(ids, data.images, strict=True)]
