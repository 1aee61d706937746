"""Images of files: decoded once to find the bad ones, and kept where they fit into memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, suffix_of, track
from imgpipe._common.texts import Text, say
from imgpipe.datasets.naming import told_together
from imgpipe.images import Image, ImageFile, Images
from imgpipe.images.gray import SAVED_AS_COLOUR, gray_in_disguise, single_channel
from imgpipe.images.image import spatial
from imgpipe.images.region import resized
from imgpipe.images.storage import Items, gathered

MEMORY_LIMIT = 2**30
"""Bytes of decoded pixels that are kept in memory; larger sets are read image by image."""

Masks = Sequence[tuple[Path, ...]]


def read_files(
    where: str,
    paths: Sequence[Path],
    size: int | tuple[int, ...] | None,
    masks: Masks | None = None,
    regions: Sequence[str | None] | None = None,
) -> tuple[Images, list[str], dict[str, Sequence[str]]]:
    """Give images and warnings of files with their masks, each decoded now to find the bad ones.

    Beside them stands how each file was stored, as in `Dataset.formats`. `masks` holds the files of
    each image's mask, empty for the whole image; `regions` the region of a structure set.
    """
    found = masks or [()] * len(paths)
    named = regions or [None] * len(paths)
    files = [
        ImageFile(str(path), tuple(map(str, own)), region)
        for path, own, region in zip(paths, found, named, strict=True)
    ]
    decoded = _decode(where, files, size)
    notes = told_together(decoded.notes)
    single = decoded.single and any(decoded.axes)
    if single:
        notes.append(SAVED_AS_COLOUR)
        decoded.in_one_channel()
    colours = Counter(decoded.axes)
    axis = -1 if colours[-1] else None
    warnings = _mixtures(decoded.dtypes, colours, decoded.spaced) + notes
    if len(decoded.kept) == len(files):
        store = gathered([_coloured(image, axis) for image in decoded.kept])
    else:
        mixed = len(colours) > 1
        shapes = [
            (*s, 3) if mixed and own is None else s
            for s, own in zip(decoded.shapes, decoded.axes, strict=True)
        ]
        areas = tuple(decoded.areas)
        store = Items(tuple(files), size, axis, "mask", tuple(shapes), areas, single)
    formats: dict[str, Sequence[str]] = {
        **dict(zip(("size", "type", "channels"), zip(*decoded.formats, strict=True), strict=True)),
        "suffix": [suffix_of(path) for path in paths],
    }
    return Images.of_store(store, tuple(map(str, paths))), warnings, formats


@dataclass
class _Decoded:
    """What files hold; pixels are kept as long as all of them fit into memory."""

    shapes: list[tuple[int, ...]] = field(default_factory=list)
    axes: list[int | None] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    dtypes: Counter[str] = field(default_factory=Counter)
    spaced: Counter[bool] = field(default_factory=Counter)
    formats: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: list[Image] = field(default_factory=list)
    single: bool = True  # no image yet that is in colour indeed

    def in_one_channel(self) -> None:
        """Take gray images that were saved as colour for what they are."""
        coloured = zip(self.shapes, self.axes, strict=True)
        self.shapes = [s if axis is None else spatial(s, axis) for s, axis in coloured]
        self.axes = [None] * len(self.axes)
        self.kept = [single_channel(image) for image in self.kept]


def _decode(where: str, files: list[ImageFile], size: Any) -> _Decoded:
    """Decode all files; name those that cannot be read."""
    decoded, bad, room = _Decoded(), [], MEMORY_LIMIT
    for file in track(files, "reading images"):
        try:
            image = file.read()
            if image.mask is not None:
                image = replace(image, mask=image.mask != 0)
            stored = _format(image)
            image = image if size is None else resized(image, size)
        except InputError as error:
            bad.append(str(error))
            continue
        decoded.formats.append(stored)
        decoded.shapes.append(image.pixels.shape)
        decoded.axes.append(image.channel_axis)
        decoded.areas.append(-1 if image.mask is None else int(np.count_nonzero(image.mask)))
        decoded.dtypes[str(image.pixels.dtype)] += 1
        decoded.spaced[image.spacing is not None] += 1
        decoded.notes += image.warnings
        if decoded.single and image.channel_axis is not None:
            decoded.single = gray_in_disguise(image.pixels, image.channel_axis)
        room -= image.pixels.nbytes + (0 if image.mask is None else image.mask.nbytes)
        if room >= 0:
            decoded.kept.append(image)
        else:
            decoded.kept.clear()
    if bad:
        more = f"; and {len(bad) - 3} more" if len(bad) > 3 else ""
        raise InputError(
            f"{where}: {len(bad)} of {len(files)} images cannot be read: {'; '.join(bad[:3])}{more}"
        )
    return decoded


def _format(image: Image) -> tuple[str, str, str]:
    """Size, pixel type and number of channels."""
    pixels, axis = image.pixels, image.channel_axis
    size = "x".join(map(str, spatial(pixels.shape, axis)))
    return size, str(pixels.dtype), "1" if axis is None else str(pixels.shape[axis])


def _coloured(image: Image, axis: int | None) -> Image:
    """Spread a gray image over three channels, where others are in colour."""
    if axis is None or image.channel_axis is not None:
        return image
    return replace(image, pixels=np.repeat(image.pixels[..., None], 3, axis=-1), channel_axis=-1)


def _mixtures(
    dtypes: Counter[str], colours: Counter[int | None], spaced: Counter[bool]
) -> list[Text]:
    """Say what a reader should know about files of different kinds."""
    warnings = []
    if len(dtypes) > 1:
        kinds = [f"{dtype}: {n}" for dtype, n in dtypes.most_common()]
        warnings.append(say("images of {n} pixel types ({kinds:,})", n=len(dtypes), kinds=kinds))
    if len(spaced) > 1:
        warnings.append(
            say(
                "{without} images without spacing among {spaced} with one: lengths of the former "
                "are in pixels, of the latter in mm",
                without=spaced[False],
                spaced=spaced[True],
            )
        )
    if len(colours) > 1:
        warnings.append(
            say(
                "{gray} gray images among {coloured} in colour: gray was repeated in three "
                "channels",
                gray=colours[None],
                coloured=colours[-1],
            )
        )
    return warnings
