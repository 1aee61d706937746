"""Tables of all models' scores, and what stands below them in gray."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, say
from imgpipe.report.charts.marks import Bar
from imgpipe.report.page.looks import Looks, colour_of, entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Canary, Interval, ModelResult


def columns(ranked: Sequence["ModelResult"]) -> list[str]:
    """Metrics of the leaderboard, the headline first; in two classes recall is sensitivity."""
    named = [key for key in numbers.METRICS if key in ranked[0].metrics]
    keys = named + [key for key in ranked[0].metrics if key not in named]
    return [key for key in keys if not (key == "recall" and "sensitivity" in keys)]


def head(key: str) -> dict[str, Any]:
    """Name a column, and say of which metrics less is better."""
    from imgpipe.evaluate.results import LOWER_IS_BETTER

    return {"name": numbers.metric_name(key), "lower": key in LOWER_IS_BETTER}


def row(model: "ModelResult", looks: Looks, metrics: Sequence[str]) -> dict[str, Any]:
    """One model's line of the leaderboard."""
    return entry(model, looks, cells=[full(model.metrics[key]) for key in metrics])


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


@dataclass(frozen=True)
class Others:
    """Rows that are no models of the comparison: a name, a score and what is drawn of it."""

    title: Text
    looks: Looks
    rows: "tuple[tuple[str, Interval, Bar | None], ...]"

    @property
    def needed(self) -> list[Bar]:
        """What an axis has to hold: models but the dummy, or the canary with the highest score."""
        drawn = [bar for name, _, bar in self.rows if bar is not None and name != "dummy"]
        if self.looks:
            return drawn
        return [max(drawn, key=lambda bar: bar.value)] if drawn else []


def others(view: View) -> list[Others]:
    """Scores under other rules about look-alikes, and canaries; those without a score left out."""
    comparison, metric = view.comparison, view.metric
    order = [model.name for model in view.ranked]
    found = comparison.look_alikes
    rules = [] if found is None else [o for o in (found.without, found.as_drawn) if o is not None]
    groups = [
        (
            say("Models, {rule}", rule=rule.title),
            view.looks,
            {
                name: rule.scores[name][metric]
                for name in order
                if metric in rule.scores.get(name, {})
            },
        )
        for rule in rules
    ]
    own = {row.name: row.metrics[metric] for row in comparison.canaries}
    title = say("Canaries: what tells classes apart without a look at the patient")
    groups.append((title, {}, own))
    return [
        Others(
            title,
            shown,
            tuple((name, score, _gray_bar(name, score, shown)) for name, score in rows.items()),
        )
        for title, shown, rows in groups
        if rows
    ]


def _gray_bar(name: str, score: "Interval", looks: Looks) -> Bar | None:
    """What is drawn of a row that is none of the models."""
    return bar(name if name in looks else "", score, colour_of(name, looks))


def bar(name: str, score: "Interval", colour: str) -> Bar | None:
    """What a chart draws of a score; None where there is none."""
    if numbers.number(score.value) == "–":
        return None
    return Bar(name, score.value, *_ends(score), colour)


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


def full(score: "Interval") -> dict[str, str]:
    """A score, its interval and its spread over seeds, as texts."""
    return cell(score) | {"seeds": numbers.spread(score)}


def _ends(score: "Interval") -> tuple[float | None, float | None]:
    return (score.low, score.high) if numbers.interval(score) else (None, None)
