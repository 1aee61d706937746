"""The chart of learning curves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imgpipe._common.texts import say
from imgpipe.report.charts.axes import (
    Scale,
    axis_titles,
    svg_element,
    tick_below,
    tick_beside,
    ticks,
)
from imgpipe.report.charts.marks import Bar, Line, described, in_clauses, listed, of_model
from imgpipe.report.languages import escaped, tell

_LEFT, _TOP, _WIDTH, _HEIGHT = 58, 34, 710, 300  # of the field, in pixels
_NUMBER = 46  # pixels that a mark's number may be wide


@dataclass(frozen=True)
class Band(Line):
    """A line with the interval of each point."""

    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Mark:
    """A place where two lines cross."""

    x: float
    y: float
    name: str
    words: str


def learning_chart(
    title: str,
    below: str,
    bands: Sequence[Band],
    marks: Sequence[Mark] = (),
    whiskers: bool = True,
) -> str:
    """Scores over the number of training patients, on a logarithmic axis, with intervals.

    Rings stand where two curves cross; `below` is the title of the axis.

    Examples
    --------
    >>> band = Band("svm", [10, 40], [0.7, 0.9], low=[0.6, 0.8], high=[0.8, 0.95])
    >>> mark = Mark(20, 0.8, "20", "svm overtakes forest at about 20 patients")
    >>> svg = learning_chart("AUC", "Training patients", [band], [mark])
    >>> "svm 10: 0.700 (0.600 to 0.800)" in svg and "Training patients" in svg
    True
    >>> "overtakes forest" in svg
    True
    """
    sizes = sorted({n for band in bands for n in band.x})
    seen = [row for b in bands for row in ((b.y, b.low, b.high) if whiskers else (b.y,))]
    first, last = _range([value for row in seen for value in row])
    across = Scale(math.log(sizes[0]), math.log(sizes[-1]), _LEFT + 16, _LEFT + _WIDTH - 16)
    up = Scale(first, last, _TOP + _HEIGHT, _TOP)
    parts = [
        *_grid(across, up, sizes, ticks(first, last)),
        axis_titles(below, tell(say("AUC")), _LEFT, _TOP, _WIDTH, _HEIGHT),
        *_guides(marks, across),
    ]
    for place, band in reversed(list(enumerate(bands))):
        # a few pixels aside, so that whiskers of several models can be told apart
        aside = 6 * (place - (len(bands) - 1) / 2)
        parts.append(_drawn(band, across, up, aside if whiskers else 0.0, whiskers))
    parts += [
        f"<g><title>{escaped(mark.words)}</title>"
        f'<circle class="cross" cx="{across(math.log(mark.x)):.1f}" cy="{up(mark.y):.1f}" r="8"/>'
        "</g>"
        for mark in marks
    ]
    words = in_clauses([*map(_told, bands), *(tell(mark.words) for mark in marks)])
    return svg_element(title, words, _LEFT + _WIDTH + 4, _TOP + _HEIGHT + 42, parts)


def height(band: Band, n: float) -> float:
    """Score of a line at `n` patients, between its points on the logarithmic axis.

    Examples
    --------
    >>> height(Band("svm", [10, 1000], [0.7, 0.9]), 100)
    0.8
    """
    for a, b, low, high in zip(band.x, band.x[1:], band.y, band.y[1:], strict=False):
        if a <= n <= b:
            share = math.log(n / a) / math.log(b / a)
            return low + (high - low) * share
    return band.y[-1]


def _grid(across: Scale, up: Scale, sizes: Sequence[float], scores: Sequence[float]) -> list[str]:
    """Lines and numbers at round scores and at the sizes that were tried."""
    level = [
        f'<path class="grid" d="M{_LEFT} {up(score):.1f}H{_LEFT + _WIDTH}"/>'
        + tick_beside(_LEFT, up(score), format(round(score, 10), "g"))
        for score in scores
    ]
    upright = [
        f'<path class="grid" d="M{x:.1f} {_TOP}V{_TOP + _HEIGHT}"/>'
        + tick_below(x, _TOP + _HEIGHT, f"{n:,}")
        for n, x in ((n, across(math.log(n))) for n in sizes)
    ]
    return level + upright


def _drawn(band: Band, across: Scale, up: Scale, aside: float, whiskered: bool) -> str:
    """Draw a line with its dots, and whiskers if there is room."""
    xs = [across(math.log(n)) + aside for n in band.x]
    whiskers = "".join(
        f"M{x:.1f} {up(low):.1f}V{up(high):.1f}"
        for x, low, high in zip(xs, band.low, band.high, strict=True)
        if whiskered and not (math.isnan(low) or math.isnan(high))
    )
    line = "L".join(f"{x:.1f} {up(y):.1f}" for x, y in zip(xs, band.y, strict=True))
    dots = "".join(
        f'<circle class="dot" cx="{x:.1f}" cy="{up(y):.1f}" r="3.4" style="fill:{band.colour}"/>'
        for x, y in zip(xs, band.y, strict=True)
    )
    return (
        f"<g {of_model(band.name)}><title>{escaped(_told(band))}</title>"
        f'<path class="line" style="stroke:{band.colour}" opacity=".45" d="{whiskers}"/>'
        f'<path class="line" style="stroke:{band.colour}" stroke-dasharray="{band.dash}" '
        f'd="M{line}"/>{dots}</g>'
    )


def _guides(marks: Sequence[Mark], across: Scale) -> list[str]:
    """Draw a dashed line for each mark, its number above; close ones take two rows."""
    parts = []
    before, raised = -math.inf, False
    for mark in sorted(marks, key=lambda mark: mark.x):
        x = across(math.log(mark.x))
        raised = x - before < _NUMBER and not raised
        before = x
        parts.append(
            f'<path class="chance" d="M{x:.1f} {_TOP}V{_TOP + _HEIGHT}"/>'
            f'<text class="tick" x="{x:.1f}" y="{_TOP - (18 if raised else 5)}" '
            f'text-anchor="middle">{escaped(mark.name)}</text>'
        )
    return parts


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Choose the axis: twentieths round all that is drawn, within 0 and 1."""
    known = [value for value in values if not math.isnan(value)]
    first = max(0.0, math.floor(20 * min(known) + 1e-9) / 20)
    last = min(1.0, math.ceil(20 * max(known) - 1e-9) / 20)
    return (first, last) if last > first else (max(0.0, last - 0.05), max(0.05, last))


def _told(band: Band) -> str:
    points = (
        described(Bar(f"{n:,}:", y, low, high))
        for n, y, low, high in zip(band.x, band.y, band.low, band.high, strict=True)
    )
    return f"{band.name} {listed(points)}"
