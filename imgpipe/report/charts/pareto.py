"""The chart of accuracy over cost, with the models that no other one beats in both."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imgpipe.report.charts.axes import Scale, axis_titles, svg_element, tick_beside, ticks
from imgpipe.report.charts.marks import Bar, described, in_clauses, listed, of_model, shorten
from imgpipe.report.charts.rows import score_axis
from imgpipe.report.languages import escaped, tell

_LEFT, _TOP, _WIDTH, _HEIGHT = 54, 18, 620, 300  # of the field, in pixels
_LABEL, _LETTER = 18, 7.0  # height of a label, and about the width of a letter
_NAME = 34  # letters of a name, beyond which its middle is cut out


@dataclass(frozen=True)
class Priced:
    """A score, what it costs, a remark, and what stands at the dot instead of both."""

    bar: Bar
    cost: float
    shown: str
    note: str = ""
    number: str = ""

    @property
    def label(self) -> tuple[str, str]:
        """What stands at the dot."""
        return (self.number, "") if self.number else (shorten(self.bar.name, _NAME), self.note)


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


def pareto_chart(title: str, below: str, beside: str, priced: Sequence[Priced]) -> str:
    """Scores with their intervals over the logarithm of a cost; the front is a line of steps.

    Examples
    --------
    >>> svg = pareto_chart("AUC and cost", "Time", "AUC", [
    ...     Priced(Bar("svm", 0.9, 0.85, 0.95), 2.0, "2 ms", "1 MB")])
    >>> "svm 0.900 (0.850 to 0.950), 2 ms, 1 MB" in svg
    True
    """
    axis = score_axis([one.bar for one in priced])
    up = Scale(axis.first, axis.last, _TOP + _HEIGHT, _TOP)
    costs = [math.log10(one.cost) for one in priced]
    room = max(0.15, 0.08 * (max(costs) - min(costs)))
    across = Scale(min(costs) - room, max(costs) + room, _LEFT, _LEFT + _WIDTH)
    places = [(across(cost), up(one.bar.value)) for cost, one in zip(costs, priced, strict=True)]
    best = front([(one.cost, one.bar.value) for one in priced])
    parts = [
        *_grid(across, up, ticks(axis.first, axis.last)),
        axis_titles(below, beside, _LEFT, _TOP, _WIDTH, _HEIGHT),
        _steps([places[i] for i in best]),
    ]
    for one, (x, y), label in zip(priced, places, _labels(priced, places), strict=True):
        parts.append(_drawn(one, x, y, up, label))
    words = in_clauses(map(_told, priced))
    return svg_element(title, words, _LEFT + _WIDTH + 6, _TOP + _HEIGHT + 42, parts)


def _drawn(one: Priced, x: float, y: float, up: Scale, label: tuple[float, float, str]) -> str:
    """A dot with its whisker, and its name where there is room."""
    bar = one.bar
    whisker = ""
    if bar.low is not None and bar.high is not None:
        whisker = (
            f'<path class="line" style="stroke:{bar.colour}" opacity=".4" '
            f'd="M{x:.1f} {up(bar.low):.1f}V{up(bar.high):.1f}"/>'
        )
    at, level, anchor = label
    name, note = map(escaped, one.label)
    return (
        f"<g {of_model(bar.name)}><title>{escaped(_told(one))}</title>{whisker}"
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5.5" style="fill:{bar.colour}"/>'
        f'<text class="name" x="{at:.1f}" y="{level:.1f}" text-anchor="{anchor}">{name}'
        f'<tspan class="tick"> {note}</tspan></text></g>'
    )


def _labels(
    priced: Sequence[Priced], places: Sequence[tuple[float, float]]
) -> list[tuple[float, float, str]]:
    """Right of each dot, or left of it near the edge; moved up or down past other labels."""
    taken: list[tuple[float, float, float]] = []
    found: dict[int, tuple[float, float, str]] = {}
    for i in sorted(range(len(places)), key=lambda i: places[i][1]):
        x, y = places[i]
        width = _LETTER * (len(" ".join(priced[i].label)) + 1)
        left = x + 11 + width > _LEFT + _WIDTH
        start = x - 11 - width if left else x + 11
        beside = [at for a, b, at in taken if start < b and start + width > a]
        level = _free(y - 9, beside)  # above the line of the front
        taken.append((start, start + width, level))
        found[i] = (x - 11 if left else x + 11, level, "end" if left else "start")
    return [found[i] for i in range(len(places))]


def _free(wanted: float, taken: Sequence[float]) -> float:
    """The level inside the field that is nearest to the one wanted and clear of other labels."""
    levels = [wanted, *range(_TOP + 10, _TOP + _HEIGHT - 3, 2)]
    clear = [at for at in levels if all(abs(at - other) >= _LABEL for other in taken)]
    return min(clear, key=lambda at: (abs(at - wanted), -at), default=wanted)


def _grid(across: Scale, up: Scale, scores: Sequence[float]) -> list[str]:
    level = [
        f'<path class="grid" d="M{_LEFT} {up(score):.1f}H{_LEFT + _WIDTH}"/>'
        + tick_beside(_LEFT, up(score), format(round(score, 10), "g"))
        for score in scores
    ]
    upright = [
        f'<path class="grid" d="M{x:.1f} {_TOP}V{_TOP + _HEIGHT}"/>'
        f'<text class="tick" x="{x:.1f}" y="{_TOP + _HEIGHT + 17}" text-anchor="middle">'
        f"{text}</text>"
        for text, x in _round_costs(across)
    ]
    return level + upright


def _round_costs(across: Scale) -> list[tuple[str, float]]:
    """1, 2 and 5 times the powers of ten that lie on the axis; only the powers on a long one."""
    last = across.first + _WIDTH / across.factor
    steps = (1, 2, 5) if last - across.first < 3 else (1,)
    powers = range(math.floor(across.first), math.ceil(last) + 1)
    values = [step * 10.0**power for power in powers for step in steps]
    shown = [(value, across(math.log10(value))) for value in values]
    return [(f"{value:,.6g}", x) for value, x in shown if _LEFT <= x <= _LEFT + _WIDTH]


def _steps(places: Sequence[tuple[float, float]]) -> str:
    """What can be had for so much: level until the next model of the front, then up."""
    path = f"M{places[0][0]:.1f} {places[0][1]:.1f}"
    path += "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:]) + f"H{_LEFT + _WIDTH}"
    return f'<path class="front" d="{path}"/>'


def _told(one: Priced) -> str:
    parts = [described(one.bar), one.shown, one.note]
    return listed(tell(part) for part in parts if part)
