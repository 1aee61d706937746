"""What models are worth as decisions: precision over recall, thresholds, net benefit, sets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe.report.charts.decision import Treated, decision_chart
from imgpipe.report.charts.learning import Band
from imgpipe.report.charts.marks import Line
from imgpipe.report.charts.roc import precision_recall_chart
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.score_tables import cell
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions
from imgpipe.report.words.numbers import number

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult
    from imgpipe.evaluate.results import Operation

_MEASURES = ("sensitivity", "specificity", "ppv", "npv", "net_benefit")


def section(view: View) -> dict[str, Any] | None:
    """Thresholds and what they do."""
    parts = operating_points(view.ranked, view.looks)
    return {"parts": parts} if parts else None


def conformal_section(view: View) -> dict[str, Any] | None:
    """Sets of classes."""
    return conformal(view.ranked, view.looks)


def operating_points(ranked: Sequence["ModelResult"], looks: Looks) -> list[dict[str, Any]]:
    """One part for the positive class, or for each class against the rest."""
    names = list(dict.fromkeys(one.name for m in ranked for one in m.operation))
    return [_part(name, ranked, looks) for name in names]


def conformal(ranked: Sequence["ModelResult"], looks: Looks) -> dict[str, Any] | None:
    """Coverage and sizes of conformal sets; None where none were asked for."""
    rows, level, classes, chosen_on = [], 0.0, [], set()
    for model in ranked:
        found = model.conformal
        if found is None:
            continue
        level, classes = found.level, list(found.by_class)
        chosen_on.add(found.chosen_on)
        shares = ", ".join(f"{n}: {number(s, 2)}" for n, s in enumerate(found.sizes) if s)
        scores = (found.coverage, *found.by_class.values(), found.mean_size)
        rows.append(entry(model, looks, cells=[*map(cell, scores)], sizes=shares))
    if not rows:
        return None
    return {
        "level": f"{level:g}",
        "where": " and ".join(sorted(chosen_on)),
        "classes": classes,
        "rows": rows,
        "told": [
            *(text for model in ranked for text in decisions.short_of(model)),
            *decisions.sets_lacking(ranked),
        ],
    }


def _part(name: str, ranked: Sequence["ModelResult"], looks: Looks) -> dict[str, Any]:
    found = [(m, one) for m in ranked for one in m.operation if one.name == name]
    _, first = found[0]
    lines = [
        Line(m.name, one.precision_recall.x, one.precision_recall.y, **looks[m.name])
        for m, one in found
    ]
    bands = [
        Band(
            m.name,
            one.decision.thresholds,
            one.decision.net_benefit,
            low=one.decision.low,
            high=one.decision.high,
            **looks[m.name],
        )
        for m, one in found
    ]
    everyone = Treated(first.decision.thresholds, first.decision.treat_all)
    curve = precision_recall_chart(f"Precision over recall for {name}", lines, first.prevalence)
    return {
        "name": name,
        "prevalence": number(first.prevalence),
        "positives": f"{first.positives:,}",
        "n": f"{first.n:,}",
        "precision_recall": Markup(curve),
        "decision": Markup(decision_chart(f"Decision curves for {name}", bands, everyone)),
        "on_curve": ["Average precision", *(key.capitalize() for key in first.on_curve)],
        "reached": [
            entry(m, looks, cells=[cell(one.average_precision), *map(cell, one.on_curve.values())])
            for m, one in found
        ],
        "chosen": any(one.chosen_on for _, one in found),
        "points": [entry(m, looks, **_points(one)) for m, one in found],
        "missed": [text for m, one in found for text in decisions.missed(m.name, one)],
    }


def _points(one: "Operation") -> dict[str, Any]:
    """A model's thresholds and what they did."""
    rows = [
        {
            "rule": point.rule.capitalize(),
            "threshold": _threshold(point.thresholds),
            "cells": [cell(getattr(point, measure)) for measure in _MEASURES],
        }
        for point in one.points
    ]
    return {"where": one.chosen_on, "rows": rows}


def _threshold(thresholds: Sequence[float]) -> str:
    """One number, or the range over folds."""
    if not thresholds:
        return "–"
    low, high = number(min(thresholds)), number(max(thresholds))
    return low if low == high else f"{low}–{high}"
