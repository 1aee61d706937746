"""The charts of one class against the rest: ROC, precision over recall, reliability, benefit."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, say
from imgpipe.report.charts.decision import Treated, decision_chart
from imgpipe.report.charts.learning import Band
from imgpipe.report.charts.marks import Line
from imgpipe.report.charts.reliability import reliability_chart
from imgpipe.report.charts.roc import precision_recall_chart, roc_chart
from imgpipe.report.page.view import View

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult, Operation

Marks = Mapping[str, Mapping[str, tuple[float, float]]]  # of a model and a chart

_WHISKERED = 4  # lines that can be told apart with their intervals


def charts(name: str, view: View, marks: Marks) -> Iterator[tuple[Text, str, Text]]:
    """Draw what is known of a class: a chart with its title and how to read it."""
    found = [(m, one) for m in view.ranked for one in m.operation if one.name == name]
    lines = [
        Line(m.name, curve.x, curve.y, **view.looks[m.name], mark=_mark(marks, m, "roc"))
        for m in view.ranked
        for curve in m.roc
        if curve.name == name
    ]
    if lines:
        yield (
            say("ROC curves"),
            roc_chart(say("ROC curves for {name}", name=name), lines),
            say("Dashed: chance."),
        )
    if found:
        yield (
            say("Precision over recall"),
            _precision_recall(name, found, view, marks),
            say("Dashed: the prevalence, which is the precision of chance."),
        )
    bands = list(_reliability(name, view, marks))
    if bands:
        title = say("Reliability for {name}", name=name)
        few = len(bands) <= _WHISKERED
        yield (
            say("Reliability"),
            reliability_chart(title, bands, few),
            say(
                "Bins of about as many images each, with 95 % intervals. Dashed: all is true; "
                "above it the class came more often than was said."
            )
            if few
            else say(
                "Bins of about as many images each. Dashed: all is true; above it the class came "
                "more often than was said."
            ),
        )
    if found:
        yield (
            say("Net benefit"),
            _decision(name, found, view, marks),
            say(
                "Of acting from a probability on, where a needless action costs threshold / "
                "(1 − threshold) of a needed one. Thin lines: acting on all, and on none (0)."
            ),
        )


def _mark(marks: Marks, model: "ModelResult", kind: str) -> tuple[float, float] | None:
    return marks[model.name][kind] if model.name in marks else None


def _precision_recall(
    name: str, found: "list[tuple[ModelResult, Operation]]", view: View, marks: Marks
) -> str:
    lines = [
        Line(
            m.name,
            one.precision_recall.x,
            one.precision_recall.y,
            **view.looks[m.name],
            mark=_mark(marks, m, "pr"),
        )
        for m, one in found
    ]
    title = say("Precision over recall for {name}", name=name)
    return precision_recall_chart(title, lines, found[0][1].prevalence)


def _reliability(name: str, view: View, marks: Marks) -> Iterator[Band]:
    for model in view.ranked:
        for curve in model.calibration.curves if model.calibration else ():
            if curve.name == name:
                yield Band(
                    model.name,
                    [b.probability for b in curve.bins],
                    [b.observed.value for b in curve.bins],
                    low=[b.observed.low for b in curve.bins],
                    high=[b.observed.high for b in curve.bins],
                    **view.looks[model.name],
                    mark=_mark(marks, model, "reliability"),
                )


def _decision(
    name: str, found: "list[tuple[ModelResult, Operation]]", view: View, marks: Marks
) -> str:
    bands = [
        Band(
            m.name,
            one.decision.thresholds,
            one.decision.net_benefit,
            low=one.decision.low,
            high=one.decision.high,
            **view.looks[m.name],
            mark=_mark(marks, m, "decision"),
        )
        for m, one in found
    ]
    first = found[0][1].decision
    everyone = Treated(first.thresholds, first.treat_all)
    return decision_chart(say("Decision curves for {name}", name=name), bands, everyone)
