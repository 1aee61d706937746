"""The colour and dash by which a model is known on the whole page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from imgpipe._common.palette import DUMMY, places
from imgpipe.report.charts.marks import colour, dash

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult


class Look(TypedDict):
    """How a model is drawn."""

    colour: str
    dash: str


Looks = dict[str, Look]


def looks_of(models: Sequence["ModelResult"]) -> Looks:
    """One colour and dash per model for the whole page; a dummy is gray like the chance line.

    A classifier that we ship has the same look in every report; other models take what is free.
    """
    names = [model.name for model in models]
    place = places(names)
    return {
        name: {"colour": "var(--dummy)", "dash": "2 3"}
        if name == DUMMY
        else {"colour": colour(place[name]), "dash": dash(place[name])}
        for name in names
    }


def colour_of(name: str, looks: Looks) -> str:
    """Colour of a model; gray for what is none of them."""
    return looks[name]["colour"] if name in looks else "var(--dummy)"


def entry(model: "ModelResult", looks: Looks, **content: Any) -> dict[str, Any]:
    """What a section shows of a model, under its name and look."""
    return {"name": model.name, **looks[model.name], **content}
