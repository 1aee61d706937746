"""Masks of a source: a file, a folder, a manifest, or a data set with masks."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, did_you_mean, shown
from imgpipe._common.texts import Text, say
from imgpipe.datasets import DATASETS, find_images
from imgpipe.datasets.annotations.spelling import NO_MASK
from imgpipe.datasets.files.folders import find_files, skipped_note
from imgpipe.datasets.files.mask_files import mask_notes, pair_masks
from imgpipe.datasets.files.table import Table, read_table
from imgpipe.datasets.manifest import place
from imgpipe.images import Image, ImageFile, LabelImage, read_mask
from imgpipe.images.contours import is_structure_set
from imgpipe.images.item import Item
from imgpipe.images.segmentation import is_segmentation_file

Source = str | os.PathLike[str]


@dataclass(frozen=True)
class Entry:
    """One mask of a source, which is read when it is measured.

    Parameters
    ----------
    id : str
        What tables call it.
    names : tuple of Path
        Of its files and its image, below the source.
    files : tuple of str
        Several are united. None where an image of the source has no mask.
    image : ImageFile or Image or InputError or None
        What it was drawn on, where that is known.
    region : str or None
        Of a structure set or segmentation.
    own : bool
        The image has the mask itself, and no file does.
    """

    id: str
    names: tuple[Path, ...]
    files: tuple[str, ...] = ()
    image: Item | None = None
    region: str | None = None
    own: bool = False

    def on(self, image: Item | None) -> "Entry":
        """Say what it was drawn on, unless it has that itself."""
        return self if self.own else replace(self, image=image)

    def of_region(self, region: str | None) -> "Entry":
        """Say which region is meant, unless that is known."""
        return replace(self, region=self.region or region) if self.drawn else self

    @property
    def drawn(self) -> bool:
        """Whether the mask is read onto the grid of its image, where that is known."""
        return any(is_structure_set(path) or is_segmentation_file(path) for path in self.files)

    def read(self) -> LabelImage:
        """Read the labels; those that are drawn on an image lie on its grid."""
        if self.own and isinstance(self.image, InputError):
            raise self.image
        if self.own and isinstance(self.image, Image):
            return _of_image(self.image, self.id)
        if not self.files:
            raise InputError(f"{shown(self.id)}: has no mask", code="UNPAIRED")
        if self.drawn and isinstance(self.image, ImageFile):
            drawing = replace(self.image, masks=self.files, region=self.region)
            return _of_image(drawing.read(), self.id)
        if any(map(is_structure_set, self.files)):
            raise InputError(
                f"{shown(self.files[0])}: a structure set is drawn on a series; say which with "
                "images (--images), or in the column path of a manifest"
            )
        return _united([_read(path, self.region) for path in self.files])


def entries_of(source: Source, notes: list[str]) -> list[Entry]:
    """List the masks of a source; what was passed over is noted."""
    path = Path(source)
    if path.is_dir():
        return _of_folder(path, notes)
    if not path.exists() and str(source) not in DATASETS:
        hint = did_you_mean(source, DATASETS)
        raise InputError(f"{source}: no such file or folder{hint}", code="FILE-MISSING")
    if path.suffix.lower() == ".csv":
        return _of_manifest(path, read_table(path, ("mask",)), "mask", notes)
    if path.suffix.lower() == ".npz" or not path.exists():
        found = find_images(source)
        notes += found.warnings
        if not found.masked_any:
            raise InputError(f"{source}: there are no masks in it")
        pairs = zip(found.ids, found.items, strict=True)
        return [
            Entry(name, (Path(name),), item.masks, item, item.region)
            if isinstance(item, ImageFile)
            else Entry(name, (Path(name),), image=item, own=True)
            for name, item in pairs
        ]
    return [Entry(shown(path), (Path(path.name),), (str(path),))]


def pairs_of_manifest(path: Path, notes: list[str]) -> list[tuple[Entry, Entry]]:
    """Pairs that the rows of a manifest name, in its columns mask and reference."""
    table = read_table(path, ("mask",))
    if "reference" not in table.columns:
        raise InputError(
            f"{shown(path)}: no column 'reference' among {', '.join(table.columns[:8])}; without "
            "a second source, a manifest has the columns mask and reference"
        )
    masks = _of_manifest(path, table, "mask", notes)
    references = _of_manifest(path, table, "reference", [])
    return list(zip(masks, references, strict=True))


def _of_folder(folder: Path, notes: list[str]) -> list[Entry]:
    """Files of a folder: masks that lie beside their images, else all are masks."""
    skipped: Counter[str] = Counter()
    files = find_files(folder, skipped)
    if not files:
        raise InputError(f"{shown(folder)}: no masks in it{_beside(skipped)}")
    notes += skipped_note(skipped)
    owners = pair_masks(folder, files)
    if not any(owners.values()):
        return [Entry(shown(file), (file.relative_to(folder),), (str(file),)) for file in files]
    notes += mask_notes(owners)
    return [
        Entry(
            shown(image),
            tuple(each.relative_to(folder) for each in (image, *masks)),
            tuple(map(str, masks)),
            ImageFile(str(image)),
        )
        for image, masks in owners.items()
    ]


def _beside(skipped: Counter[str]) -> str:
    return f" among {sum(skipped.values())} files" if skipped else ""


def _of_manifest(path: Path, table: Table, column: str, notes: list[str]) -> list[Entry]:
    """Masks in a column of a manifest, with the image where a row has one."""
    notes += [note for note in table.notes if note not in notes]
    listings: dict[Path, dict[str, list[str]]] = {}
    found = []
    for number, row in enumerate(table.rows, 1):
        mask, image = row[column], row.get("path", "") if "path" in table.found else ""
        names = tuple(Path(name.replace("\\", "/")) for name in (mask, image) if name)
        files = () if mask in NO_MASK else (str(place(path.parent, mask, listings)),)
        region = row.get("region", "") if "region" in table.found else ""
        drawn_on = None
        if image not in NO_MASK:
            series = row.get("series", "") or None
            drawn_on = ImageFile(str(place(path.parent, image, listings)), series=series)
        name = image or mask or f"{shown(path)}, row {number}"
        found.append(Entry(name, names, files, drawn_on, region or None))
    return found


def _read(path: str, region: str | None) -> LabelImage:
    """Labels of a file, or of one region in it, on their own grid."""
    if region is not None and is_segmentation_file(path):
        raise InputError(
            f"{shown(path)}: the segment {region!r} is looked for on the image: give images "
            "(--images), or measure all segments as labels"
        )
    return read_mask(path)


def _of_image(image: Image, name: str) -> LabelImage:
    """Mask of an image, and where it lies."""
    if image.mask is None:
        raise InputError(f"{shown(name)}: has no mask", code="UNPAIRED")
    mask = image.mask
    if mask.dtype.kind == "f":
        raise InputError(f"{shown(name)}: a mask of dtype {mask.dtype}; labels are whole numbers")
    return LabelImage(mask, image.warnings, image.spacing, image.place)


def _united(parts: Sequence[LabelImage]) -> LabelImage:
    """One mask where any of several is nonzero."""
    first = parts[0]
    if len(parts) == 1:
        return first
    shapes = {part.labels.shape for part in parts}
    if len(shapes) > 1:
        raise InputError(f"several masks of one image, of the shapes {sorted(shapes)}")
    together: Text = say("{n} masks of one image were united", n=len(parts))
    warnings = [*dict.fromkeys(note for part in parts for note in part.warnings), together]
    union = np.any([part.labels != 0 for part in parts], axis=0)
    return LabelImage(union, tuple(warnings), first.spacing, first.place)
