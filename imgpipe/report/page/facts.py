"""What was compared and how, as rows of names and values: data card, protocol and run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import counted
from imgpipe.report.page.looks import entry
from imgpipe.report.page.pictures import data_uri
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers, sentences

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, DataCard, DuplicatePair

_DUPLICATES = 12  # pairs listed
_REGIONS = {
    "image": "the whole image",
    "mask": "the pixels inside the mask; networks at its box",
    "box": "the box around the mask",
    "table": "nothing: a table of features was given",
}
_SPLITS = {"all": "All", "train": "Training", "val": "Validation", "test": "Test"}


def data_section(view: View) -> dict[str, Any]:
    """The data card."""
    return data_card(view.comparison)


def protocol_section(view: View) -> dict[str, Any]:
    """How models were compared, and what was not done."""
    comparison = view.comparison
    return {
        "protocol": protocol_rows(comparison),
        "statement": comparison.protocol.statement,
        "settings": [
            entry(m, view.looks, text=assigned(m.best_params)) for m in view.ranked if m.best_params
        ],
        "not_done": sentences.not_done(comparison),
    }


def run_section(view: View) -> dict[str, Any]:
    """What another person needs to run it again."""
    return {
        "run": run_rows(view.comparison),
        "versions": sorted(view.comparison.run.versions.items()),
        "command": view.comparison.run.command,
    }


def overview(comparison: "Comparison") -> list[str]:
    """Say in a few words what stands behind the headline."""
    card, protocol = comparison.dataset, comparison.protocol
    facts: list[str] = [
        counted(card.n, "{n} image", "{n} images"),
        counted(len(card.classes), "{n} class", "{n} classes"),
    ]
    if card.patients is not None:
        facts.append(counted(card.patients, "{n} patient", "{n} patients"))
    if protocol.kind == "cross-validation":
        text = f"{protocol.folds}-fold cross-validation"
        if protocol.held_out is not None:
            text = f"each {protocol.held_out} held out in turn"
        facts.append(text + (f", {protocol.repeats} times" if (protocol.repeats or 1) > 1 else ""))
    else:
        facts.append(protocol.kind + (f" {protocol.held_out}" if protocol.held_out else ""))
    facts.append(str(comparison.run.started)[:10])
    return facts


def data_card(comparison: "Comparison") -> dict[str, Any]:
    """Describe the data: counts by part and class, sizes, patients, duplicates."""
    card = comparison.dataset
    pairs = [_pair(pair) for pair in card.duplicates[:_DUPLICATES]]
    return {
        "classes": list(card.classes),
        "parts": [_part(split, counts, card.classes) for split, counts in card.counts.items()],
        "facts": [
            ("Source", str(card.source)),
            *_pixels(card),
            ("Features look at", _REGIONS[card.region]),
            *_area(card.area_auc),
            ("Patients", "not known" if card.patients is None else f"{card.patients:,}"),
            *_shared(comparison),
            *_copies(card),
        ],
        "examples": [
            {"id": e.id, "label": e.label, "src": data_uri(e.image)} for e in card.examples
        ],
        "pairs": pairs,
        "more_pairs": len(card.duplicates) - len(pairs),
        "n_pairs": counted(len(card.duplicates), "{n} pair", "{n} pairs"),
    }


def _pixels(card: "DataCard") -> list[tuple[str, str]]:
    """Say how large the images are and what they are made of."""
    if card.region == "table":
        return [("Size of a row", _sizes(card.sizes))]
    return [
        ("Image size, pixels", _sizes(card.sizes)),
        ("Pixel type", str(card.dtype)),
        ("Channels", "1 (gray)" if card.channels == 1 else str(card.channels)),
    ]


def _area(auc: float | None) -> list[tuple[str, str]]:
    """Say how far the size of the masks alone tells the classes apart."""
    return [] if auc is None else [("AUC of the area of the mask alone", numbers.number(auc))]


def _part(split: str, counts: dict[str, int], classes: Sequence[str]) -> dict[str, Any]:
    """Count the images of each class in one part of the data."""
    total = sum(counts.values())
    cells = [
        {"count": f"{counts.get(c, 0):,}", "share": counts.get(c, 0) / total if total else 0.0}
        for c in classes
    ]
    return {"name": _SPLITS.get(split, split), "cells": cells, "total": f"{total:,}"}


def _sizes(sizes: dict[str, int]) -> str:
    """List the most frequent sizes of images."""
    ranked = sorted(sizes.items(), key=lambda item: -item[1])
    listed = ", ".join(f"{name} ({n:,})" if len(ranked) > 1 else name for name, n in ranked[:4])
    if len(ranked) > 4:
        listed += f" and {counted(len(ranked) - 4, '{n} other size', '{n} other sizes')}"
    return listed


def _pair(pair: "DuplicatePair") -> dict[str, Any]:
    """Say of two look-alikes where they stand and what they share."""
    splits = (pair.split_a, pair.split_b)
    return {
        "a": f"{pair.id_a}",
        "b": f"{pair.id_b}",
        "where": " and ".join(dict.fromkeys(str(split) for split in splits if split)),
        "alike": "the same pixels" if pair.exact else "nearly the same",
        "labels": "same" if pair.same_label else "different",
        "bad": pair.split_a != pair.split_b or not pair.same_label,
    }


def _copies(card: "DataCard") -> list[tuple[str, str]]:
    """Count look-alikes, and the judged images among the equal ones that were trained on."""
    near = sum(not pair.exact and pair.sure for pair in card.duplicates)
    copies = card.copies
    equal = f"{copies.images:,}"
    if copies.groups:
        equal += f", in {counted(copies.groups, '{n} group', '{n} groups')} of equal ones"
    judged = "not known" if copies.judged is None else f"{copies.judged:,}"
    if card.region == "table":
        return [
            ("Judged rows equal to one in training", judged),
            ("Rows equal to another", equal),
            ("Near-duplicates", "not searched for: rows of features are no images"),
        ]
    return [
        ("Judged images equal to one in training", judged),
        ("Images equal to another", equal),
        ("Pairs of near-duplicates", f"{near:,}"),
    ]


def _shared(comparison: "Comparison") -> list[tuple[str, str]]:
    """Count the patients on both sides of a given split; folds are made without any."""
    card = comparison.dataset
    if comparison.protocol.kind not in ("given split", "external set"):
        return []
    known = card.patients is not None
    shown = f"{card.shared_patients:,}" if known else "cannot be checked: no patient is named"
    return [("Patients shared between splits", shown)]


def protocol_rows(comparison: "Comparison") -> list[tuple[str, str]]:
    """List how the models were compared."""
    p = comparison.protocol
    rows = [("Kind", p.kind)]
    if p.held_out is not None:
        rows.append(("Held out", p.held_out if "=" in p.held_out else f"each {p.held_out} in turn"))
    if p.kind == "cross-validation":
        repeated = f", repeated {p.repeats} times" if (p.repeats or 1) > 1 else ""
        rows.append(("Folds", f"{p.folds}{repeated}"))
    rows.append(("Seeds", str(p.seeds)))
    rows.append(("Tuned", "yes, on a stated grid" if p.tuned else "nothing"))
    if p.positive_class is not None:
        rows.append(("Positive class", str(p.positive_class)))
    for name, grid in (p.grid or {}).items() if p.tuned else ():
        rows.append((f"Grid of {name}", assigned(grid)))
    return rows


def assigned(settings: Any) -> str:
    """Write settings as assignments."""
    if not isinstance(settings, dict):
        return str(settings)
    return ", ".join(f"{key} = {value}" for key, value in settings.items())


def run_rows(comparison: "Comparison") -> list[tuple[str, str]]:
    """List what another person needs to run it again."""
    run = comparison.run
    seeds = f"{run.seed}" if run.seeds == 1 else f"{run.seed} to {run.seed + run.seeds - 1}"
    return [
        ("Started", str(run.started)),
        ("Wall time", numbers.duration(run.wall_seconds)),
        ("CPU time", numbers.duration(run.cpu_seconds)),
        ("Processor", str(run.cpu)),
        ("Threads", str(run.threads)),
        ("Seeds" if run.seeds > 1 else "Seed", seeds),
        ("Hash of the data", str(run.data_hash)),
    ]
