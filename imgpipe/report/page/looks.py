"""The colour and dash by which a model is known on the whole page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe.report.charts.marks import colour, dash

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult

Looks = dict[str, dict[str, str]]


def looks_of(models: Sequence["ModelResult"]) -> Looks:
    """One colour and dash per model for the whole page; a dummy is gray like the chance line."""
    looks, place = {}, 0
    for model in models:
        if model.name == "dummy":
            looks[model.name] = {"colour": "var(--dummy)", "dash": "2 3"}
        else:
            looks[model.name] = {"colour": colour(place), "dash": dash(place)}
            place += 1
    return looks


def entry(model: "ModelResult", looks: Looks, **content: Any) -> dict[str, Any]:
    """What a section shows of a model, under its name and look."""
    return {"name": model.name, **looks[model.name], **content}
