"""The chart of a free-response ROC curve."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from imgpipe._common.texts import Text, say
from imgpipe.report.charts.axes import (
    WIDTH,
    Scale,
    axis_titles,
    svg_element,
    tick_below,
    tick_beside,
)
from imgpipe.report.languages import escaped, tell

_LEFT, _TOP, _SIDE = 52, 12, 276  # of the field, in pixels
_HEIGHT = _TOP + _SIDE + 42
_FRACTIONS = {0.125: "⅛", 0.25: "¼", 0.5: "½"}


@dataclass(frozen=True)
class Rate:
    """Sensitivity at one rate of false positives an image; NaN where there is no interval."""

    rate: float
    value: float
    low: float
    high: float


def rate_name(rate: float) -> str:
    """Write a rate of false positives an image.

    Examples
    --------
    >>> rate_name(0.125), rate_name(2.0), rate_name(0.3)
    ('⅛', '2', '0.3')
    """
    return _FRACTIONS.get(rate, f"{rate:g}")


def froc_chart(
    title: str, rates: Sequence[Rate], alarms: Sequence[float], sensitivity: Sequence[float]
) -> str:
    """Sensitivity over false positives an image, on a logarithmic axis.

    Parameters
    ----------
    title : str
    rates : sequence of Rate
        Dots, and the band of their intervals; the axis spans them. Above 0.
    alarms, sensitivity : sequence of float
        The curve, by rising false positives.

    Examples
    --------
    >>> rates = [Rate(0.5, 0.6, 0.4, 0.8), Rate(2, 0.9, 0.8, 0.95)]
    >>> svg = froc_chart("FROC", rates, [0, 1, 4], [0, 0.7, 0.95])
    >>> "2: 0.900 (0.800 to 0.950)" in svg
    True
    """
    first, last = rates[0].rate, rates[-1].rate
    across = Scale(math.log(first), math.log(last), _LEFT + 8, _LEFT + _SIDE - 8)
    up = Scale(0.0, 1.0, _TOP + _SIDE, _TOP)

    def at(rate: float, value: float) -> str:
        return f"{across(math.log(rate)):.1f} {up(value):.1f}"

    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = up(tick)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_LEFT + _SIDE}"/>')
        parts.append(tick_beside(_LEFT, y, f"{tick:g}"))
    for each in rates:
        x = across(math.log(each.rate))
        parts.append(f'<path class="grid" d="M{x:.1f} {_TOP}V{_TOP + _SIDE}"/>')
        parts.append(tick_below(x, _TOP + _SIDE, rate_name(each.rate)))
    parts.append(
        axis_titles(
            tell(say("False positives an image")), tell(say("Sensitivity")),
            _LEFT, _TOP, _SIDE, _SIDE,
        )
    )  # fmt: skip
    known = [r for r in rates if not math.isnan(r.low)]
    if len(known) > 1:
        ends = [at(r.rate, r.high) for r in known] + [at(r.rate, r.low) for r in reversed(known)]
        parts.append(f'<path class="froc-band" d="M{"L".join(ends)}Z"/>')
    curve = [at(rate, value) for rate, value in _within(alarms, sensitivity, first, last)]
    if curve:
        parts.append(f'<path class="line froc-line" d="M{"L".join(curve)}"/>')
    for each in rates:
        place = at(each.rate, each.value).split()
        parts.append(
            f'<circle class="dot froc-dot" cx="{place[0]}" cy="{place[1]}" r="4.5">'
            f"<title>{escaped(tell(_told(each)))}</title></circle>"
        )
    words = say("Sensitivity by rate: {rates:,}.", rates=[_told(each) for each in rates])
    return svg_element(title, tell(words), WIDTH, _HEIGHT, parts)


def _told(each: Rate) -> Text:
    name = rate_name(each.rate)
    if math.isnan(each.low):
        return say("{rate}: {value:.3f}", rate=name, value=each.value)
    return say(
        "{rate}: {value:.3f} ({low:.3f} to {high:.3f})",
        rate=name,
        value=each.value,
        low=each.low,
        high=each.high,
    )


def _within(
    alarms: Sequence[float], sensitivity: Sequence[float], first: float, last: float
) -> list[tuple[float, float]]:
    """Points of the curve between two rates, and where it enters and leaves.

    Beyond its last point the curve stays as high as there.
    """
    points = list(zip(alarms, sensitivity, strict=True))
    if not points or points[0][0] > last:
        return []
    inside = [(x, y) for x, y in points if first < x < last]
    ends = [(rate, _height(points, rate)) for rate in (first, last)]
    return [ends[0], *inside, ends[1]]


def _height(points: Sequence[tuple[float, float]], rate: float) -> float:
    for (a, low), (b, high) in pairwise(points):
        if a <= rate < b:
            return low + (high - low) * (rate - a) / (b - a)
    return points[-1][1] if rate >= points[-1][0] else points[0][1]
