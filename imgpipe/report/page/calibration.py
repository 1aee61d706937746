"""Whether probabilities came true: reliability diagrams and the parts of the Brier score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe.report.charts.learning import Band
from imgpipe.report.charts.reliability import reliability_chart
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.score_tables import cell
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions
from imgpipe.report.words.numbers import number

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult

_WHISKERED = 4  # lines that can be told apart with their intervals


def section(view: View) -> dict[str, Any] | None:
    """Whether probabilities came true."""
    return calibration(view.ranked, view.looks)


def calibration(ranked: Sequence["ModelResult"], looks: Looks) -> dict[str, Any] | None:
    """Diagrams, a table of scores and a sentence a model; None where no model can be judged."""
    judged = [model for model in ranked if model.calibration is not None]
    if not judged:
        return None
    first = judged[0].calibration
    assert first is not None
    return {
        "panels": _panels(judged, looks),
        "rows": [_row(model, looks) for model in judged],
        "error_of": first.ece_of,
        "sentences": [text for model in ranked for text in decisions.calibrated(model)],
    }


def _row(model: "ModelResult", looks: Looks) -> dict[str, Any]:
    found = model.calibration
    assert found is not None
    parts = (found.brier, found.reliability, found.resolution, found.uncertainty)
    chance = f"{number(found.ece_by_chance)}", f"below {number(found.ece_chance_limit)}"
    cells = [
        *map(cell, parts),
        {"value": number(found.within_bins), "interval": ""},
        cell(found.ece),
        {"value": chance[0], "interval": chance[1]},
    ]
    return entry(model, looks, cells=cells)


def _panels(judged: Sequence["ModelResult"], looks: Looks) -> list[dict[str, Any]]:
    """One diagram for the positive class, or each class against the rest."""
    names = list(
        dict.fromkeys(c.name for m in judged if m.calibration for c in m.calibration.curves)
    )
    panels = []
    for name in names:
        bands = [
            Band(
                model.name,
                [b.probability for b in curve.bins],
                [b.observed.value for b in curve.bins],
                low=[b.observed.low for b in curve.bins],
                high=[b.observed.high for b in curve.bins],
                **looks[model.name],
            )
            for model in judged
            if model.calibration
            for curve in model.calibration.curves
            if curve.name == name
        ]
        svg = reliability_chart(f"Reliability for {name}", bands, len(bands) <= _WHISKERED)
        panels.append({"title": name, "svg": Markup(svg)})
    return panels
