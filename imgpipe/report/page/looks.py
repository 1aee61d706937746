"""The colour and dash by which a model is known on the whole page."""

from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from imgpipe.report.charts.marks import colour, dash

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult

Looks = dict[str, dict[str, str]]

# places in the palette, the same in every report; the ninth and tenth are dashed
_KNOWN = {
    "svm": 0,
    "forest": 1,
    "logistic": 2,
    "boosted": 3,
    "cnn-large": 4,
    "knn": 5,
    "cnn": 6,
    "cnn-deep": 7,
    "vgg16": 8,
    "resnet18-28": 9,
}


def looks_of(models: Sequence["ModelResult"]) -> Looks:
    """One colour and dash per model for the whole page; a dummy is gray like the chance line.

    A classifier that we ship has the same look in every report; other models take what is free.
    """
    names = [model.name for model in models]
    taken = {_KNOWN[name] for name in names if name in _KNOWN}
    free = (place for place in count() if place not in taken)
    looks = {}
    for name in names:
        if name == "dummy":
            looks[name] = {"colour": "var(--dummy)", "dash": "2 3"}
        else:
            place = _KNOWN[name] if name in _KNOWN else next(free)
            looks[name] = {"colour": colour(place), "dash": dash(place)}
    return looks


def entry(model: "ModelResult", looks: Looks, **content: Any) -> dict[str, Any]:
    """What a section shows of a model, under its name and look."""
    return {"name": model.name, **looks[model.name], **content}
