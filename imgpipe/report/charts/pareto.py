"""The chart of accuracy over cost, with the models that no other one beats in both."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imgpipe.report.charts.axes import (
    Scale,
    axis_titles,
    svg_element,
    tick_below,
    tick_beside,
    ticks,
)
from imgpipe.report.charts.marks import Bar, described, in_clauses, listed, of_model, shorten
from imgpipe.report.charts.rows import score_axis
from imgpipe.report.languages import escaped, tell

_LEFT, _TOP = 54, 18  # of the field, in pixels
_LABEL, _LETTER = 18, 7.0  # height of a label, and about the width of a letter
# digits of the ticks, the first that give two of them; on a long axis powers of ten are enough
_DIGITS = ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9))


@dataclass(frozen=True)
class Field:
    """How large the field is in pixels, and how many letters of a name it has room for."""

    width: int = 620
    height: int = 300
    letters: int = 34

    @property
    def right(self) -> int:
        return _LEFT + self.width


WIDE, NARROW = Field(), Field(274, 260, 14)


@dataclass(frozen=True)
class Priced:
    """A score, what it costs, a remark, and what stands at the dot instead of both."""

    bar: Bar
    cost: float
    shown: str
    note: str = ""
    number: str = ""

    def label(self, field: Field) -> tuple[str, str]:
        """What stands at the dot."""
        if self.number:
            return self.number, ""
        return shorten(self.bar.name, field.letters), self.note


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Places of the points of cost and score that none beats in both, the cheapest first.

    Examples
    --------
    >>> front([(1.0, 0.8), (2.0, 0.7), (3.0, 0.9)])
    [0, 2]
    """
    order = sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1]))
    kept: list[int] = []
    for i in order:
        if not kept or points[i][1] > points[kept[-1]][1]:
            kept.append(i)
    return kept


def pareto_chart(
    title: str, below: str, beside: str, priced: Sequence[Priced], field: Field = WIDE
) -> str:
    """Scores with their intervals over the logarithm of a cost; the front is a line of steps.

    Examples
    --------
    >>> svg = pareto_chart("AUC and cost", "Time", "AUC", [
    ...     Priced(Bar("svm", 0.9, 0.85, 0.95), 2.0, "2 ms", "1 MB")])
    >>> "svm 0.900 (0.850 to 0.950), 2 ms, 1 MB" in svg
    True
    """
    axis = score_axis([one.bar for one in priced])
    up = Scale(axis.first, axis.last, _TOP + field.height, _TOP)
    costs = [math.log10(one.cost) for one in priced]
    room = max(0.15, 0.08 * (max(costs) - min(costs)))
    across = Scale(min(costs) - room, max(costs) + room, _LEFT, field.right)
    places = [(across(cost), up(one.bar.value)) for cost, one in zip(costs, priced, strict=True)]
    best = front([(one.cost, one.bar.value) for one in priced])
    parts = [
        *_grid(across, up, ticks(axis.first, axis.last), field),
        axis_titles(below, beside, _LEFT, _TOP, field.width, field.height),
        _steps([places[i] for i in best], field),
        *(_drawn(one, x, y, up) for one, (x, y) in zip(priced, places, strict=True)),
        # above all lines, so that none crosses a name
        *map(_named, priced, _labels(priced, places, field), [field] * len(priced)),
    ]
    words = in_clauses(map(_told, priced))
    return svg_element(title, words, field.right + 12, _TOP + field.height + 42, parts)


def _drawn(one: Priced, x: float, y: float, up: Scale) -> str:
    """A dot with its whisker."""
    bar = one.bar
    whisker = ""
    if bar.low is not None and bar.high is not None:
        whisker = (
            f'<path class="line" style="stroke:{bar.colour}" opacity=".4" '
            f'd="M{x:.1f} {up(bar.low):.1f}V{up(bar.high):.1f}"/>'
        )
    return (
        f"<g {of_model(bar.name)}><title>{escaped(_told(one))}</title>{whisker}"
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5.5" style="fill:{bar.colour}"/></g>'
    )


def _named(one: Priced, label: tuple[float, float, str], field: Field) -> str:
    """A name where there is room."""
    at, level, anchor = label
    name, note = map(escaped, one.label(field))
    told = f'<tspan class="tick"> {note}</tspan>' if note else ""
    return (
        f'<text class="name" {of_model(one.bar.name)} x="{at:.1f}" y="{level:.1f}" '
        f'text-anchor="{anchor}">{name}{told}</text>'
    )


def _labels(
    priced: Sequence[Priced], places: Sequence[tuple[float, float]], field: Field
) -> list[tuple[float, float, str]]:
    """Right of each dot, or left of it near the edge; moved up or down past other labels."""
    taken: list[tuple[float, float, float]] = []
    found: dict[int, tuple[float, float, str]] = {}
    for i in sorted(range(len(places)), key=lambda i: places[i][1]):
        x, y = places[i]
        width = _LETTER * (len(" ".join(priced[i].label(field))) + 1)
        left = x + 11 + width > field.right
        start = x - 11 - width if left else x + 11
        beside = [at for a, b, at in taken if start < b and start + width > a]
        level = _free(y - 9, beside, field)  # above the line of the front
        taken.append((start, start + width, level))
        found[i] = (x - 11 if left else x + 11, level, "end" if left else "start")
    return [found[i] for i in range(len(places))]


def _free(wanted: float, taken: Sequence[float], field: Field) -> float:
    """The level inside the field that is nearest to the one wanted and clear of other labels."""
    levels = [wanted, *range(_TOP + 10, _TOP + field.height - 3, 2)]
    clear = [at for at in levels if all(abs(at - other) >= _LABEL for other in taken)]
    return min(clear, key=lambda at: (abs(at - wanted), -at), default=wanted)


def _grid(across: Scale, up: Scale, scores: Sequence[float], field: Field) -> list[str]:
    level = [
        f'<path class="grid" d="M{_LEFT} {up(score):.1f}H{field.right}"/>'
        + tick_beside(_LEFT, up(score), format(round(score, 10), "g"))
        for score in scores
    ]
    upright = [
        f'<path class="grid" d="M{x:.1f} {_TOP}V{_TOP + field.height}"/>'
        + tick_below(x, _TOP + field.height, text)
        for text, x in _round_costs(across, field)
    ]
    return level + upright


def _round_costs(across: Scale, field: Field) -> list[tuple[str, float]]:
    """Powers of ten that lie on the axis, with round numbers between them on a short one."""
    last = across.first + field.width / across.factor
    powers = range(math.floor(across.first), math.ceil(last) + 1)
    shown: list[tuple[str, float]] = []
    for digits in _DIGITS if last - across.first >= 3 else _DIGITS[1:]:
        values = [digit * 10.0**power for power in powers for digit in digits]
        places = [(f"{value:,.6g}", across(math.log10(value))) for value in values]
        shown = [(text, x) for text, x in places if _LEFT <= x <= field.right]
        if len(shown) > 1:
            break
    return shown


def _steps(places: Sequence[tuple[float, float]], field: Field) -> str:
    """What can be had for so much: level until the next model of the front, then up."""
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}"
    path += "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:]) + f"H{field.right}"
    return f'<path class="front" d="{path}"/>'


def _told(one: Priced) -> str:
    parts = [described(one.bar), one.shown, one.note]
    return listed(tell(part) for part in parts if part)
