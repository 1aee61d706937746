"""What each model cost, beside what it scores."""

import math
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from imgpipe._common.texts import Text, say
from imgpipe.report.charts.pareto import NARROW, WIDE, Priced, front, pareto_chart
from imgpipe.report.languages import tell
from imgpipe.report.page import score_tables
from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers

# of CPU time, which other programs change little; the wait where it is not known
TIMES = ("predict_cpu_ms_per_image", "predict_ms_per_image")
_MOST, _LONG = 7, 20  # models, and letters of a name, that a chart has room for
_FAR = 1.5  # times the CPU time, from which on a wait tells of something else
_SIZES = ("model_bytes", "peak_rss_bytes")


def section(view: View) -> dict[str, Any]:
    """A chart of score over cost, and a row a model, with the names of the columns."""
    keys = list(dict.fromkeys(key for m in view.ranked for key in m.cost))
    numbered = _numbered(view)
    rows = [
        entry(
            m,
            view.looks,
            number=f"{place}." if numbered else "",
            cells=[_cell(key, m.cost) for key in keys],
        )
        for place, m in enumerate(view.ranked, 1)
    ]
    return {
        "names": [numbers.cost(key, None)[0] for key in keys],
        "rows": rows,
        "measured": bool(keys),
        "numbered": numbered,
        "disturbed": any(_disturbed(key, m.cost) for m in view.ranked for key in keys),
        **_chart(view),
    }


def _cell(key: str, cost: dict[str, float]) -> dict[str, Any]:
    """A cost with its unit, marked where something else took a part of it."""
    disturbed = _disturbed(key, cost)
    return {
        "value": numbers.cost(key, cost.get(key))[1],
        "note": say("disturbed") if disturbed else None,
    }


def _disturbed(key: str, cost: dict[str, float]) -> bool:
    """Whether an image took far longer than the processor worked on one."""
    if key not in (TIMES[1], "images_per_second"):
        return False
    if not (_positive(cost, key) and _positive(cost, TIMES[0])):
        return False
    waited = 1000 / cost[key] if key == "images_per_second" else cost[key]
    return waited > _FAR * cost[TIMES[0]]


def _numbered(view: View) -> bool:
    """Whether names are too many or too long to stand at their dots."""
    names = [model.name for model in view.ranked]
    return len(names) > _MOST or max(map(len, names)) > _LONG


def time_key(view: View) -> str | None:
    """Which time of one image all models have."""
    models = [model for model in view.ranked if model.name != "dummy"]
    return next(
        (key for key in TIMES if models and all(_positive(m.cost, key) for m in models)), None
    )


def _chart(view: View) -> dict[str, Any]:
    """Score over the time of one image; nothing to choose from with one model."""
    key = time_key(view)
    models = [
        (model, bar)
        for model in view.ranked
        if model.name != "dummy"
        and (
            bar := score_tables.bar(
                model.name, model.metrics[view.metric], view.looks[model.name]["colour"]
            )
        )
    ]
    if key is None or len(models) < 2:
        return {"charts": {}, "told": None}
    priced = [
        Priced(bar, model.cost[key], numbers.cost(key, model.cost[key])[1], _size(model.cost))
        for model, bar in models
    ]
    if _numbered(view):
        place = {model.name: f"{i}" for i, model in enumerate(view.ranked, 1)}
        priced = [replace(one, number=place[one.bar.name]) for one in priced]
    metric = numbers.metric_name(view.metric)
    title = say("{metric} over the time of one image", metric=metric)
    below = say("One image, milliseconds of CPU time on one thread")
    if key != TIMES[0]:
        below = say("One image, milliseconds on one thread")
    charts = {
        name: Markup(pareto_chart(tell(title), tell(below), tell(metric), priced, field))
        for name, field in (("broad", WIDE), ("narrow", NARROW))
    }
    best = front([(one.cost, one.bar.value) for one in priced])
    return {"charts": charts, "told": _told([priced[i] for i in best], metric)}


def _told(best: list[Priced], metric: Text) -> Text:
    """Say which models are worth their price."""
    if len(best) == 1:
        return say(
            "{model} is the cheapest and has the highest {metric}.",
            model=best[0].bar.name,
            metric=metric,
        )
    return say(
        "No other model is both cheaper and higher in {metric} than {models}, the cheapest first. "
        "Whether the difference is more than chance, the pairwise verdicts tell.",
        metric=metric,
        models=[say("{model} ({time})", model=one.bar.name, time=one.shown) for one in best],
    )


def _size(cost: dict[str, float]) -> str:
    """The size of the file, or the memory."""
    key = next((key for key in _SIZES if _positive(cost, key)), None)
    return "" if key is None else numbers.size(cost[key])


def _positive(cost: dict[str, float], key: str) -> bool:
    value = cost.get(key, math.nan)
    return math.isfinite(value) and value > 0
