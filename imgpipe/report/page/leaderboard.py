"""The leaderboard: a forest plot of the metric that ranks, every metric, and how to read it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, say
from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.rows import Axis, axis_chart, row_chart, score_axis
from imgpipe.report.page import lookalikes, looks, score_tables
from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers, paired

if TYPE_CHECKING:
    from imgpipe.evaluate import Canary

_TOLD = 5  # sentences that are read before one is tired


def section(view: View) -> dict[str, Any]:
    """Scores of all models, best first, those under other rules and canaries."""
    comparison, ranked = view.comparison, view.ranked
    columns = score_tables.columns(ranked)
    return {
        "metric": numbers.metric_name(view.metric),
        "forest": forest(view),
        "metrics": [score_tables.head(key) for key in columns],
        "board": [score_tables.row(model, view.looks, columns) for model in ranked],
        "other_rows": lookalikes.rows(comparison, ranked, view.looks, columns),
        "canaries": score_tables.canary_rows(comparison.canaries, columns),
        "canaries_told": _canaries(comparison.canaries),
        "baseline": any(model.name == "dummy" for model in ranked),
        **_readings(view),
        "splits": score_tables.split_rows(ranked, view.looks),
    }


def _readings(view: View) -> dict[str, Any]:
    """What tests say of the best model beside the others, the nearest first; many are folded."""
    place = {model.name: i for i, model in enumerate(view.ranked)}
    pairs = [pair for pair in view.comparison.pairs if {pair.a, pair.b} <= set(place)]
    pairs.sort(key=lambda pair: max(place[pair.a], place[pair.b]))
    told = paired.readings(view.best.name, pairs)
    return {"sentences": told[:_TOLD], "folded": told[_TOLD:]}


def forest(view: View) -> dict[str, Any] | None:
    """One row a model on an axis that all share; below them what is no model, in gray.

    None where nothing has a score.
    """
    models = {m.name: m.metrics[view.metric] for m in view.ranked}
    bars = {
        name: score_tables.bar(name, score, view.looks[name]["colour"])
        for name, score in models.items()
    }
    others = score_tables.others(view)
    real = [bar for name, bar in bars.items() if name != "dummy" and bar is not None]
    rest = [bar for group in others for _, _, bar in group.rows if bar is not None]
    rest += [bar for name, bar in bars.items() if name == "dummy" and bar is not None]
    if not real and not rest:
        return None
    needed = [bar for group in others for bar in group.needed]
    axis = score_axis(real, rest, needed) if real else score_axis(rest)
    floor = bars.get("dummy")
    chance = None if floor is None else floor.value
    rows = [
        entry(m, view.looks, svg=_drawn(bars[m.name], axis, chance), **score_tables.full(score))
        for m in view.ranked
        for score in [models[m.name]]
    ]
    groups = [
        {
            "title": group.title,
            "rows": [
                {
                    "name": name,
                    "colour": looks.colour_of(name, group.looks),
                    "svg": _drawn(bar, axis, chance),
                    **score_tables.full(score),
                }
                for name, score, bar in group.rows
            ],
        }
        for group in others
    ]
    return {
        "rows": rows,
        "groups": groups,
        "axis": Markup(axis_chart(axis)),
        "beyond": arrow_note(axis, [*real, *rest]),
        "chance": chance is not None and axis.holds(chance),
    }


def _canaries(canaries: "Sequence[Canary]") -> Text | None:
    """Say what canaries are, and what each of them sees."""
    if not canaries:
        return None
    return say(
        "Canaries see nothing of the patient, and are no models: logistic regression on the same "
        "folds, of {seen}.",
        seen=[say("{name} ({what})", name=c.name, what=c.what) for c in canaries],
    )


def _drawn(bar: Bar | None, axis: Axis, chance: float | None) -> Markup:
    return Markup("" if bar is None else row_chart(bar, axis, chance))


def arrow_note(axis: Axis, bars: Sequence[Bar]) -> Text | None:
    """Say what an arrow means, where there is one."""
    if all(axis.holds(end) for bar in bars for end in (bar.value, bar.low, bar.high) if end):
        return None
    return say("An arrow points to what lies beyond the axis.")
