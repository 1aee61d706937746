"""Curves, calibration and confusion at one threshold, which a slider moves."""

import json
import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, joined, say
from imgpipe.report.page import classes, panels
from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View
from imgpipe.report.words.fixed import rule_name
from imgpipe.report.words.numbers import number

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult, OperatingPoint, Operation

_MEASURES = ("sensitivity", "specificity", "ppv", "npv", "net_benefit")


def section(view: View) -> dict[str, Any] | None:
    """Charts and matrices of the positive class, or of each class against the rest."""
    names = classes.shown(view)
    if not names:
        return None
    parts = [_part(name, view) for name in names]
    judged = [one for m in view.ranked for one in m.operation if one.name in names]
    rules = dict.fromkeys(point.rule for one in judged for point in one.points)
    return {
        "parts": parts,
        "lead": _lead(view, names),
        "left_out": _left_out(view, names),
        "slider": bool(judged) and all(one.table is not None for one in judged),
        "rules": [{"key": rule, "name": rule_name(rule)} for rule in rules],
        "movable": bool(judged),
        "data": _embedded([_data(name, view) for name in names]),
    }


def _lead(view: View, names: list[str]) -> Text:
    """Say what curves are of."""
    binary = len(view.comparison.dataset.classes) == 2
    protocol = view.comparison.protocol
    said = [
        say("Positive class: {name}.", name=names[0])
        if binary
        else say("Each class against the rest.")
    ]
    if protocol.kind == "cross-validation":
        pooled = (
            say(
                "Curves pool the held-out predictions of all folds of the first repeat; the AUC is "
                "the mean over folds."
            )
            if (protocol.repeats or 1) > 1
            else say(
                "Curves pool the held-out predictions of all folds; the AUC is the mean over folds."
            )
        )
        said.append(pooled)
    if view.comparison.run.seeds > 1:
        said.append(say("All are of the first seed."))
    return joined(said)


def _left_out(view: View, names: list[str]) -> Text | None:
    """Say which of many classes are not shown."""
    judged = classes.judged(view)
    if len(judged) == len(names):
        return None
    return say(
        "Of {n} classes, {shown} are shown: those that {model} tells best from the rest, and those "
        "that it tells worst, by average precision.",
        n=len(judged),
        shown=len(names),
        model=view.best.name,
    )


def _part(name: str, view: View) -> dict[str, Any]:
    """What is shown of one class."""
    found = [(m, one) for m in view.ranked for one in m.operation if one.name == name]
    every = view.comparison.dataset.classes
    rest = every[0] if len(every) == 2 else say("the rest")
    return {
        "name": name,
        "rest": rest,
        "counted": _counted(found[0][1]) if found else None,
        "charts": [
            {"title": title, "svg": Markup(svg), "note": note}
            for title, svg, note in panels.charts(name, view, dict(_marks(found)))
        ],
        "models": [_model(m, one, view) for m, one in found],
    }


def _counted(one: "Operation") -> Text:
    return say(
        "{positives} of {n} held-out images are {name}, a prevalence of {prevalence:.3f}; "
        "precision (PPV), NPV and net benefit hold for this prevalence only.",
        positives=one.positives,
        n=one.n,
        name=one.name,
        prevalence=one.prevalence,
    )


def _marks(found: "list[tuple[ModelResult, Operation]]") -> Any:
    """Places of each model's own calls on the four charts."""
    for model, one in found:
        point = one.points[0]
        threshold = point.thresholds[0] if point.thresholds else math.nan
        sensitivity, specificity = point.sensitivity.value, point.specificity.value
        yield (
            model.name,
            {
                "roc": (1 - specificity, sensitivity),
                "pr": (sensitivity, point.ppv.value),
                "reliability": (threshold, math.nan),
                "decision": (threshold, point.net_benefit.value),
            },
        )


def _model(model: "ModelResult", one: "Operation", view: View) -> dict[str, Any]:
    """A model's matrix and figures as it calls by itself."""
    point = one.points[0]
    c = point.counts
    cells = {
        key: {"count": n, "share": n / of if of else 0.0}
        for key, n, of in (
            ("tn", c.tn, c.tn + c.fp),
            ("fp", c.fp, c.tn + c.fp),
            ("fn", c.fn, c.tp + c.fn),
            ("tp", c.tp, c.tp + c.fn),
        )
    }
    figures = [(key, number(getattr(point, key).value)) for key in _MEASURES]
    return entry(model, view.looks, cells=cells, figures=figures, threshold=told(point))


def told(point: "OperatingPoint") -> str:
    """Write a threshold, or the range over folds."""
    if not point.thresholds:
        return "–"
    low, high = number(min(point.thresholds)), number(max(point.thresholds))
    return low if low == high else f"{low}–{high}"


def _data(name: str, view: View) -> dict[str, Any]:
    """Counts of a class for the script, models in the order of the page."""
    found = [(m, one) for m in view.ranked for one in m.operation if one.name == name]
    models = [
        {
            "name": model.name,
            "tp": one.table and one.table.tp,
            "fp": one.table and one.table.fp,
            "points": {point.rule: _point(point) for point in one.points},
        }
        for model, one in found
    ]
    first = found[0][1] if found else None
    return {
        "positives": first.positives if first else 0,
        "negatives": first.n - first.positives if first else 0,
        "models": models,
    }


def _point(point: "OperatingPoint") -> dict[str, Any]:
    """Counts of a chosen threshold; of several folds' thresholds, the line stands in the middle."""
    known = sorted(point.thresholds)
    benefit = point.net_benefit.value
    return {
        "at": known[len(known) // 2] if known else None,
        "told": told(point),
        "tp": point.counts.tp,
        "fp": point.counts.fp,
        "benefit": None if math.isnan(benefit) else benefit,
    }


def _embedded(data: object) -> Markup:
    """Write JSON that no name in it can end: whatever HTML looks for is written as its number."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)
