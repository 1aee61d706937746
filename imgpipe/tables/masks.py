"""Masks of many images against their references, as a table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, code_of, shown
from imgpipe._common.texts import say
from imgpipe.segment import dice, instance_scores, measure
from imgpipe.segment.instances import checked_threshold
from imgpipe.segment.measures import checked_labels
from imgpipe.tables.mask_pairs.doubts import doubts, files_of, repeated, same_files
from imgpipe.tables.mask_pairs.grids import OnOneGrid, on_one_grid
from imgpipe.tables.mask_pairs.pairing import Paired, namesakes, nothing_paired, paired
from imgpipe.tables.mask_pairs.rows import MaskRow
from imgpipe.tables.mask_pairs.scores import MaskScores, WorstPair
from imgpipe.tables.mask_pairs.sources import Entry, Source, entries_of, pairs_of_manifest
from imgpipe.tables.mask_pairs.worst import worst_pair

_COUNTED = ("true_positives", "false_positives", "false_negatives", "precision", "recall", "f1")
_QUALITIES = ("average_precision", "segmentation_quality", "panoptic_quality")


def measure_masks(
    masks: Source,
    reference: Source | None = None,
    *,
    images: Source | None = None,
    region: str | None = None,
    labels: Sequence[int] | None = None,
    any_label: bool = False,
    iou: float | Sequence[float] | None = None,
    resample: bool = False,
    pictures: int = 0,
    track: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
) -> MaskScores:
    """Measure masks against references of the same names, one pair in memory at a time.

    Parameters
    ----------
    masks, reference : path-like
        Each is a file; a folder of masks, or of images with their masks beside them; a manifest
        with a column ``mask``; or a data set with masks. Without `reference`, `masks` is a manifest
        with the columns ``mask`` and ``reference``.
    images : path-like, optional
        What the masks were drawn on: a file, a folder, a manifest. Pictures show it, and structure
        sets and segmentations of DICOM are read onto its grid.
    region : str, optional
        Of structure sets and segmentations of DICOM, where a manifest names no other.
    labels : sequence of int, optional
        To be measured in each pair; by default those that it has.
    any_label : bool
        Whatever is not 0 is label 1: objects or parts are measured as one.
    iou : float or sequence of float, optional
        Label images hold objects, each with its number: find those whose intersection over union is
        above this, in place of measuring labels.
    resample : bool
        Bring masks onto the grid of their reference, which are an error otherwise.
    pictures : int
        How many of the worst pairs to keep for a page.
    track : callable, optional
        Wraps the pairs, to show how far they are.

    Returns
    -------
    MaskScores
        With a row for each label, or threshold, of a pair; masks and references without a partner
        and files that cannot be used are rows with an error.

    Raises
    ------
    InputError
        If a source is missing or holds no masks, or none is called like a reference.

    Notes
    -----
    Names are compared without suffix, folders such as ``masks``, and words such as ``_mask`` and
    ``_pred``. Volumes that say where they lie are compared there: where pixels lie on pixels,
    whatever their order, nothing is resampled, and what lies beyond the reference counts.

    Examples
    --------
    >>> import numpy as np, tempfile, pathlib
    >>> from imgpipe import images
    >>> from imgpipe.tables import measure_masks
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> images.write(folder / "auto.png", np.array([[0, 255, 255, 0]], np.uint8))
    >>> images.write(folder / "drawn.png", np.array([[0, 0, 255, 255]], np.uint8))
    >>> scores = measure_masks(folder / "auto.png", folder / "drawn.png")
    >>> [(each.measure, round(each.mean, 3)) for each in scores.summary()[:3]]
    [('dice', 0.5), ('jaccard', 0.333), ('hausdorff', 1.0)]
    """
    if iou is not None and labels is not None:
        raise InputError("labels are of masks, iou is of objects; give one of the two")
    if any_label and (iou is not None or labels is not None):
        raise InputError("any_label takes all labels as one; give neither labels nor iou")
    if labels is not None:
        checked_labels(labels)
    several = iou if isinstance(iou, Sequence) else [iou]
    thresholds = None if iou is None else [checked_threshold(each) for each in several]
    warnings: list[str] = []
    found = _pairs(masks, reference, warnings)
    pairs = [(a.of_region(region), b.of_region(region)) for a, b in found.pairs]
    drawn = _with_images(pairs, images, warnings)
    rows: list[MaskRow] = []
    resampled = on_images = 0
    for mask, truth in track(drawn) if track is not None else drawn:
        try:
            pair = _read(mask, truth, resample, any_label, warnings)
            resampled += pair.resampled
            on_images += mask.drawn or truth.drawn
            named = _named(mask, truth)
            rows += _rows(named, pair, labels, thresholds)
        except (InputError, OSError) as error:
            rows.append(_failed(mask, truth, error))
    rows += _without_partner(found)
    warnings += [*repeated(pairs), *same_files(rows), *doubts(rows, labels, iou is not None)]
    told = tuple(dict.fromkeys(warnings))
    scores = MaskScores(tuple(rows), iou is not None, told, resampled, on_images)
    return replace(scores, worst=tuple(_worst(scores, drawn, pictures, resample, any_label)))


def _pairs(masks: Source, reference: Source | None, warnings: list[str]) -> Paired:
    if reference is None:
        if Path(masks).suffix.lower() != ".csv":
            raise InputError(
                f"{shown(masks)} alone: give what it is measured against, or a CSV with the "
                "columns mask and reference"
            )
        return Paired(pairs_of_manifest(Path(masks), warnings), [], [])
    mine, theirs = entries_of(masks, warnings), entries_of(reference, warnings)
    found = paired(mine, theirs)
    if not found.pairs:
        raise nothing_paired(mine, theirs)
    return found


def _with_images(
    pairs: list[tuple[Entry, Entry]], images: Source | None, warnings: list[str]
) -> list[tuple[Entry, Entry]]:
    """Give pairs the images that they were drawn on."""
    if images is None:
        return [_sharing(pair) for pair in pairs]
    from imgpipe.tables.mask_pairs.drawn_on import images_of

    known, told = images_of(pairs, images)
    warnings += told
    return [_sharing(pair, image) for pair, image in zip(pairs, known, strict=True)]


def _sharing(pair: tuple[Entry, Entry], image: Any = None) -> tuple[Entry, Entry]:
    """Both of a pair are drawn on one image, that which one of them knows."""
    mask, reference = pair
    image = image or reference.image or mask.image
    return mask.on(image), reference.on(image)


def _read(
    mask: Entry, reference: Entry, resample: bool, any_label: bool, warnings: list[str]
) -> OnOneGrid:
    first, second = mask.read(), reference.read()
    pair = on_one_grid(first, second, resample)
    for entry, notes in ((mask, (*first.warnings, *pair.notes)), (reference, second.warnings)):
        warnings += [say("{path}: {note}", path=entry.id, note=note) for note in notes]
    if any_label:
        return pair._replace(mask=pair.mask != 0, reference=pair.reference != 0)
    return pair


def _named(mask: Entry, reference: Entry) -> dict[str, Any]:
    return {"id": mask.id, "mask": _called(mask), "reference": _called(reference)}


def _called(entry: Entry) -> str:
    return ", ".join(map(shown, entry.files)) or entry.id


def _rows(
    named: dict[str, Any],
    pair: OnOneGrid,
    labels: Sequence[int] | None,
    thresholds: list[float] | None,
) -> Iterator[MaskRow]:
    unit, axes = "pixel" if pair.spacing is None else "mm", pair.reference.ndim
    if thresholds is None:
        for found in measure(pair.mask, pair.reference, pair.spacing, labels=labels):
            values = asdict(found)
            label = values.pop("label")
            yield MaskRow(**named, label=label, values=values, unit=unit, axes=axes)
        return
    # a mask of bool has one object, as one with the values 0 and 255 has
    a, b = (each.astype(np.uint8) if each.dtype == bool else each
            for each in (pair.mask, pair.reference))  # fmt: skip
    foreground = dice(a != 0, b != 0)
    for threshold in thresholds:
        scores = instance_scores(a, b, threshold)
        hits = scores.true_positives
        values = {
            "dice": foreground,
            "objects": hits + scores.false_positives,
            "reference_objects": hits + scores.false_negatives,
            **{name: getattr(scores, name) for name in (*_COUNTED, *_QUALITIES)},
        }
        yield MaskRow(**named, iou=threshold, values=values, unit=unit, axes=axes)


def _failed(mask: Entry, reference: Entry, error: Exception) -> MaskRow:
    named = _named(mask, reference)
    told = str(error)
    told = told if mask.id in told or reference.id in told else f"{mask.id}: {told}"
    return MaskRow(**named, error=told, error_code=code_of(error))


def _without_partner(found: Paired) -> Iterator[MaskRow]:
    """Rows of masks without a reference, and of references without a mask."""
    for mine, theirs, what in (
        (found.alone, found.missed, "reference"),
        (found.missed, found.alone, "mask"),
    ):
        unsure = namesakes(mine, theirs)
        for entry in mine:
            name = _called(entry)
            files = (name, "") if what == "reference" else ("", name)
            code, why = "UNPAIRED", f"no {what} is called so"
            if entry.id in unsure:
                code, why = "AMBIGUOUS", "several are called so; name the pairs in a CSV"
            yield MaskRow(entry.id, *files, error=f"{shown(entry.id)}: {why}", error_code=code)


def _worst(
    scores: MaskScores,
    pairs: list[tuple[Entry, Entry]],
    most: int,
    resample: bool,
    any_label: bool,
) -> Iterator[WorstPair]:
    """Read the worst pairs again: of all, there would not be enough memory to keep them."""
    entries = {files_of(MaskRow(**_named(*pair))): pair for pair in pairs}
    chosen: dict[tuple[str, str, int | None], MaskRow] = {}
    for row in scores.ranked():
        if row.values[scores.first] == 1 or len(chosen) == most:
            break  # nothing to see, or enough
        chosen.setdefault((*files_of(row), row.label), row)
    for row in chosen.values():
        mask, reference = entries[files_of(row)]
        try:
            pair = _read(mask, reference, resample, any_label, [])
        except (InputError, OSError):  # it was there when it was measured
            continue
        yield worst_pair(row, pair, reference.image)
