"""Sections on what the model is, what it is for, and what images it takes."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imgpipe.bundle.model_card import words
from imgpipe.bundle.model_card.blocks import Block, Facts, Section, Words

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected
    from imgpipe.learn.trained import TrainedModel

RESEARCH = "For research and teaching. Not for clinical use."
_KINDS = {
    "graph": "a graph of arithmetic (ONNX, in double precision)",
    "trees": "decision trees, as arrays",
    "neighbours": "training images as rows of features, of which the nearest are asked",
    "network": "a network (ONNX)",
}
_NO_WINDOW = "none is applied: values as stored, of DICOM after slope and intercept"
_FITS = {
    "stretch": "",
    "pad": ", aspect ratio kept, with a border of the lowest value",
    "crop": ", aspect ratio kept, with what lies beyond cut off",
}
_LOOKS_AT = {
    "image": "the whole image; masks are not used",
    "mask": "the pixels inside the mask, which each image needs",
    "box": "the box around the mask, which each image needs",
}


def lead(found: "Inspected") -> str:
    """Say in a sentence what the model does."""
    kind = found.card.get("model") or "classifier"
    shape = "gray" if found.model.channel_axis is None else "colour"
    positive = found.model.positive_class
    told = "" if positive is None else f" (positive: {positive})"
    return f"{kind} for {shape} images: {words.either(found.model.classes)}{told}"


def details(found: "Inspected") -> Section:
    """Tell the classifier and the steps before it."""
    model, card = found.model, found.card
    rows = [
        ("Classifier", str(card.get("model") or words.UNKNOWN)),
        ("Classes", words.listed(model.classes)),
        ("Positive class", model.positive_class or "none: there are more than two classes"),
        *_region(found),
        ("Filters", _filters(found)),
        ("Features", _features(found)),
    ]
    if found.manifest is not None:
        kind = str(found.manifest.fitted.get("kind"))
        rows.append(("Fitted part", _KINDS.get(kind, kind)))
    settings = card.get("settings") or {}
    rows += [(f"Step {i}: {name}", text) for i, (name, text) in enumerate(settings.items(), 1)]
    rows.append(("Trained", _trained(card)))
    return Section("Model details", [Facts(rows)])


def feature_names(found: "Inspected") -> Section:
    """Count the features of each family."""
    names = found.feature_names
    if not names:
        return Section("Features", [], on_page=True)
    told = (
        "docs/features.md explains each; imgpipe inspect --json lists all, in the order in which "
        "the fitted part takes them."
    )
    rows = [(family, f"{n:,}") for family, n in Counter(map(_family, names)).items()]
    return Section("Features", [Words(told), Facts(rows)], on_page=True)


def _looks_at(found: "Inspected") -> str:
    for _, region in _region(found):
        return f"{region.partition(';')[0]}; masks that are given are not used"
    return _LOOKS_AT[found.model.region]


def _region(found: "Inspected") -> list[tuple[str, str]]:
    told = {} if found.manifest is None else found.manifest.steps.get("segment")
    if not told:
        return []
    empty = "is refused" if told["empty_mask"] == "error" else "counts whole"
    how = _with_settings(told["name"], told["settings"])
    return [("Region", f"what {how} finds; an image with nothing in it {empty}")]


def _filters(found: "Inspected") -> str:
    if found.manifest is None:
        return "see the steps below" if "settings" in found.card else words.UNKNOWN
    filters = found.manifest.steps.get("filters") or []
    return "; ".join(_with_settings(each["name"], each["settings"]) for each in filters) or "none"


def _with_settings(name: str, settings: Mapping[str, Any]) -> str:
    told = [f"{key}={_short(value)}" for key, value in settings.items() if value is not None]
    return f"{name}({', '.join(told)})"


def _short(value: Any) -> str:
    """Write a setting, of an array its shape."""
    if isinstance(value, dict) and "array" in value:
        return f"an array of {words.dimensions(value['array']['shape'])}"
    return str(value)


def _features(found: "Inspected") -> str:
    names = found.feature_names
    if not names:
        return "none: it takes the pixels" if found.manifest is not None else words.UNKNOWN
    counts = Counter(map(_family, names))
    told = ", ".join(f"{family} {n}" for family, n in counts.items())
    return f"{len(names):,} ({told})"


def _family(name: str) -> str:
    from imgpipe.features import FAMILIES

    fitting = [family for family in FAMILIES if name.startswith(family)]
    return max(fitting, key=len, default="other")


def _trained(card: Mapping[str, Any]) -> str:
    if "trained" not in card:
        return words.UNKNOWN
    seed = card.get("seed")
    return f"{card['trained'][:10]}" + ("" if seed is None else f", seed {seed}")


def intended_use(found: "Inspected") -> Section:
    """Say what it is for, if whoever trained it did."""
    note = found.card.get("note")
    told = note or "Not stated by whoever trained it (imgpipe train --note TEXT)."
    return Section("Intended use", [Words(RESEARCH), *map(Words, told.split("\n\n"))])


def expected_input(found: "Inspected") -> Section:
    """Say what images it takes."""
    model = found.model
    sides = model.image_shape if model.channel_axis is None else model.image_shape[:-1]
    kind = "gray" if model.channel_axis is None else f"{model.image_shape[-1]} colour channels"
    such_as = "any size, such as " if model.any_size else ""
    rows = [
        ("Images", f"{such_as}{words.dimensions(sides)} pixels, {kind}, {model.dtype}"),
        ("Other sizes", _resizing(model)),
        *([("Of volumes", f"slices: {model.slices}")] if model.slices else []),
        ("Looks at", _looks_at(found)),
        *_values(found),
    ]
    blocks: list[Block] = [Facts(rows)]
    return Section("Expected input", blocks)


def _resizing(model: "TrainedModel") -> str:
    size = model.size
    if size is None:
        return "taken" if model.any_size else "refused"
    sides = size if isinstance(size, tuple) else (size, size)
    return f"resized to {words.dimensions(sides)}{_FITS[model.fit]}"


def _values(found: "Inspected") -> list[tuple[str, str]]:
    expected = None if found.manifest is None else found.manifest.expected
    unit = None if expected is None else expected.unit
    window = None if expected is None else expected.window
    values, spacing = found.card.get("pixel_values"), found.card.get("spacing")
    ends = None if values is None else f"{words.value(values[0])} to {words.value(values[1])}"
    return [
        ("Unit of values", unit or words.UNKNOWN),
        ("Window", _NO_WINDOW if window is None else f"{window[0]:g} to {window[1]:g}"),
        ("Values in training", ends or words.UNKNOWN),
        ("Spacing in training", _spacing(spacing)),
    ]


def _spacing(spacing: list[float] | None) -> str:
    if spacing is None:
        return "not known, or not the same for all images"
    return f"{' x '.join(f'{side:g}' for side in spacing)} mm"
