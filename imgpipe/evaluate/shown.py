"""What a comparison shows of itself in a notebook: result, leaderboard with intervals, warnings."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.html import html_list, html_note, html_table, html_view
from imgpipe._common.palette import DUMMY, LIGHT, places
from imgpipe._common.texts import Text, counted, say
from imgpipe.evaluate.leaderboard import in_short, other_rows

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison, Interval, Verdict

_WIDTH, _HEIGHT = 190, 18  # of the chart beside a row, in pixels
_RIVALS = 3  # models that the best one is compared with in words
_WARNINGS = 8
_NO_SCORES = say("No scores are given: the held-out images of a class are too few for them.")


def show_comparison(comparison: "Comparison") -> str:
    """Frame a comparison."""
    card, protocol = comparison.dataset, comparison.protocol
    facts: list[str] = [counted(card.n, "{n} image", "{n} images")]
    if card.patients is not None:
        facts.append(counted(card.patients, "{n} patient", "{n} patients"))
    facts.append(protocol.kind)
    if protocol.kind == "cross-validation":
        facts.append(counted(protocol.folds or 0, "{n} fold", "{n} folds"))
    if protocol.positive_class is not None:
        facts.append(say("positive class {name}", name=protocol.positive_class))
    warnings = list(card.warnings)
    more = len(warnings) - _WARNINGS
    return html_view(
        card.name,
        ", ".join(facts),
        *(Markup('<p class="told">{}</p>').format(text) for text in _told(comparison)),
        _board(comparison),
        html_list(warnings[:_WARNINGS]),
        html_note(counted(more, "{n} more warning", "{n} more warnings") if more > 0 else ""),
    )


def _told(comparison: "Comparison") -> list[str]:
    """Say which model is best, and what the paired tests say of the others."""
    _, rows = in_short(comparison.models)
    best = rows[0][0]
    metric, score = _ranking(comparison, best)
    if math.isnan(score.value):
        return [_bold(_NO_SCORES)]
    words = say("{score:.3f}", score=score.value)
    if not math.isnan(score.low + score.high):
        ends = {"low": score.low, "high": score.high}
        words = say("{score:.3f} ({low:.3f} to {high:.3f})", score=score.value, **ends)
    if len(rows) == 1:
        return [_bold(say("{model}: {metric} {score}.", model=best, metric=metric, score=words))]
    first = say("{name} has the highest {metric}, {score}.", name=best, metric=metric, score=words)
    told = [pair.statement for pair in _of(best, comparison.pairs)]
    return [_bold(first), *told[:_RIVALS]]


def _bold(text: Text) -> Markup:
    return Markup("<b>{}</b>").format(text)


def _of(name: str, pairs: "Sequence[Verdict]") -> "list[Verdict]":
    """Verdicts on a model; those on the dummy last."""
    return sorted(
        (pair for pair in pairs if name in (pair.a, pair.b)),
        key=lambda pair: DUMMY in (pair.a, pair.b),
    )


def _ranking(comparison: "Comparison", best: str) -> "tuple[str, Interval]":
    """Name the metric that ranks, and give the best model's score."""
    metrics = next(m.metrics for m in comparison.models if m.name == best)
    if math.isnan(metrics["auc"].value):
        return say("accuracy"), metrics["accuracy"]
    return "AUC", metrics["auc"]


def _board(comparison: "Comparison") -> str:
    """Leaderboard, with a chart of the intervals in its second column."""
    header, rows = in_short(comparison.models, comparison.canaries, comparison.look_alikes)
    key = "accuracy" if _ranking(comparison, rows[0][0])[0] != "AUC" else "auc"
    scores = {m.name: m.metrics[key] for m in comparison.models}
    scores |= {name: found[key] for name, found in other_rows(comparison.look_alikes).items()}
    scores |= {canary.title: canary.metrics[key] for canary in comparison.canaries}
    place = places([model.name for model in comparison.models])
    first, last = _range(list(scores.values()))
    lines: list[list[Any]] = []
    for name, *cells in rows:
        number = place.get(name.split(",")[0] if name not in place else name)
        colour = "var(--dummy)" if number is None else f"var(--m{number % len(LIGHT)})"
        chip = Markup('<span class="chip" style="--c:{}"></span>{}').format(colour, name)
        lines.append([chip, _chart(scores[name], colour, first, last), *cells])
    axis = Markup('<span class="soft">{}</span>')
    lines.append(["", _axis(first, last), *[axis.format("")] * (len(header) - 1)])
    named = "AUC" if key == "auc" else say("accuracy")
    interval = say("{metric} with its 95 % interval", metric=named)
    return html_table([header[0], interval, *header[1:]], lines, range(2, 1 + len(header)))


def _range(scores: "Sequence[Interval]") -> tuple[float, float]:
    """Whole tenths round all intervals, within 0 and 1."""
    ends = [v for score in scores for v in (score.low, score.value, score.high)]
    known = [value for value in ends if not math.isnan(value)] or [0.0, 1.0]
    first = max(0.0, math.floor(10 * min(known) + 1e-9) / 10)
    return (first, 1.0) if first < 0.95 else (0.9, 1.0)


def _across(value: float, first: float, last: float) -> float:
    return 8 + (_WIDTH - 16) * (value - first) / (last - first)


def _chart(score: "Interval", colour: str, first: float, last: float) -> Markup:
    """Draw a line from end to end of the interval, and a square at the score."""
    if math.isnan(score.value):
        return Markup("")
    x, middle = _across(score.value, first, last), _HEIGHT / 2
    parts = ""
    if first < 0.5 < last:
        half = _across(0.5, first, last)
        parts += f'<path d="M{half:.1f} 0v{_HEIGHT}" stroke="var(--line)" stroke-dasharray="2 2"/>'
    if not math.isnan(score.low + score.high):
        low, high = (_across(end, first, last) for end in (score.low, score.high))
        parts += f'<path d="M{low:.1f} {middle}H{high:.1f}" style="stroke:{colour}"'
        parts += ' stroke-width="2" fill="none"/>'
    parts += f'<rect x="{x - 3.5:.1f}" y="{middle - 3.5}" width="7" height="7" rx="1"'
    return Markup(_svg(f'{parts} style="fill:{colour}"/>', _HEIGHT))


def _axis(first: float, last: float) -> Markup:
    """Numbers below the charts."""
    step = 0.1 if last - first <= 0.5 else 0.2
    n = round((last - first) / step)
    ticks = [last - step * i for i in range(n + 1) if last - step * i >= first - 1e-9]
    parts = "".join(
        f'<text x="{_across(tick, first, last):.1f}" y="11" font-size="10" text-anchor="middle" '
        f'style="fill:var(--soft)">{tick:.1f}</text>'
        for tick in ticks
    )
    return Markup(_svg(parts, 14))


def _svg(parts: str, height: int) -> str:
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    return f'<svg {size} aria-hidden="true" xmlns="http://www.w3.org/2000/svg">{parts}</svg>'
