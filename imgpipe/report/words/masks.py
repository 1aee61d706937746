"""Measures of masks, as a reader knows them."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.annotations.spelling import some

if TYPE_CHECKING:
    from imgpipe.tables import MaskScores

_NAMED = 10  # files in one sentence

MEASURES = {
    "dice": say("Dice"),
    "jaccard": say("Jaccard"),
    "hausdorff": say("Hausdorff distance"),
    "hausdorff_95": say("Hausdorff distance, 95 %"),
    "surface_distance": say("Mean surface distance"),
    "volume_difference": say("Volume difference"),
    "relative_volume_difference": say("Volume difference, relative"),
    "precision": say("Precision"),
    "recall": say("Recall"),
    "f1": say("F1"),
    "average_precision": say("Average precision"),
    "segmentation_quality": say("Segmentation quality"),
    "panoptic_quality": say("Panoptic quality"),
}
_LENGTHS = {"hausdorff", "hausdorff_95", "surface_distance"}


def measure_name(measure: str, units: Collection[tuple[str, int]]) -> Text:
    """Name of a measure, with its unit where it has one and that is the same throughout.

    `units` are those of lengths, each with the number of axes.
    """
    name = MEASURES[measure]
    if measure not in (*_LENGTHS, "volume_difference") or len({unit for unit, _ in units}) != 1:
        return name
    ((unit, axes), *others) = units
    if unit != "mm":
        return say("{measure}, pixels", measure=name)
    if measure in _LENGTHS:
        return say("{measure}, mm", measure=name)
    if others:
        return name
    return say("{measure}, mm²", measure=name) if axes == 2 else say("{measure}, mm³", measure=name)


def not_paired(scores: "MaskScores") -> list[Text]:
    """Name the masks without a reference, and the references without a mask."""
    alone = [row for row in scores.rows if row.error_code == "UNPAIRED"]
    found = [row.id for row in alone if row.mask]
    missed = [row.id for row in alone if not row.mask]
    texts = []
    if found:
        texts.append(
            counted(
                len(found),
                "{n} mask has no reference: {ids}",
                "{n} masks have no reference: {ids}",
                ids=some(found, _NAMED),
            )
        )
    if missed:
        texts.append(
            counted(
                len(missed),
                "{n} reference has no mask: {ids}",
                "{n} references have no mask: {ids}",
                ids=some(missed, _NAMED),
            )
        )
    return texts
