"""Images of a listing as they were asked for: which series, which slices."""

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imgpipe._common import InputError, track
from imgpipe.datasets.files.reading import Reading, sliced_name
from imgpipe.images import Image, ImageFile
from imgpipe.images.item import Item
from imgpipe.images.slices import is_volume, slice_of


def item_as_asked(item: Item, reading: Reading) -> Item:
    """Say of a folder which of its series is meant, and whether gaps are allowed."""
    if not isinstance(item, ImageFile) or not os.path.isdir(item.path):
        return item
    series = item.series or reading.series
    return replace(item, series=series, allow_gaps=reading.allow_gaps)


def sliced_items(
    items: Sequence[Item], ids: Sequence[str], reading: Reading
) -> tuple[np.ndarray, list[Item], list[str], int]:
    """Take slices of volumes, which are read for it; a bad one stays, to be told where it is read.

    Returns
    -------
    tuple
        Positions among `items`, the slices, their names, and how many volumes there were.
    """
    rows: list[int] = []
    parts: list[Item] = []
    names: list[str] = []
    volumes = 0
    for row, item in enumerate(track(items, "looking for slices")):
        found: list[tuple[int | None, Item]] = [(None, item)]
        try:
            image = item.read() if isinstance(item, ImageFile) else item
            if isinstance(image, Image) and is_volume(image):
                volumes += 1
                chosen = reading.places(image)
                found = [(place, _slice(item, image, place)) for place in chosen]
        except InputError as error:
            found = [(None, error)]
        for place, part in found:
            rows.append(row)
            parts.append(part)
            names.append(sliced_name(ids[row], place))
    return np.array(rows, np.intp), parts, names, volumes


def _slice(item: Item, image: Image, place: int | None) -> Item:
    """One slice, in memory or in its file."""
    if place is None:
        return item
    return replace(item, slice=place) if isinstance(item, ImageFile) else slice_of(image, place)
