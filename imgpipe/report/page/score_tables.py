"""Tables and charts of all models' scores and costs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.scores import interval_chart
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Canary, Interval, ModelResult

_CHARTED = ("auc", "accuracy", "balanced_accuracy", "f1")


def columns(ranked: Sequence["ModelResult"]) -> list[str]:
    """Metrics of the leaderboard, the headline first; in two classes recall is sensitivity."""
    named = [key for key in numbers.METRICS if key in ranked[0].metrics]
    keys = named + [key for key in ranked[0].metrics if key not in named]
    return [key for key in keys if not (key == "recall" and "sensitivity" in keys)]


def row(model: "ModelResult", looks: Looks, metrics: Sequence[str]) -> dict[str, Any]:
    """One model's line of the leaderboard."""
    cells = [
        cell(score) | {"seeds": numbers.spread(score)}
        for score in (model.metrics[key] for key in metrics)
    ]
    return entry(model, looks, cells=cells)


def canary_rows(canaries: Sequence["Canary"], metrics: Sequence[str]) -> list[dict[str, Any]]:
    """The lines below the models, in gray."""
    return [
        {
            "name": canary.name,
            "what": canary.what,
            "colour": "var(--dummy)",
            "cells": [cell(canary.metrics[key]) for key in metrics],
        }
        for canary in canaries
    ]


def score_charts(ranked: Sequence["ModelResult"], looks: Looks) -> list[dict[str, Any]]:
    """One chart for each of the main metrics that is defined."""
    panels = []
    for key in _CHARTED:
        bars = [
            Bar(m.name, score.value, *_ends(score), looks[m.name]["colour"])
            for m in ranked
            if (score := m.metrics.get(key)) is not None and numbers.number(score.value) != "–"
        ]
        if bars:
            title = numbers.metric_name(key)
            panels.append({"title": title, "svg": Markup(interval_chart(title, bars))})
    return panels


def split_rows(ranked: Sequence["ModelResult"], looks: Looks) -> list[dict[str, Any]]:
    """Scores on the validation part beside those on the test part."""
    return [
        entry(
            model,
            looks,
            cells=[
                cell(model.splits[part][key])
                for key in ("auc", "accuracy")
                for part in ("val", "test")
            ],
        )
        for model in ranked
        if {"val", "test"} <= set(model.splits)
    ]


def cell(score: "Interval") -> dict[str, str]:
    """A score and its interval, as texts."""
    return {"value": numbers.number(score.value), "interval": numbers.interval(score)}


def _ends(score: "Interval") -> tuple[float | None, float | None]:
    return (score.low, score.high) if numbers.interval(score) else (None, None)
