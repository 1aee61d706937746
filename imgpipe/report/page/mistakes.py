"""The images that each model was surest to call wrong, by what they are and were called."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import counted, say
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.pictures import light_uri, overlay
from imgpipe.report.page.view import View

if TYPE_CHECKING:
    from imgpipe.evaluate import Mistake, ModelResult

_OPEN_MODELS = 3  # whose mistakes are unfolded from the start
_MAPS = {"occlusion": say("occlusion")}
_FILTERED = 3  # labels from which on a reader can choose among them


def section(view: View) -> dict[str, Any]:
    """The surest of each model's mistakes; those of the best models are unfolded."""
    ranked = [m for m in view.ranked if m.name != "dummy"] or view.ranked
    classes = view.comparison.dataset.classes
    models = [
        _of_model(m, view.looks, classes, place < _OPEN_MODELS) for place, m in enumerate(ranked)
    ]
    seen = {item["label"] for model in models for each in model["groups"] for item in each["of"]}
    labels = [name for name in classes if name in seen]
    maps = {name for m in ranked for mistake in m.mistakes for name, _ in mistake.maps}
    return {
        "models": models,
        "labels": labels if len(labels) >= _FILTERED else [],
        "mapped": bool(maps),
        "inside": "Grad-CAM" in maps,
        "table": view.comparison.dataset.region == "table",
    }


def _of_model(
    model: "ModelResult", looks: Looks, classes: Sequence[str], unfolded: bool
) -> dict[str, Any]:
    groups: dict[tuple[str, str], list[Mistake]] = {}
    for mistake in model.mistakes:
        groups.setdefault((mistake.label, mistake.predicted), []).append(mistake)
    counts = _counts(model, classes)
    told = [
        _group(kind, found, counts.get(kind, len(found)))
        for kind, found in sorted(groups.items(), key=lambda item: -counts.get(item[0], 0))
    ]
    n = len(model.mistakes)
    shown = counted(n, "{n} shown", "{n} shown") if n else say("none shown")
    return entry(model, looks, groups=told, shown=shown, open=unfolded)


def _counts(model: "ModelResult", classes: Sequence[str]) -> dict[tuple[str, str], int]:
    """How often images of one class were called another."""
    return {
        (label, predicted): int(model.confusion[i, j])
        for i, label in enumerate(classes)
        for j, predicted in enumerate(classes)
    }


def _group(kind: tuple[str, str], found: Sequence["Mistake"], n: int) -> dict[str, Any]:
    """What they are and were called, how many there are, and the surest of them."""
    label, predicted = kind
    if n > len(found):
        title = say(
            "Is {label}, called {predicted}: {n}, of which {shown} shown",
            label=label,
            predicted=predicted,
            n=n,
            shown=len(found),
        )
    else:
        title = say("Is {label}, called {predicted}: {n}", label=label, predicted=predicted, n=n)
    return {"title": title, "of": [_item(mistake) for mistake in found]}


def _item(mistake: "Mistake") -> dict[str, Any]:
    """One wrong call: its image, its maps, and what it was taken for."""
    image = mistake.image
    return {
        "id": str(mistake.id),
        "label": str(mistake.label),
        "predicted": str(mistake.predicted),
        "probability": say("{p:.0f}\N{NO-BREAK SPACE}%", p=100 * mistake.probability),
        "src": None if image is None else light_uri(image),
        "maps": [
            {"name": _MAPS.get(name, name), "src": overlay(image, relevance)}
            for name, relevance in mistake.maps
            if image is not None
        ],
        "small": image is not None and max(image.shape[:2]) < 160,
    }
