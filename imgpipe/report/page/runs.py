"""Runs beside one another: what they judged, a forest of all their models, tests between them."""

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, counted, say
from imgpipe._common.texts import joined as together
from imgpipe.report.charts.marks import Bar, colour
from imgpipe.report.charts.rows import Axis, axis_chart, row_chart, score_axis
from imgpipe.report.page import overview, run_caveats, run_pairs, score_tables, verdicts
from imgpipe.report.page.leaderboard import arrow_note
from imgpipe.report.page.run_pairs import is_dummy
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Interval, JoinedRuns, ModelResult, NamedRun

_UNFOLDED = 12  # reasons
_NAMED = 4  # runs that a title names


def content(joined: "JoinedRuns") -> dict[str, Any]:
    """Gather everything the page shows."""
    looks = {run.name: colour(i) for i, run in enumerate(joined.runs)}
    models = [m for run in joined.runs for m in run.comparison.models]
    metric = "accuracy" if all(math.isnan(m.metrics["auc"].value) for m in models) else "auc"
    groups = [_Group(joined, first, metric) for first in _firsts(joined)]
    return {
        "title": title_of([run.name for run in joined.runs]),
        "headline": _headline(joined, groups),
        "facts_line": _facts(joined),
        "warnings": list(joined.warnings),
        "caveats": [
            {**told, "colour": looks[run.name]}
            for run in joined.runs
            if (told := run_caveats.caveats(run)) is not None
        ],
        "runs": [_run(run, joined, looks) for run in joined.runs],
        "metric": numbers.metric_name(metric),
        **_forest(groups, looks),
        **_board(groups, looks),
        "pairs": run_pairs.pairs(joined, [m.name for group in groups for _, m in group.models]),
        "methods": verdicts.methods(joined.pairs),
        "unpaired": [
            say("{a} beside {b}: {why}.", a=list(each.a), b=list(each.b), why=each.why)
            for each in joined.unpaired
        ],
        "folded": len(joined.unpaired) > _UNFOLDED,
    }


def title_of(names: Sequence[str]) -> Text:
    """Name all runs in a line, or count them where there are many."""
    if len(names) > _NAMED:
        return counted(len(names), "{n} run", "{n} runs")
    return say("{names}", names=list(names))


class _Group:
    """Runs that judged alike: their models, the best first, under the names they have here."""

    def __init__(self, joined: "JoinedRuns", first: str, metric: str) -> None:
        self.runs = [run for run in joined.runs if run.same_as == first]
        self.metric = metric
        each = [(run, model) for run in self.runs for model in run.renamed()]
        # a score that does not exist stands last
        self.models = sorted(each, key=lambda one: _rank(one[1].metrics[metric].value))

    @property
    def title(self) -> Text:
        names = [run.name for run in self.runs]
        if len(names) == 1:
            return say("{name}: judged by itself", name=names[0])
        return say("{names}: the same images on the same folds", names=names)


def _rank(value: float) -> float:
    return math.inf if math.isnan(value) else -value


def _firsts(joined: "JoinedRuns") -> list[str]:
    return list(dict.fromkeys(run.same_as for run in joined.runs))


def _headline(joined: "JoinedRuns", groups: Sequence[_Group]) -> Text:
    """Say what is known of the best models of different runs; or that nothing is."""
    if not joined.pairs:
        return say(
            "No model of one run can be tested against one of another: they were not judged on the "
            "same images and folds. Scores that stand beside one another here do not tell which "
            "model is better."
        )
    told = []
    for group in groups:
        best = group.models[0]
        rival = next((m for run, m in group.models if run.name != best[0].name), None)
        if rival is not None:
            names = {best[1].name, rival.name}
            told += [pair.statement for pair in joined.pairs if {pair.a, pair.b} == names]
    if joined.unpaired:
        told.append(
            say("Models under different headings of the leaderboard below cannot be compared.")
        )
    return together(told)


def _facts(joined: "JoinedRuns") -> list[Text]:
    facts = [
        counted(len(joined.runs), "{n} run", "{n} runs"),
        counted(len(joined.models), "{n} model", "{n} models"),
    ]
    if joined.pairs:
        facts.append(counted(len(joined.pairs), "{n} pair tested", "{n} pairs tested"))
    return facts


def _run(run: "NamedRun", joined: "JoinedRuns", looks: dict[str, str]) -> dict[str, Any]:
    """A line of the table of runs."""
    comparison = run.comparison
    card, facts = comparison.dataset, comparison.run
    return {
        "name": run.name,
        "colour": looks[run.name],
        "data": card.name,
        "source": card.source or "",
        "same": _same(run, joined),
        "images": card.n,
        "patients": card.patients,
        "how": overview.division(comparison.protocol),
        "models": [model.name for model in comparison.models],
        "version": facts.versions.get("imgpipe", "–"),
        "started": say("{day}", day=date.fromisoformat(facts.started[:10])),
        "command": facts.command,
    }


def _same(run: "NamedRun", joined: "JoinedRuns") -> str:
    """Say how a run's data relate to those of the runs before it."""
    if run.data != run.name:
        return say("the same data as {name}", name=run.data)
    if run.same_as != run.name:
        return say(
            "the images of {name} with other pixels: another size, region or filter",
            name=run.same_as,
        )
    return say("other data") if run is not joined.runs[0] else ""


def _forest(groups: Sequence[_Group], looks: dict[str, str]) -> dict[str, Any]:
    """One row a model on one axis for all, group by group."""
    drawn: list[tuple[_Group, list[tuple[NamedRun, ModelResult, Interval, Bar | None]]]] = []
    for group in groups:
        rows = []
        for run, model in group.models:
            score = model.metrics[group.metric]
            shade = "var(--dummy)" if is_dummy(model.name) else looks[run.name]
            rows.append((run, model, score, _bar(model.name, score, shade)))
        drawn.append((group, rows))
    bars = [(m.name, bar) for _, rows in drawn for _, m, _, bar in rows if bar is not None]
    real = [bar for name, bar in bars if not is_dummy(name)]
    rest = [bar for name, bar in bars if is_dummy(name)]
    if not bars:
        return {"forest": [], "axis": "", "beyond": None}
    axis = score_axis(real or rest)
    return {
        "forest": [
            {
                "title": group.title,
                "rows": [
                    {
                        **_named(run, model, looks),
                        "svg": _drawn(bar, axis),
                        **score_tables.cell(score),
                    }
                    for run, model, score, bar in rows
                ],
            }
            for group, rows in drawn
        ],
        "axis": Markup(axis_chart(axis)),
        "beyond": arrow_note(axis, [*real, *rest]),
    }


def _board(groups: Sequence[_Group], looks: dict[str, str]) -> dict[str, Any]:
    """Every metric that all models have."""
    models = [model for group in groups for _, model in group.models]
    columns = [key for key in score_tables.columns(models) if all(key in m.metrics for m in models)]
    return {
        "metrics": [numbers.metric_name(key) for key in columns],
        "board": [
            {
                "title": group.title,
                "rows": [
                    {
                        **_named(run, model, looks),
                        "cells": [score_tables.cell(model.metrics[key]) for key in columns],
                    }
                    for run, model in group.models
                ],
            }
            for group in groups
        ],
    }


def _named(run: "NamedRun", model: "ModelResult", looks: dict[str, str]) -> dict[str, str]:
    """Name a model and its run apart, so that neither is cut."""
    name = model.name.removeprefix(f"{run.name}/")
    return {"name": name, "run": run.name, "colour": looks[run.name]}


def _bar(name: str, score: "Interval", shade: str) -> Bar | None:
    if math.isnan(score.value):
        return None
    ends = (score.low, score.high)
    low, high = (None, None) if any(map(math.isnan, ends)) else ends
    return Bar(name, score.value, low, high, shade)


def _drawn(bar: Bar | None, axis: Axis) -> Markup:
    return Markup("" if bar is None else row_chart(bar, axis))
