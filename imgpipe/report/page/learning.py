"""How scores rise with the number of patients to learn from."""

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe.report.charts.learning import Band, Mark, height, learning_chart
from imgpipe.report.page.looks import Looks
from imgpipe.report.page.view import View

if TYPE_CHECKING:
    from imgpipe.evaluate import LearningCurves


def section(view: View) -> dict[str, Any] | None:
    """How scores rise with the number of patients."""
    return learning_panel(view.comparison.learning, view.looks)


def learning_panel(learning: "LearningCurves | None", looks: Looks) -> dict[str, Any] | None:
    """AUC over the number of training patients, with a mark where two curves cross."""
    if learning is None:
        return None
    bands = [
        Band(
            curve.name,
            curve.patients,
            [auc.value for auc in curve.auc],
            low=[auc.low for auc in curve.auc],
            high=[auc.high for auc in curve.auc],
            **looks[curve.name],
        )
        for curve in learning.curves
        if not any(math.isnan(auc.value) for auc in curve.auc)
    ]
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
    title = "AUC by training " + learning.unit
    svg = learning_chart(title, learning.unit, bands, marks) if bands else ""
    return {"svg": Markup(svg), "statement": learning.statement, "crossed": bool(marks)}
