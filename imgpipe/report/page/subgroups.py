"""Scores by subgroup: for each column of the manifest a forest plot a metric."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, counted, joined, say
from imgpipe.report.charts.rows import Axis, axis_chart, row_chart, score_axis
from imgpipe.report.page import score_tables
from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Interval, ModelResult, Subgroup

_METRICS = ("accuracy", "sensitivity", "specificity")


def section(view: View) -> dict[str, Any] | None:
    """One part a column, where scores of subgroups were asked for."""
    groups = view.comparison.subgroups
    if not groups:
        return None
    columns = dict.fromkeys(group.column for group in groups)
    return {
        "lead": _lead(),
        "columns": [
            _column(column, [g for g in groups if g.column == column], view) for column in columns
        ],
    }


def _lead() -> Text:
    return joined(
        [
            say("Scores on the held-out images of each subgroup."),
            say(
                "Subgroups were not tested against one another, and the intervals are not adjusted "
                "for their number: a difference here is a question, no finding."
            ),
            say("A dash: the subgroup has too few images of a class to tell."),
        ]
    )


def _column(column: str, groups: "Sequence[Subgroup]", view: View) -> dict[str, Any]:
    """The metric that ranks is unfolded; accuracy, sensitivity and specificity follow."""
    real = [model for model in view.ranked if model.name != "dummy"] or list(view.ranked)
    keys = [key for key in dict.fromkeys((view.metric, *_METRICS)) if _known(key, groups)]
    return {
        "name": column,
        "forests": [_forest(key, groups, real, view) for key in keys],
    }


def _known(key: str, groups: "Sequence[Subgroup]") -> bool:
    """Whether any subgroup has this metric."""
    return any(key in metrics for group in groups for metrics in group.metrics.values())


def _forest(
    key: str, groups: "Sequence[Subgroup]", models: "Sequence[ModelResult]", view: View
) -> dict[str, Any]:
    """Rows of all subgroups on one axis."""
    scores = {
        (group.name, model.name): group.metrics.get(model.name, {}).get(key)
        for group in groups
        for model in models
    }
    bars = {
        (group, model): None
        if score is None
        else score_tables.bar(model, score, view.looks[model]["colour"])
        for (group, model), score in scores.items()
    }
    drawn = [bar for bar in bars.values() if bar is not None]
    axis = score_axis(drawn) if drawn else Axis(0.0, 1.0)
    return {
        "metric": numbers.metric_name(key),
        "axis": Markup(axis_chart(axis)),
        "groups": [
            {
                "name": group.name,
                "counts": _counts(group),
                "rows": [
                    entry(
                        model,
                        view.looks,
                        svg=Markup("" if bar is None else row_chart(bar, axis)),
                        **_numbers(scores[group.name, model.name]),
                    )
                    for model in models
                    for bar in [bars[group.name, model.name]]
                ],
            }
            for group in groups
        ],
    }


def _numbers(score: "Interval | None") -> dict[str, Any]:
    if score is None:
        return {"value": "–", "interval": ""}
    return {"value": numbers.number(score.value), "interval": numbers.interval(score)}


def _counts(group: "Subgroup") -> Text:
    """Say how many images and patients stand behind the scores, and of which classes."""
    images = counted(group.images, "{n} image", "{n} images")
    classes = [say("{label} {n}", label=label, n=n) for label, n in group.counts.items()]
    if group.patients is None:
        return say("{images} ({classes})", images=images, classes=classes)
    patients = counted(group.patients, "{n} patient", "{n} patients")
    return say(
        "{images} of {patients} ({classes})", images=images, patients=patients, classes=classes
    )
