"""Section on what the model was trained on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imgpipe.bundle.model_card import words
from imgpipe.bundle.model_card.blocks import Block, Facts, Grid, Section, Words

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected


def training_data(found: "Inspected") -> Section:
    """Tell the data set, its terms, and how many images and patients of each class."""
    card = found.card
    if "data" not in card:
        told = "Not known: the file was saved without a card (imgpipe.bundle.make_card)."
        return Section("Training data", [Words(told), Facts([("File holds", _held(found))])])
    rows = [
        ("Data set", str(card["data"])),
        ("Data licence", card.get("licence") or "not known: not a registered data set"),
        *([("Cite", card["citation"])] if card.get("citation") else []),
        ("Division", _division(card.get("split"))),
        ("Patients", _patients(card.get("patients"))),
        ("Data hash", str(card.get("data_hash") or words.UNKNOWN)),
        ("File holds", _held(found)),
    ]
    blocks: list[Block] = [Facts(rows)]
    if card.get("images"):
        blocks.append(_by_class(card))
    return Section("Training data", blocks)


def _division(split: Mapping[str, int] | None) -> str:
    if split is None:
        return "none was given: fitted on all images"
    parts = ", ".join(f"{part} {n:,}" for part, n in split.items())
    return f"given ({parts}): fitted on the part train"


def _patients(patients: int | None) -> str:
    return "not known: no patient column" if patients is None else f"{patients:,}"


def _held(found: "Inspected") -> str:
    """Say what the file has of single training images, for whoever is to pass it on."""
    model, told = found.model, []
    if model.cases is not None:
        pictures = " and small pictures" if model.cases.sheet is not None else ""
        patients = "" if model.cases.patients is None else ", patients"
        told.append(f"ids{patients}, features{pictures} of {len(model.cases.ids):,} images")
    if model.trained_on is not None:
        told.append(f"digests of {len(model.trained_on):,} images, by which these are known again")
    if model.summary is not None:
        told.append(f"features of {len(model.summary.rows):,} images without names")
    return "; ".join(told) or "nothing of single images but what the classifier is made of"


def _by_class(card: Mapping[str, Any]) -> Grid:
    counts, patients = card["images"], card.get("patients_by_class")
    total = sum(counts.values())
    rows = [
        [name, f"{n:,}", words.share(n / total) if total else "–",
         *([] if patients is None else [f"{patients.get(name, 0):,}"])]
        for name, n in counts.items()
    ]  # fmt: skip
    header = ["Class", "Images", "Share", *([] if patients is None else ["Patients"])]
    return Grid(header, rows, len(header) - 1)
