"""Verdicts on every pair of models, and how far chance moves each score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, Interval, ModelResult, PairedTest, Verdict


def section(view: View) -> dict[str, Any] | None:
    """Verdicts on every pair."""
    return panel(view.comparison, view.ranked, view.looks)


def panel(
    comparison: "Comparison", ranked: Sequence["ModelResult"], looks: Looks
) -> dict[str, Any] | None:
    """A row a pair, those of the best models first; None for one model."""
    place = {model.name: i for i, model in enumerate(ranked)}
    shown = [pair for pair in comparison.pairs if {pair.a, pair.b} <= set(place)]
    pairs = sorted(shown, key=lambda pair: sorted((place[pair.a], place[pair.b])))
    if not pairs:
        return None
    return {
        "metric": numbers.metric_name(pairs[0].metric),
        "margin": pairs[0].margin,
        "several": len(pairs) > 1,
        "rows": [_row(pair, place) for pair in pairs],
        "methods": _methods(pairs),
        "overall": _overall(comparison.overall),
        "spreads": _spreads(comparison, looks),
    }


def _row(pair: "Verdict", place: dict[str, int]) -> dict[str, Any]:
    """One pair, the model with the higher score first."""
    turned = place[pair.b] < place[pair.a]
    first, second = (pair.b, pair.a) if turned else (pair.a, pair.b)
    sign = -1.0 if turned else 1.0
    errors = pair.errors
    return {
        "first": first,
        "second": second,
        "verdict": pair.verdict
        if pair.better is None
        else f"{pair.verdict}: {pair.better}"
        if pair.verdict == "better"
        else pair.verdict,
        "reason": pair.why if pair.verdict == "too few to say" else "",
        "difference": _difference(sign, pair),
        "p": p_value(pair.p_value),
        "p_holm": p_value(pair.p_holm),
        "errors": {"value": "–", "interval": ""} if errors is None else _difference(sign, errors),
        "p_errors": "–" if errors is None else p_value(errors.p_value),
    }


def _difference(sign: float, score: "Verdict | PairedTest | Interval") -> dict[str, str]:
    value = score.value if hasattr(score, "value") else score.difference
    low, high = sorted((sign * score.low, sign * score.high))
    shown = f"{signed(low)} to {signed(high)}"
    return {"value": signed(sign * value), "interval": "" if "–" in shown else shown}


def signed(value: float) -> str:
    """Three digits with a sign; a dash for what does not exist."""
    text = numbers.number(value)
    return text if text == "–" or value < 0 else f"+{text}"


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


def _methods(pairs: Sequence["Verdict"]) -> list[str]:
    """Which tests were made, and why, each once."""
    said = [f"{pair.metric.upper()}: {pair.method}, since {pair.why}." for pair in pairs
            if pair.method != "none"]  # fmt: skip
    said += [f"Errors: {pair.errors.method}." for pair in pairs if pair.errors is not None]
    return list(dict.fromkeys(said))


def _overall(test: "PairedTest | None") -> str:
    if test is None:
        return ""
    return (
        f"Do all models err equally often? {test.method}: {test.statistic:.3g}, "
        f"p {p_value(test.p_value)}."
    )


def _spreads(comparison: "Comparison", looks: Looks) -> dict[str, Any] | None:
    """How far each kind of chance moves a model's score, of the kinds that there are."""
    kinds = {
        "patients": "Other patients" if comparison.dataset.patients else "Other images",
        "folds": "Another fold",
        "repeats": "Another repeat",
        "seeds": "Another seed",
    }
    shown = [
        kind for kind in kinds if any(getattr(s, kind) is not None for s in comparison.spreads)
    ]
    by_name = {model.name: model for model in comparison.models}
    rows = [
        entry(
            by_name[spread.model],
            looks,
            cells=[numbers.number(getattr(spread, kind)) for kind in shown],
        )
        for spread in comparison.spreads
        if spread.model in by_name
    ]
    return {"names": [kinds[kind] for kind in shown], "rows": rows} if rows else None
