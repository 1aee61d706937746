"""ROC curves of all models."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe.report.charts.marks import Line
from imgpipe.report.charts.roc import roc_chart
from imgpipe.report.page.looks import Looks
from imgpipe.report.page.view import View

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult


def roc_section(view: View) -> dict[str, Any] | None:
    """ROC curves of all models."""
    panels = roc_panels(view.ranked, view.looks)
    return {"panels": panels} if panels else None


def roc_panels(ranked: Sequence["ModelResult"], looks: Looks) -> list[dict[str, Any]]:
    """One panel per curve name (the positive class, or each class against the rest)."""
    names = list(dict.fromkeys(curve.name for m in ranked for curve in m.roc))
    panels = []
    for name in names:
        lines = [
            Line(m.name, curve.x, curve.y, **looks[m.name])
            for m in ranked
            for curve in m.roc
            if curve.name == name
        ]
        svg = roc_chart(f"ROC curves for {name}", lines)
        panels.append({"title": str(name), "svg": Markup(svg)})
    return panels
