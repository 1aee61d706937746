"""The images that each model was surest to call wrong."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import counted, say
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.pictures import light_uri, overlay
from imgpipe.report.page.view import View

if TYPE_CHECKING:
    from imgpipe.evaluate import Mistake, ModelResult

_MISTAKES = 8  # images shown per model
_OPEN_MODELS = 3  # whose mistakes are unfolded from the start
_MAPS = {"occlusion": say("occlusion")}
_FILTERED = 3  # labels from which on a reader can choose among them


def section(view: View) -> dict[str, Any]:
    """The surest of each model's mistakes; those of the best models are unfolded."""
    models = [
        _of_model(m, view.looks, place < _OPEN_MODELS and m.name != "dummy")
        for place, m in enumerate(view.ranked)
    ]
    seen = {item["label"] for model in models for item in model["items"]}
    labels = [name for name in view.comparison.dataset.classes if name in seen]
    return {
        "models": models,
        "labels": labels if len(labels) >= _FILTERED else [],
        "mapped": any(mistake.maps for m in view.ranked for mistake in m.mistakes),
        "table": view.comparison.dataset.region == "table",
    }


def _of_model(model: "ModelResult", looks: Looks, unfolded: bool) -> dict[str, Any]:
    items = [_item(mistake) for mistake in model.mistakes[:_MISTAKES]]
    shown = counted(len(items), "{n} shown", "{n} shown") if items else say("none shown")
    return entry(model, looks, items=items, shown=shown, open=unfolded)


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
