"""Images of files: decoded once to find the bad ones, and kept where they fit into memory."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError, shown, suffix_of, track
from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.files.reading import ANYHOW, Reading, UnaskedVolume, sliced_name
from imgpipe.datasets.naming import told_together
from imgpipe.datasets.patients import patients_of_files
from imgpipe.images import Image, ImageFile, Images
from imgpipe.images.fit import distortion
from imgpipe.images.gray import SAVED_AS_COLOUR, gray_in_disguise, single_channel
from imgpipe.images.image import spatial
from imgpipe.images.slices import is_volume, slice_of
from imgpipe.images.storage import Items, gathered

MEMORY_LIMIT = 2**30
"""Bytes of decoded pixels that are kept in memory; larger sets are read image by image."""

Masks = Sequence[tuple[Path, ...]]
_PERHAPS = {"unit", "spacing"}  # most files do not say
_FORMATS = ("size", "type", "channels", "unit", "spacing")


class Found(NamedTuple):
    """Images of files, and what they say of each.

    `rows` are the positions of their files, of which a volume may give several slices; `names` say
    which. `formats` is as in `Dataset.formats`.
    """

    images: Images
    warnings: list[str]
    formats: dict[str, Sequence[str]]
    rows: np.ndarray
    places: tuple[int | None, ...]
    volumes: int

    def names(self, of_files: Sequence[str]) -> list[str]:
        """Names of the images, made of those of their files."""
        pairs = zip(self.rows, self.places, strict=True)
        return [sliced_name(of_files[row], place) for row, place in pairs]

    def patients(
        self,
        files: Sequence[ImageFile],
        names: Sequence[str],
        who: list[str] | None,
        reading: Reading,
    ) -> tuple[list[str] | None, list[Text]]:
        """Give the patient of each file as a source says, else as DICOM files say themselves."""
        if who is not None:
            return who, []
        sliced = reading.slices is not None and self.volumes > 0
        return patients_of_files(files, names, sliced)


def image_files(
    paths: Sequence[Path],
    masks: Masks | None = None,
    regions: Sequence[str | None] | None = None,
    series: Sequence[str | None] | None = None,
    *,
    reading: Reading = ANYHOW,
) -> list[ImageFile]:
    """Files with those of their masks, empty for the whole image, as they are to be read.

    `regions` are those of structure sets, `series` which are meant of those in a folder; where none
    is named, it is that of `reading`.
    """
    n = len(paths)
    rows = zip(paths, masks or [()] * n, regions or [None] * n, series or [None] * n, strict=True)
    return [
        ImageFile(
            str(path),
            tuple(map(str, own)),
            region,
            series=one or (reading.series if path.is_dir() else None),
            allow_gaps=reading.allow_gaps and path.is_dir(),
        )
        for path, own, region, one in rows
    ]


def read_files(where: str, files: Sequence[ImageFile], reading: Reading = ANYHOW) -> Found:
    """Give images and warnings of files, each decoded now to find the bad ones."""
    decoded = _decode(where, files, reading)
    notes = told_together(decoded.notes)
    single = decoded.single and any(decoded.axes)
    if single:
        notes.append(SAVED_AS_COLOUR)
        decoded.in_one_channel()
    colours = Counter(decoded.axes)
    axis = -1 if colours[-1] else None
    units = Counter(stored[_FORMATS.index("unit")] for stored in decoded.formats)
    warnings = [*_mixtures(decoded.dtypes, colours, decoded.spaced, units), *notes]
    warnings += decoded.told(where, reading)
    if len(decoded.kept) == len(decoded.files):
        store = gathered([_coloured(image, axis) for image in decoded.kept])
    else:
        mixed = len(colours) > 1
        shapes = [
            (*s, 3) if mixed and own is None else s
            for s, own in zip(decoded.shapes, decoded.axes, strict=True)
        ]
        areas, items = tuple(decoded.areas), tuple(decoded.files)
        store = Items(
            items,
            reading.size,
            axis,
            known_shapes=tuple(shapes),
            known_areas=areas,
            single=single,
            fit=reading.fit,
            binary=True,
        )
    formats: dict[str, Sequence[str]] = {
        **dict(zip(_FORMATS, zip(*decoded.formats, strict=True), strict=True)),
        "suffix": [suffix_of(Path(file.path)) for file in decoded.files],
    }
    formats = {name: said for name, said in formats.items() if any(said) or name not in _PERHAPS}
    places = tuple(file.slice for file in decoded.files)
    ids = tuple(sliced_name(file.path, file.slice) for file in decoded.files)
    images = Images.of_store(store, ids)
    return Found(
        images, warnings, formats, np.array(decoded.rows, np.intp), places, decoded.volumes
    )


@dataclass
class _Decoded:
    """What files hold; pixels are kept as long as all of them fit into memory."""

    files: list[ImageFile] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    axes: list[int | None] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    dtypes: Counter[str] = field(default_factory=Counter)
    spaced: Counter[bool] = field(default_factory=Counter)
    formats: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: list[Image] = field(default_factory=list)
    single: bool = True  # no image yet that is in colour indeed
    volumes: int = 0
    distortions: list[float] = field(default_factory=list)
    room: int = field(default_factory=lambda: MEMORY_LIMIT)

    def add(self, row: int, file: ImageFile, image: Image, reading: Reading) -> None:
        """Note what an image is like, or each of the slices that are taken of it."""
        self.volumes += is_volume(image)
        parts = [(place, reading.part(image, place)) for place in reading.places(image)]
        self.notes += image.warnings
        if reading.size is not None and reading.fit == "stretch":
            sides = image.spatial_shape[-2], image.spatial_shape[-1]
            self.distortions += [distortion(sides, reading.size)] * len(parts)
        for place, part in parts:
            stored = image if place is None else slice_of(image, place)
            self._add(row, replace(file, slice=place), _format(stored), part)

    def _add(self, row: int, file: ImageFile, stored: tuple[str, ...], image: Image) -> None:
        self.rows.append(row)
        self.files.append(file)
        self.formats.append(stored)
        self.shapes.append(image.pixels.shape)
        self.axes.append(image.channel_axis)
        self.areas.append(-1 if image.mask is None else int(np.count_nonzero(image.mask)))
        self.dtypes[str(image.pixels.dtype)] += 1
        self.spaced[image.spacing is not None] += 1
        if self.single and image.channel_axis is not None:
            self.single = gray_in_disguise(image.pixels, image.channel_axis)
        self.room -= image.pixels.nbytes + (0 if image.mask is None else image.mask.nbytes)
        if self.room >= 0:
            self.kept.append(image)
        else:
            self.kept.clear()

    def told(self, where: str, reading: Reading) -> list[Text]:
        """Say what was made of volumes and of sizes; refuse volumes beside other images."""
        flat = len(set(self.rows)) - self.volumes
        if self.volumes and flat and reading.slices is None:
            raise InputError(
                f"{where}: {self.volumes} volumes among {flat} images of two axes; take slices of "
                "the volumes (--slices middle), or leave one kind out"
            )
        folders = sum(os.path.isdir(file.path) for file in self.files)
        beside = counted(
            flat,
            "{n} image of two axes stands beside the slices of volumes",
            "{n} images of two axes stand beside the slices of volumes",
        )
        return [
            *reading.sliced(len(self.rows) - flat, self.volumes),
            *([beside] if self.volumes and flat else []),
            *reading.idle(self.volumes, folders),
            *reading.stretched(self.distortions),
        ]

    def in_one_channel(self) -> None:
        """Take gray images that were saved as colour for what they are."""
        coloured = zip(self.shapes, self.axes, strict=True)
        self.shapes = [s if axis is None else spatial(s, axis) for s, axis in coloured]
        self.axes = [None] * len(self.axes)
        self.kept = [single_channel(image) for image in self.kept]


def _decode(where: str, files: Sequence[ImageFile], reading: Reading) -> _Decoded:
    """Decode all files; name those that cannot be read."""
    decoded, bad = _Decoded(), []
    for row, file in enumerate(track(files, "reading images")):
        try:
            image = file.read()
            if image.mask is not None:
                image = replace(image, mask=image.mask != 0)
            decoded.add(row, file, image, reading)
        except UnaskedVolume as error:
            raise InputError(f"{where}: {shown(file.path)} {error}") from None
        except InputError as error:
            text = str(error)
            named = os.path.basename(file.path) in text
            bad.append(text if named else f"{shown(file.path)}: {text}")
    if bad:
        more = f"; and {len(bad) - 3} more" if len(bad) > 3 else ""
        raise InputError(
            f"{where}: {len(bad)} of {len(files)} images cannot be read: {'; '.join(bad[:3])}{more}"
        )
    return decoded


def _format(image: Image) -> tuple[str, ...]:
    """Size, pixel type, number of channels, unit and spacing."""
    pixels, axis = image.pixels, image.channel_axis
    size = "x".join(map(str, spatial(pixels.shape, axis)))
    channels = "1" if axis is None else str(pixels.shape[axis])
    apart = " x ".join(f"{side:.4g}" for side in image.spacing or ())
    return size, str(pixels.dtype), channels, image.unit or "", apart


def _coloured(image: Image, axis: int | None) -> Image:
    """Spread a gray image over three channels, where others are in colour."""
    if axis is None or image.channel_axis is not None:
        return image
    return replace(image, pixels=np.repeat(image.pixels[..., None], 3, axis=-1), channel_axis=-1)


def _mixtures(
    dtypes: Counter[str],
    colours: Counter[int | None],
    spaced: Counter[bool],
    units: Counter[str],
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
    if len(units) > 1:
        told = [
            say("{unit}: {n}", unit=unit or say("unknown"), n=n) for unit, n in units.most_common()
        ]
        warnings.append(say("values in different units ({told:,})", told=told))
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
