"""Whether probabilities came true: the parts of the Brier score, and what falls short."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, say
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.score_tables import cell
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions
from imgpipe.report.words.numbers import number

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult


def section(view: View) -> dict[str, Any] | None:
    """A table of scores and a sentence a model; None where no model can be judged."""
    judged = [model for model in view.ranked if model.calibration is not None]
    if not judged:
        return None
    first = judged[0].calibration
    assert first is not None
    return {
        "rows": [_row(model, view.looks) for model in judged],
        "error_of": say("the class that each image was put into")
        if first.ece_of == "top label"
        else first.ece_of,
        "sentences": [text for model in view.ranked for text in decisions.calibrated(model)],
    }


def misses(view: View) -> list[Text]:
    """Say in a sentence each what probabilities, thresholds and sets promised and did not keep.

    For the top of the page: of the models that look at images, without figures, which stand in the
    sections.
    """
    models = [model for model in view.ranked if model.name != "dummy"]
    untrue = [m.name for m in models if _untrue(m)]
    short = [m.name for m in models if decisions.short_of(m)]
    missed = [m.name for m in models if any(decisions.missed(m.name, one) for one in m.operation)]
    told = []
    if untrue:
        told.append(
            say(
                "The probabilities of {models} are not to be taken at their word: they are off by "
                "more than chance explains (see Calibration).",
                models=untrue,
            )
        )
    if missed:
        told.append(
            say(
                "Thresholds chosen beforehand for {models} did not reach on held-out images what "
                "they were chosen for (see Operating points).",
                models=missed,
            )
        )
    if short:
        told.append(
            say(
                "Conformal sets of {models} held the true class less often than was asked for (see "
                "Conformal sets).",
                models=short,
            )
        )
    return told


def _untrue(model: "ModelResult") -> bool:
    found = model.calibration
    return found is not None and found.ece.value > found.ece_chance_limit


def _row(model: "ModelResult", looks: Looks) -> dict[str, Any]:
    found = model.calibration
    assert found is not None
    parts = (found.brier, found.reliability, found.resolution, found.uncertainty)
    limit = say("below {limit}", limit=number(found.ece_chance_limit))
    cells = [
        *map(cell, parts),
        {"value": number(found.within_bins), "interval": ""},
        cell(found.ece),
        {"value": number(found.ece_by_chance), "interval": limit},
    ]
    return entry(model, looks, cells=cells)
