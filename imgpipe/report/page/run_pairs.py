"""Tests between models of different runs: a row a pair, and how they were made."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import say
from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.rows import axis_chart, difference_axis, row_chart
from imgpipe.report.page.leaderboard import arrow_note
from imgpipe.report.page.verdicts import p_value, signed
from imgpipe.report.words import numbers
from imgpipe.report.words.fixed import verdict_name

if TYPE_CHECKING:
    from imgpipe.evaluate import JoinedRuns, Verdict

DUMMY = "dummy"


def pairs(joined: "JoinedRuns", ranked: Sequence[str]) -> dict[str, Any] | None:
    """A row for each two models of different runs, those of the best models first."""
    place = {name: i for i, name in enumerate(ranked)}
    if not joined.pairs:
        return None
    found = sorted(joined.pairs, key=lambda pair: sorted((place[pair.a], place[pair.b])))
    turned = [_turned(pair, place[pair.b] < place[pair.a]) for pair in found]
    bars = [each["bar"] for each in turned if each["bar"] is not None]
    # of what a dummy has less than a model, an arrow tells enough
    real = [
        each["bar"]
        for each in turned
        if each["bar"] and not any(is_dummy(each[side]) for side in ("first", "second"))
    ]
    axis = difference_axis(real or bars) if bars else None
    for each in turned:
        bar = each.pop("bar")
        each["svg"] = "" if bar is None or axis is None else Markup(row_chart(bar, axis))
    return {
        "rows": turned,
        "several": len(turned) > 1,
        "metric": numbers.metric_name(found[0].metric),
        "axis": "" if axis is None else Markup(axis_chart(axis, signs=True)),
        "beyond": axis is not None and arrow_note(axis, bars),
    }


def _turned(pair: "Verdict", about: bool) -> dict[str, Any]:
    """One pair, the model with the higher score first."""
    first, second = (pair.b, pair.a) if about else (pair.a, pair.b)
    sign = -1.0 if about else 1.0
    low, high = sorted((sign * pair.low, sign * pair.high))
    known = not math.isnan(pair.low) and not math.isnan(pair.high)
    value = sign * pair.difference
    errors = pair.errors
    return {
        "first": first,
        "second": second,
        "verdict": say("{model} is better", model=pair.better)
        if pair.better is not None
        else verdict_name(pair.verdict),
        "reason": pair.why if math.isnan(pair.p_value) else "",
        "value": signed(value),
        "interval": say("{low} to {high}", low=signed(low), high=signed(high)) if known else "",
        "p": p_value(pair.p_value),
        "p_holm": p_value(pair.p_holm),
        "p_errors": "–" if errors is None else p_value(errors.p_value),
        "bar": None
        if math.isnan(value)
        else Bar("", value, low if known else None, high if known else None, "var(--ink)"),
    }


def is_dummy(title: str) -> bool:
    """Whether a model of a run is the one that looks at no image."""
    return title.endswith(f"/{DUMMY}")
