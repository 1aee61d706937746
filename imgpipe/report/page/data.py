"""The data card: counts by part and class, sizes, patients, copies."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, counted, say
from imgpipe.report.page.pictures import light_uri
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, DataCard

_Rows = list[tuple[str, str]]
_REGIONS = {
    "image": say("the whole image"),
    "mask": say("the pixels inside the mask; networks at its box"),
    "box": say("the box around the mask"),
    "table": say("nothing: a table of features was given"),
}
_PARTS = {
    "all": say("All"),
    "train": say("Training"),
    "val": say("Validation"),
    "test": say("Test"),
}


def section(view: View) -> dict[str, Any]:
    """Describe the data."""
    card = view.comparison.dataset
    return {
        "classes": list(card.classes),
        "numbered": all(name.isdigit() for name in card.classes),
        "parts": [_part(name, counts, card.classes) for name, counts in card.counts.items()],
        "facts": facts(view.comparison),
        "examples": [
            {"id": e.id, "label": e.label, "src": light_uri(e.image)} for e in card.examples
        ],
    }


def facts(comparison: "Comparison") -> _Rows:
    """List what is known of the images and of whose they are."""
    card = comparison.dataset
    known = card.patients is not None
    return [
        (say("Source"), card.source or say("not known")),
        *_pixels(card),
        (say("Features look at"), _REGIONS.get(card.region, card.region)),
        *([(say("Region"), card.found)] if card.found else []),
        *_area(card.area_auc),
        (say("Patients"), f"{card.patients:,}" if known else say("not known")),
        *_shared(comparison),
        *_copies(card),
        (say("Hash of the data"), str(comparison.run.data_hash)),
    ]


def _pixels(card: "DataCard") -> _Rows:
    """Say how large the images are and what they are made of."""
    if card.region == "table":
        return [(say("Size of a row"), _sizes(card.sizes))]
    return [
        *([(say("Slices of volumes"), card.slices)] if card.slices else []),
        (say("Image size, pixels"), _sizes(card.sizes)),
        *_told(say("Spacing, mm"), card.spacings),
        *_told(say("Unit of values"), card.units),
        (say("Pixel type"), str(card.dtype)),
        (say("Channels"), say("1 (gray)") if card.channels == 1 else f"{card.channels}"),
    ]


def _told(what: Text, said: dict[str, int]) -> _Rows:
    """Say what files tell of images, where any does."""
    if not any(said):
        return []
    return [(what, _sizes({each or say("not known"): n for each, n in said.items()}))]


def _area(auc: float | None) -> _Rows:
    """Say how far the size of the masks alone tells the classes apart."""
    return [] if auc is None else [(say("AUC of the area of the mask alone"), numbers.number(auc))]


def _part(name: str, counts: dict[str, int], classes: Sequence[str]) -> dict[str, Any]:
    """Count the images of each class in one part of the data."""
    total = sum(counts.values())
    cells = [
        {"count": f"{counts.get(c, 0):,}", "share": _percent(counts.get(c, 0), total)}
        for c in classes
    ]
    return {"name": _PARTS.get(name, name), "cells": cells, "total": f"{total:,}"}


def _percent(n: int, of: int) -> Text:
    return say("{p:.0f}\N{NO-BREAK SPACE}%", p=100 * n / of if of else 0.0)


def _sizes(sizes: dict[str, int]) -> Text:
    """List the most frequent sizes of images."""
    ranked = sorted(sizes.items(), key=lambda item: -item[1])
    one = len(ranked) == 1
    listed = [name if one else say("{size} ({n})", size=name, n=n) for name, n in ranked[:4]]
    if len(ranked) > 4:
        listed.append(counted(len(ranked) - 4, "{n} other size", "{n} other sizes"))
    return say("{sizes}", sizes=listed)


def _copies(card: "DataCard") -> _Rows:
    """Count look-alikes, and the judged images among the equal ones that were trained on."""
    near = sum(not pair.exact and pair.sure for pair in card.duplicates)
    maybe = sum(not pair.sure for pair in card.duplicates)
    nearly = say("{n}, and {maybe} that may only be much alike", n=near, maybe=maybe)
    copies = card.copies
    groups = counted(copies.groups, "in {n} group of equal ones", "in {n} groups of equal ones")
    equal = say("{n}, {groups}", n=copies.images, groups=groups)
    equal = equal if copies.groups else say("{n}", n=copies.images)
    judged = say("not known") if copies.judged is None else f"{copies.judged:,}"
    if card.region == "table":
        return [
            (say("Judged rows equal to one in training"), judged),
            (say("Rows equal to another"), equal),
            (say("Near-duplicates"), say("not searched for: rows of features are no images")),
        ]
    return [
        (say("Judged images equal to one in training"), judged),
        (say("Images equal to another"), equal),
        (say("Pairs of near-duplicates"), nearly if maybe else f"{near:,}"),
    ]


def _shared(comparison: "Comparison") -> _Rows:
    """Count the patients on both sides of a given split; folds are made without any."""
    card = comparison.dataset
    if comparison.protocol.kind not in ("given split", "external set"):
        return []
    known = card.patients is not None
    unknown = say("cannot be checked: no patient is named")
    shown = f"{card.shared_patients:,}" if known else unknown
    return [(say("Patients shared between splits"), shown)]
