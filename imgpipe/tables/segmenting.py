"""The door: the mask of every image of a source, found and written to a file."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from imgpipe._common import InputError, atomic_path, track
from imgpipe._common.texts import Text, counted, say
from imgpipe._runtime.workers import in_chunks
from imgpipe.datasets.files.one_channel import in_one_channel
from imgpipe.datasets.files.reading import Reading
from imgpipe.datasets.unlabelled import list_images
from imgpipe.images import ImageFile, Images
from imgpipe.segment.choosing import Finder, check_settings, try_on_nothing
from imgpipe.tables.extraction import How
from imgpipe.tables.mask_files.names import FORMATS, Named, is_dicom, named
from imgpipe.tables.mask_files.segmenting import Labeller, MaskFile, Task, row_of, segmented
from imgpipe.tables.rows.columns import label_columns

TABLE = "masks.csv"
"""The table beside the masks, a manifest of the images with their masks."""
_LAST = ("pixels", "area_mm2", "volume_mm3", "objects", "warnings", "error_code", "error")


@dataclass(frozen=True)
class WrittenMasks:
    """What was found in all images, in their order, and where the table is."""

    table: Path
    masks: tuple[MaskFile, ...]
    warnings: tuple[str, ...]

    @property
    def failed(self) -> tuple[MaskFile, ...]:
        """Those that have no mask."""
        return tuple(each for each in self.masks if each.reason.message)


def segment_images(
    source: Any,
    out: str | os.PathLike[str],
    recipe: "str | tuple[str, dict[str, Any]] | Labeller" = "otsu",
    *,
    overlays: str | os.PathLike[str] | None = None,
    format: str | None = None,
    force: bool = False,
    n_jobs: int | None = None,
    **how: Unpack[How],
) -> WrittenMasks:
    """Find the mask of every image of a source, and write it to a file of its own.

    A table ``masks.csv`` beside them is a manifest, which `imgpipe.datasets.load` and
    `imgpipe.tables.extract_table` take.

    Parameters
    ----------
    source : path-like or iterable of path-like
        As in `imgpipe.datasets.find_images`. Where images have masks, only these are looked at.
    out : path-like
        Folder of the masks, which are called as their images are.
    recipe : str or (str, dict)
        A name of `imgpipe.segment.RECIPES` or `SEGMENTERS`, with its settings if any; or what has
        a `name` and finds ``labels(image)``.
    overlays : path-like, optional
        Folder of pictures: outlines over the image, of a volume over some slices.
    format : {"png", "nii.gz", "nrrd", "seg"}, optional
        By default PNG for images, NIfTI for volumes, and DICOM SEG for DICOM series. Objects keep
        their numbers, in PNG with 16 bits.
    force : bool
        Replace files that are there.
    n_jobs : int, optional
        Workers; None means 1.
    slices, volumes, series, allow_gaps
        As in `imgpipe.datasets.find_images`.

    Returns
    -------
    WrittenMasks

    Raises
    ------
    InputError
        For an unknown recipe or format, a source without images, and files that are there already.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe.tables import segment_images
    >>> with TemporaryDirectory() as folder:
    ...     done = segment_images("synthetic-nodules", folder)
    ...     len(done.masks), done.masks[0].mask.name, len(done.failed)
    (258, 'P000-0.png', 0)
    """
    by = _labeller(recipe)
    if format is not None and format not in FORMATS:
        raise InputError(f"format={format!r}; choose from {', '.join(FORMATS)}")
    target = Path(os.path.abspath(out))
    pictures = None if overlays is None else Path(os.path.abspath(overlays))
    if pictures == target:
        raise InputError("masks and overlays would have the same names; give them two folders")
    reading = Reading(**how)
    listed = list_images(source, reading)
    images = in_one_channel(listed.images, n_jobs)
    columns, notes = label_columns(source, listed.names, reading=reading)
    labels = {name: [values[row] for row in listed.rows] for name, values in columns.items()}
    places = named(images.items, images.ids)
    _refuse_sources(images, places, target, pictures)
    if format == "seg" and not any(is_dicom(place.path) for place in places):
        raise InputError("no image is a DICOM series, to which alone a DICOM segmentation belongs")
    if not force:
        _refuse_there(places, target, pictures)
    found = in_chunks(segmented, _tasks(images, places, by, target, pictures, format), n_jobs)
    masks = _collected(track(found, "segmenting", len(images), lines=True), len(images), out)
    _write_table(target / TABLE, masks, labels)
    told = [*images.warnings, *notes, *_notes(by.name, masks)]
    if not reading.volumes and reading.slices is None:
        told += _loose(places)
    return WrittenMasks(target / TABLE, masks, tuple(told))


def _labeller(recipe: Any) -> Labeller:
    if hasattr(recipe, "labels"):
        made: Labeller = recipe
        return made
    name, settings = (recipe, {}) if isinstance(recipe, str) else recipe
    check_settings(name, settings)
    finder = Finder(name, settings)
    if settings:
        try_on_nothing(finder)
    return finder


def _tasks(
    images: Images,
    places: list[Named],
    by: Labeller,
    out: Path,
    overlays: Path | None,
    format: str | None,
) -> Iterator[Task]:
    for n, place in enumerate(places):
        yield Task(images[n : n + 1], place, by, out, overlays, format)


def _collected(found: Iterable[MaskFile], of: int, out: Any) -> tuple[MaskFile, ...]:
    """Gather what was written; if interrupted, say what stands there without a table."""
    masks: list[MaskFile] = []
    try:
        masks.extend(found)
    except KeyboardInterrupt:
        if not masks:
            raise
        raise KeyboardInterrupt(
            f"interrupted: {len(masks):,} or more of {of:,} masks are in {out}, and no table of "
            "them; run again with --force (force=True)"
        ) from None
    return tuple(masks)


def _refuse_sources(images: Images, places: list[Named], out: Path, overlays: Path | None) -> None:
    """Refuse, whatever is forced, to write over an image or a mask that is read."""
    read = set()
    for item in images.items:
        if isinstance(item, ImageFile):
            series = os.path.isdir(item.path)
            within = [os.path.join(item.path, n) for n in os.listdir(item.path)] if series else []
            read |= set(map(os.path.realpath, [item.path, *item.masks, *within]))
    for place in places:
        masks = (out / (place.stem + suffix) for suffix in FORMATS.values())
        drawn = () if overlays is None else (overlays / (place.stem + ".png"),)
        for path in (*masks, *drawn):
            if os.path.realpath(path) in read:
                raise InputError(
                    f"{path} is an image or a mask that is read, and nothing is written over it; "
                    "give masks and overlays folders of their own"
                )


def _refuse_there(places: list[Named], out: Path, overlays: Path | None) -> None:
    """Refuse, before any work, to replace a file; which suffix a mask has is not known yet."""
    there = [out / TABLE] if os.path.lexists(out / TABLE) else []
    for place in places:
        masks = (out / (place.stem + suffix) for suffix in FORMATS.values())
        drawn = () if overlays is None else (overlays / (place.stem + ".png"),)
        there += [path for path in (*masks, *drawn) if os.path.lexists(path)]
    if there:
        more = f" and {len(there) - 1} more" if there[1:] else ""
        raise InputError(
            f"{there[0]}{more} would be replaced; give another folder, or --force (force=True)"
        )


def _write_table(path: Path, masks: tuple[MaskFile, ...], labels: dict[str, list[str]]) -> None:
    """Write a row an image, whole or not at all; columns that say nothing are left out."""
    import csv

    rows = []
    for n, each in enumerate(masks):
        row = row_of(each, path.parent)
        own = {name: values[n] for name, values in labels.items() if name not in row}
        rows.append({"path": row.pop("path"), "mask": row.pop("mask"), **own, **row})
    seen = dict.fromkeys(name for row in rows for name in row)
    columns = [name for name in seen if name not in _LAST]
    columns += [name for name in _LAST if any(row.get(name, "") != "" for row in rows)]
    with atomic_path(path) as scratch, scratch.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)


def _loose(places: list[Named]) -> list[Text]:
    """Say that DICOM files of a folder may be slices of one volume."""
    files = [place.path for place in places if place.path and os.path.isfile(place.path)]
    folders = Counter(os.path.dirname(path) for path in files if is_dicom(path))
    slices = sum(n for n in folders.values() if n > 1)
    if not slices:
        return []
    return [
        say(
            "{n} DICOM files were taken one by one; volumes=True (--volumes) puts those of one "
            "series together",
            n=slices,
        )
    ]


def _notes(name: str, masks: tuple[MaskFile, ...]) -> list[Text]:
    good = [each for each in masks if not each.reason.message]
    nothing = sum(not each.counts["pixels"] for each in good)
    within = sum("looked at inside its own mask only" in each.warnings for each in good)
    notes = []
    if nothing:
        notes.append(
            counted(
                nothing,
                "{name} finds nothing in {n} of {of} images, whose mask is empty",
                "{name} finds nothing in {n} of {of} images, whose masks are empty",
                name=name,
                of=len(masks),
            )
        )
    if within:
        notes.append(
            counted(
                within,
                "{n} image has a mask, inside which alone is looked",
                "{n} images have masks, inside which alone is looked",
            )
        )
    return notes
