"""Images in memory, sliced and resized as files are when they are read."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.datasets.dataset import Dataset
from imgpipe.datasets.files.reading import Reading, UnaskedVolume, sliced_name
from imgpipe.images import Images
from imgpipe.images.fit import distortion
from imgpipe.images.image import spatial


class Read(NamedTuple):
    """Images as they were asked for; `rows` are those of their volumes, `places` their slices."""

    images: Images
    rows: np.ndarray
    places: tuple[int | None, ...]
    notes: list[Text]


def as_read(where: str, images: Images, reading: Reading) -> Read:
    """Slice and resize images of one kind."""
    n = len(images)
    axis = images.channel_axis
    flat = [len(spatial(shape, axis)) == 2 for shape in images.shapes]
    volumes = flat.count(False)
    rows = np.arange(n)
    places: tuple[int | None, ...] = (None,) * n
    if volumes and reading.slices is not None:
        images, rows, places = _sliced(where, images, reading)
    elif volumes and reading.volumes is False:
        try:
            reading.places(images[flat.index(False)])
        except UnaskedVolume as error:
            raise InputError(f"{where}: image {flat.index(False)} {error}") from None
    notes = [*reading.sliced(len(rows), volumes), *reading.idle(volumes, 0)]
    if reading.size is not None:
        lost = [distortion(spatial(s, axis)[-2:], reading.size) for s in images.shapes]
        notes += reading.stretched(lost)
        images = images.resized(reading.size, reading.fit)
    return Read(images, rows, places, notes)


def with_reading(data: Dataset, reading: Reading) -> Dataset:
    """Give a data set its images as they were asked for."""
    read = as_read(data.where, data.images, reading)
    if all(place is None for place in read.places):
        notes = (*data.warnings, *read.notes)
        return data.changed(images=read.images, warnings=notes, reading=reading)
    who = data.groups
    if who is None:
        who = np.array([str(name) for name in data.ids])
        read.notes.append(say("no column names the patient: each volume was taken for one"))
    data = data.changed(groups=who).take(read.rows)
    return data.changed(
        images=read.images,
        ids=_names(data, read),
        warnings=(*data.warnings, *read.notes),
        reading=reading,
    )


def _names(data: Dataset, read: Read) -> list[str]:
    pairs = zip(data.ids, read.places, strict=True)
    return [sliced_name(str(name), place) for name, place in pairs]


def _sliced(
    where: str, images: Images, reading: Reading
) -> tuple[Images, np.ndarray, tuple[int | None, ...]]:
    """Slices of volumes in memory."""
    rows, places, parts = [], [], []
    plain = replace(reading, size=None, fit="stretch")
    for row, image in enumerate(images):
        try:
            chosen = plain.places(image)
        except InputError as error:
            raise InputError(f"{where}: image {images.ids[row]}: {error}") from None
        rows += [row] * len(chosen)
        places += chosen
        parts += [plain.part(image, place) for place in chosen]
    return Images(parts), np.array(rows, np.intp), tuple(places)
