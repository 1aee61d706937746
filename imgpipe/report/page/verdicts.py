"""Verdicts on every pair of models, and how far chance moves each score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, say
from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.rows import axis_chart, difference_axis, row_chart
from imgpipe.report.page import verdict_matrix
from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers
from imgpipe.report.words.fixed import verdict_name

if TYPE_CHECKING:
    from imgpipe.evaluate import Interval, PairedTest, Verdict

_UNFOLDED = 15  # pairs of six models
_MATRIX = 4  # models from which on a table of all against all helps


def section(view: View) -> dict[str, Any] | None:
    """A row a pair, those of the best models first; None for one model."""
    place = {model.name: i for i, model in enumerate(view.ranked)}
    pairs = sorted(
        (pair for pair in view.comparison.pairs if {pair.a, pair.b} <= set(place)),
        key=lambda pair: sorted((place[pair.a], place[pair.b])),
    )
    if not pairs:
        return None
    turned = [turn(pair, place[pair.b] < place[pair.a]) for pair in pairs]
    names = [model.name for model in view.ranked]
    return {
        "metric": numbers.metric_name(pairs[0].metric),
        "margin": pairs[0].margin,
        "several": len(pairs) > 1,
        "n": len(pairs),
        "folded": len(pairs) > _UNFOLDED,
        "matrix": verdict_matrix.matrix(names, turned) if len(names) >= _MATRIX else None,
        **_rows(turned, pairs[0].margin or 0.0),
        "methods": methods(pairs),
        "overall": _overall(view.comparison.overall),
        "spreads": _spreads(view),
    }


def turn(pair: "Verdict", about: bool) -> dict[str, Any]:
    """Say of a pair what the model with the higher score has over the other one."""
    first, second = (pair.b, pair.a) if about else (pair.a, pair.b)
    sign = -1.0 if about else 1.0
    low, high = sorted((sign * pair.low, sign * pair.high))
    return {
        "first": first,
        "second": second,
        "pair": pair,
        "sign": sign,
        "bar": None
        if numbers.number(pair.difference) == "–"
        else Bar("", sign * pair.difference, *_known(low, high), "var(--ink)"),
    }


def _names(each: dict[str, Any]) -> tuple[str, str]:
    return each["first"], each["second"]


def _known(low: float, high: float) -> tuple[float | None, float | None]:
    return (None, None) if "–" in (numbers.number(low), numbers.number(high)) else (low, high)


def _rows(turned: Sequence[dict[str, Any]], margin: float) -> dict[str, Any]:
    """All rows, and the axis below them."""
    bars = [each["bar"] for each in turned if each["bar"] is not None]
    # of what a dummy has less than a model, an arrow tells enough
    real = [each["bar"] for each in turned if each["bar"] and "dummy" not in _names(each)]
    axis = difference_axis(real or bars, margin)
    rows = []
    for each in turned:
        pair, bar, sign = each["pair"], each["bar"], each["sign"]
        errors = pair.errors
        rows.append(
            {
                "models": say("{first} less {second}", first=each["first"], second=each["second"]),
                "verdict": _verdict(pair),
                "reason": pair.why if pair.verdict == "too few to say" else "",
                "svg": Markup("" if bar is None else row_chart(bar, axis, band=margin)),
                "difference": _difference(sign, pair),
                "p": p_value(pair.p_value),
                "p_holm": p_value(pair.p_holm),
                "errors": {"value": "–", "interval": ""}
                if errors is None
                else _difference(sign, errors),
                "p_errors": "–" if errors is None else p_value(errors.p_value),
            }
        )
    return {"rows": rows, "axis": Markup(axis_chart(axis, signs=True)) if bars else ""}


def _verdict(pair: "Verdict") -> Text:
    """The verdict, and the better model where there is one."""
    name = verdict_name(pair.verdict)
    if pair.verdict == "better" and pair.better is not None:
        return say("{model} is better", model=pair.better)
    return Text(name) if not isinstance(name, Text) else name


def _difference(sign: float, score: "Verdict | PairedTest | Interval") -> dict[str, Any]:
    value = score.value if hasattr(score, "value") else score.difference
    low, high = sorted((sign * score.low, sign * score.high))
    known = _known(low, high) != (None, None)
    shown = say("{low} to {high}", low=signed(low), high=signed(high)) if known else ""
    return {"value": signed(sign * value), "interval": shown}


def signed(value: float) -> str:
    """Three digits with a sign, that of a rounded zero too; a dash for what does not exist."""
    text = numbers.number(abs(value))
    return text if text == "–" else f"−{text}" if value < 0 else f"+{text}"


def p_value(p: float) -> str:
    r"""Write a p-value with two digits that count.

    Examples
    --------
    >>> p_value(0.00004), p_value(0.0234), p_value(0.5), p_value(float("nan"))
    ('<\xa00.001', '0.023', '0.50', '–')
    """
    if numbers.number(p) == "–":
        return "–"
    if p < 0.001:
        return "<\u00a00.001"
    return f"{p:.2g}" if p < 0.1 else f"{p:.2f}"


def p_said(p: float) -> str:
    r"""Write a p-value within a sentence.

    Examples
    --------
    >>> p_said(0.00004), p_said(0.0045)
    ('p\xa0<\xa00.001', 'p\xa0=\xa00.0045')
    """
    value = p_value(p)
    return f"p\u00a0{value}" if value.startswith("<") else f"p\u00a0=\u00a0{value}"


def methods(pairs: Sequence["Verdict"]) -> list[Text]:
    """Which tests were made, and why, each once."""
    said = [
        say(
            "{metric}: {method}, since {why}.",
            metric=numbers.metric_name(pair.metric),
            method=pair.method,
            why=pair.why,
        )
        for pair in pairs
        if pair.method != "none"
    ]
    said += [
        say("Errors: {method}.", method=pair.errors.method)
        for pair in pairs
        if pair.errors is not None
    ]
    return list(dict.fromkeys(said))


def _overall(test: "PairedTest | None") -> Text | None:
    if test is None:
        return None
    return say(
        "Do all models err equally often? {method}: {statistic}, {p}.",
        method=test.method,
        statistic=numbers.figure(test.statistic),
        p=p_said(test.p_value),
    )


def _spreads(view: View) -> dict[str, Any] | None:
    """How far each kind of chance moves a model's score, of the kinds that there are."""
    comparison = view.comparison
    kinds = {
        "patients": say("Other patients") if comparison.dataset.patients else say("Other images"),
        "folds": say("Another fold"),
        "repeats": say("Another repeat"),
        "seeds": say("Another seed"),
    }
    shown = [
        kind for kind in kinds if any(getattr(s, kind) is not None for s in comparison.spreads)
    ]
    by_name = {spread.model: spread for spread in comparison.spreads}
    rows = [
        entry(
            model,
            view.looks,
            cells=[numbers.number(getattr(by_name[model.name], kind)) for kind in shown],
        )
        for model in view.ranked
        if model.name in by_name
    ]
    return {"names": [kinds[kind] for kind in shown], "rows": rows} if rows else None
