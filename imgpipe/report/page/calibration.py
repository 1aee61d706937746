"""Whether probabilities came true: the parts of the Brier score."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import say
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
