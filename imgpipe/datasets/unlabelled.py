"""Images without labels, of any sizes: what prediction and feature extraction read."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError, did_you_mean, shown
from imgpipe._common.texts import say
from imgpipe.datasets.annotations.columns import unused_keys_of_masks
from imgpipe.datasets.annotations.spelling import BLANK, NO_MASK, SPLITS
from imgpipe.datasets.files.archive import Archive, stack
from imgpipe.datasets.files.folders import find_files, skipped_note
from imgpipe.datasets.files.mask_files import mask_notes, masks_beside, pair_masks
from imgpipe.datasets.files.reading import ANYHOW, Reading, check_size, named_series
from imgpipe.datasets.files.series_folders import gather_series, without_image
from imgpipe.datasets.files.table import Table, read_table
from imgpipe.datasets.listing import item_as_asked, sliced_items
from imgpipe.datasets.load import DATASETS
from imgpipe.datasets.manifest import place
from imgpipe.datasets.npz import archive_ids, archive_masks, unread_masks
from imgpipe.images import Image, ImageFile, Images, read
from imgpipe.images.item import Item
from imgpipe.images.storage import Items

Source = str | os.PathLike[str]
Listings = dict[Path, dict[str, list[str]]]


def find_images(
    sources: Source | Iterable[Source],
    *,
    size: int | tuple[int, int] | None = None,
    fit: str = "stretch",
    slices: str | None = None,
    volumes: bool | None = None,
    series: str | None = None,
    allow_gaps: bool = False,
) -> Images:
    """List the images of files, folders, stacks and registered sets; files are not read yet.

    Parameters
    ----------
    sources : path-like or iterable of path-like
        Each is an image file; a folder, searched to any depth for files with an image's suffix,
        of which those called ``x_mask`` or ``masks/x`` beside ``x`` are its masks;
        an NPZ file with ``images``, or ``train_images``, ``val_images`` and ``test_images``; an
        NPY file, whose 3-D array is a stack of images; a CSV manifest with a column ``path``; or
        a name from `DATASETS`. Labels are passed over. In a manifest a path may be the folder of
        a DICOM series; its columns ``mask`` (an image file, NPY or RTSTRUCT; blank for the whole
        image), ``region`` (of a structure set) and ``series`` (of a folder with several) are used
        where they are there.
    size : int or (int, int), optional
        Resize the images.
    fit, slices, series, allow_gaps
        As in `load`; of volumes that slices are taken of, each is read once to find them.
    volumes : bool, optional
        True takes DICOM files of one series in a folder for one volume; by default each is an
        image. With `slices` they are put together, too.

    Returns
    -------
    Images
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
    reading = Reading(check_size(size), fit, slices, volumes, series, allow_gaps)
    return list_images(sources, reading).images


class Listing(NamedTuple):
    """Images, and of each the position of its file among `names`: a volume may give many."""

    images: Images
    rows: np.ndarray
    names: tuple[str, ...]


def list_images(sources: Source | Iterable[Source], reading: Reading = ANYHOW) -> Listing:
    """List images as `find_images`, with the file or volume that each comes from.

    Parameters
    ----------
    sources
        As in `find_images`.
    reading : Reading

    Returns
    -------
    Listing
    """
    names = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    strange = next((name for name in names if not isinstance(name, str | os.PathLike)), None)
    if strange is not None:
        raise InputError(
            f"a source of type {type(strange).__name__}; give paths, or a registered name. Images "
            "in memory are measured by features.extract_many"
        )
    alone = len(names) == 1
    ids: list[str] = []
    items: list[Item] = []
    skipped: Counter[str] = Counter()
    notes: list[str] = []
    for source in names:
        try:
            listed = _expand(source, skipped, notes, reading)
        except InputError as error:
            if alone:
                raise
            listed = [(None, error)]
        for key, item in listed:
            clear = alone or isinstance(item, ImageFile)
            name = shown(source)
            ids.append(name if key is None else key if clear else f"{name}[{key}]")
            items.append(item)
    if not items:
        what = ", ".join(map(str, names)) or "no source given"
        raise InputError(f"{what}: no images in it")
    notes += skipped_note(skipped)
    folders = sum(isinstance(item, ImageFile) and os.path.isdir(item.path) for item in items)
    items = [item_as_asked(item, reading) for item in items]
    rows, listed_names = np.arange(len(items)), tuple(ids)
    volumes = 1  # nobody has looked
    if reading.slices is not None:
        rows, items, ids, volumes = sliced_items(items, ids, reading)
        taken = sum(name != listed_names[row] for name, row in zip(ids, rows, strict=True))
        notes += reading.sliced(taken, volumes)
    notes += reading.idle(volumes, folders)
    store = Items(tuple(items), reading.size, fit=reading.fit)
    return Listing(Images.of_store(store, tuple(ids), tuple(notes)), rows, listed_names)


def iterate(
    sources: Source | Iterable[Source], *, size: int | tuple[int, int] | None = None, **how: Any
) -> Iterator[tuple[str, Image | InputError]]:
    """Yield id and image of each, or id and what is wrong with it: a bad file ends no batch.

    Parameters
    ----------
    sources, size, **how
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
    images = find_images(sources, size=size, **how)
    for i, name in enumerate(images.ids):
        try:
            yield name, images[i]
        except InputError as error:
            yield name, error


def _expand(
    source: Source, skipped: Counter[str], notes: list[str], reading: Reading
) -> list[tuple[str | None, Item]]:
    """Ids and items of one source; an id of None is the source itself."""
    path = Path(source)
    suffix = path.suffix.lower()
    if path.is_dir():
        masks = pair_masks(path, find_files(path, skipped))
        notes += mask_notes(masks)
        if not reading.gathers:
            return [
                (shown(file), ImageFile(str(file), tuple(map(str, own))))
                for file, own in masks.items()
            ]
        gathered = gather_series(masks, reading.series)
        if reading.series is None:
            notes += without_image(len(masks) - sum(map(len, gathered.values())))
        return [
            (named_series(shown(at), one), ImageFile(str(at), _of_all(masks, files), series=one))
            for (at, one), files in gathered.items()
        ]
    if not path.exists():
        if str(source) in DATASETS:
            return _registered(str(source))
        reason = f"no such file or folder{did_you_mean(source, DATASETS)}"
        raise InputError(f"{source}: {reason}", code="FILE-MISSING")
    if suffix == ".npz":
        return _archive(path, notes)
    if suffix == ".csv":
        table = read_table(path, ("path",))
        notes += table.notes
        return _listed(path, table)
    if suffix == ".npy":
        return _array(path)
    beside = tuple(map(str, masks_beside(path)))
    notes += [
        say("{mask} was taken as the mask of {image}", mask=shown(mask), image=shown(path))
        for mask in beside
    ]
    return [(None, ImageFile(str(path), beside))]


def _of_all(masks: dict[Path, list[Path]], files: Sequence[Path]) -> tuple[str, ...]:
    """Masks of files; slices of a series have none of their own."""
    return tuple(str(mask) for mask in masks[files[0]]) if len(files) == 1 else ()


def _listed(manifest: Path, table: Table) -> list[tuple[str | None, Item]]:
    """Files of a manifest's rows, and their masks where any are named."""
    folder, listings = manifest.parent, Listings()
    items: list[tuple[str | None, Item]] = []
    often = Counter(row["path"] for row in table.rows)
    for number, row in enumerate(table.rows, 1):
        if row["path"] in BLANK:  # not the folder of the manifest
            items.append((row["path"], InputError(f"{manifest}: row {number} has no path")))
            continue
        mask, region = row.get("mask", ""), row["region"] if "region" in table.found else ""
        masks = () if mask in NO_MASK else (str(place(folder, mask, listings)),)
        path = str(place(folder, row["path"], listings))
        one = row.get("series", "") if os.path.isdir(path) else ""
        series = None if one in NO_MASK else one
        name = named_series(row["path"], series if often[row["path"]] > 1 else None)
        drawn = None if region in NO_MASK else region
        items.append((name, ImageFile(path, masks, drawn, series=series)))
    return items


def _archive(path: Path, notes: list[str]) -> list[tuple[str | None, Item]]:
    """Images of an NPZ file."""
    archive = Archive(path)
    parts = [part for part in SPLITS if f"{part}_images" in archive]
    if not parts and "images" not in archive:
        raise InputError(f"{path}: no key 'images' among {', '.join(archive.keys[:8])}")
    items: list[tuple[str | None, Item]] = []
    for part in parts or [""]:
        prefix = f"{part}_" if part else ""
        pixels, axis = stack(archive, f"{prefix}images")
        found = Images(
            pixels, archive_masks(archive, f"{prefix}masks", pixels, axis), channel_axis=axis
        )
        names = archive_ids(archive, len(found)) if not part else found.ids
        items += [
            (f"{part}/{i}" if part else i, item)
            for i, item in zip(map(str, names), found.items, strict=True)
        ]
    notes += unused_keys_of_masks(unread_masks(archive))
    return items


def _array(path: Path) -> list[tuple[str | None, Item]]:
    """One image, or the images of a stack, of an NPY file."""
    image = read(path)
    if image.pixels.ndim - (image.channel_axis is not None) == 2:
        return [(None, ImageFile(str(path)))]
    return [(str(i), Image(pixels, image.channel_axis)) for i, pixels in enumerate(image.pixels)]


def _registered(name: str) -> list[tuple[str | None, Item]]:
    """Images of a registered data set."""
    data = DATASETS[name].load()
    ids = data.ids.tolist()
    if data.split is not None:
        ids = [f"{part}/{i}" for part, i in zip(data.split.tolist(), ids, strict=True)]
    return list(zip(ids, data.images.items, strict=True))
