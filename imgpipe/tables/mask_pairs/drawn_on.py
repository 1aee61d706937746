"""Images that masks were drawn on, found by their names."""

import os
from collections.abc import Sequence
from pathlib import Path

from imgpipe._common.texts import Text, counted
from imgpipe.datasets import find_images
from imgpipe.images import ImageFile
from imgpipe.images.item import Item
from imgpipe.tables.mask_pairs.pairing import paired
from imgpipe.tables.mask_pairs.sources import Entry, Source


def images_of(
    pairs: Sequence[tuple[Entry, Entry]], images: Source
) -> tuple[list[Item | None], list[Text]]:
    """Image of each pair, None where none is called so; how many there are of these is told.

    A single image is that of all pairs.
    """
    root = Path(images)
    if root.is_file() and root.suffix.lower() not in (".csv", ".npz"):
        return [ImageFile(str(root))] * len(pairs), []  # a volume, also of NPY
    found = find_images(images, volumes=True)
    if len(found) == 1:
        return [found.items[0]] * len(pairs), []
    entries = [
        Entry(name, (_below(name, root),), image=item)
        for name, item in zip(found.ids, found.items, strict=True)
    ]
    known: dict[int, Item | None] = {}
    both = [Entry(str(i), (*a.names, *b.names)) for i, (a, b) in enumerate(pairs)]
    for pair, entry in paired(both, entries).pairs:
        known[int(pair.id)] = entry.image
    n = len(pairs) - len(known)
    notes = [
        counted(n, "{n} pair has no image of its name", "{n} pairs have no image of their name")
    ]
    return [known.get(i) for i in range(len(pairs))], notes if n else []


def _below(name: str, root: Path) -> Path:
    """Path of an image below its folder."""
    path = Path(os.path.abspath(name))
    top = Path(os.path.abspath(root))
    return path.relative_to(top) if root.is_dir() and path.is_relative_to(top) else Path(name)
