"""How scores rise with the number of patients to learn from."""

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from imgpipe._common.texts import Text, say
from imgpipe.report.charts.learning import Band, Mark, height, learning_chart
from imgpipe.report.languages import tell
from imgpipe.report.page.view import View

_APART = 0.1  # what lies so far below all others is told and not drawn
_WHISKERED = 5  # lines whose intervals can be told apart


def section(view: View) -> dict[str, Any] | None:
    """AUC over the number of training patients, with a mark where two curves cross."""
    learning = view.comparison.learning
    if learning is None:
        return None
    known = [
        Band(
            curve.name,
            curve.patients,
            [auc.value for auc in curve.auc],
            low=[auc.low for auc in curve.auc],
            high=[auc.high for auc in curve.auc],
            **view.looks[curve.name],
        )
        for curve in learning.curves
        if not any(math.isnan(auc.value) for auc in curve.auc)
    ]
    bands = [band for band in known if not _far_below(band, known)]
    drawn = {band.name: band for band in bands}
    marks = [
        Mark(
            crossing.at,
            height(drawn[crossing.ahead], crossing.at),
            f"{crossing.about:,}",
            crossing.words(learning.unit),
        )
        for crossing in learning.crossings
        if {crossing.ahead, crossing.behind} <= set(drawn)
    ]
    whiskers = len(bands) <= _WHISKERED
    svg = ""
    if bands:
        title = say("AUC over what was trained on")
        svg = learning_chart(tell(title), tell(_axis(learning.unit)), bands, marks, whiskers)
    return {
        "svg": Markup(svg),
        "legend": [entry for entry in view.looks.items() if entry[0] in drawn],
        "statement": learning.statement,
        "crossed": bool(marks),
        "whiskers": whiskers,
        "below": [_below(band) for band in known if band.name not in drawn],
    }


def _axis(unit: str) -> Text:
    return say("Training patients") if unit == "patients" else say("Training images")


def _far_below(band: Band, bands: Sequence[Band]) -> bool:
    """Whether a dummy lies so deep that an axis with it would flatten all others."""
    others = [low for each in bands if each.name != "dummy" for low in each.low if low == low]
    return band.name == "dummy" and bool(others) and max(band.y) < min(others) - _APART


def _below(band: Band) -> Text:
    return say("{name} lies below the chart, at {value:.3f}.", name=band.name, value=band.y[-1])
