"""Charts of one row: a value and its interval beside its number, in the cell of a table.

Every row of a table gets its own SVG, as wide as the cell: places are percentages of one axis that
all rows share, so that nothing is stretched on a phone. The numbers stand in the table: a screen
reader passes these pictures by.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imgpipe.report.charts.axes import Scale, signed, ticks
from imgpipe.report.charts.marks import Bar, described, interval_ends, of_model
from imgpipe.report.languages import escaped

_STEP = 0.05  # ends of an axis are multiples of it
_FAR = 5  # an axis may be so many times as long as the models need, to show the rest too
_HEIGHT = 26
_OVER = (-10, _HEIGHT + 10)  # lines meet those of the rows above and below


@dataclass(frozen=True)
class Axis:
    """What the rows of one table share."""

    first: float
    last: float

    def at(self, value: float) -> str:
        """Place of a value, as a percentage."""
        return f"{Scale(self.first, self.last, 0.0, 100.0)(value):.2f}%"

    def holds(self, value: float) -> bool:
        return self.first <= value <= self.last

    def cut(self, value: float) -> float:
        """The value, or the nearer end."""
        return min(max(value, self.first), self.last)


def score_axis(bars: Sequence[Bar], others: Sequence[Bar] = (), needed: Sequence[Bar] = ()) -> Axis:
    """Choose an axis for scores: it shows `bars` and `needed`, and `others` where they lie near.

    Examples
    --------
    >>> score_axis([Bar("svm", 0.93, 0.91, 0.95)])
    Axis(first=0.9, last=0.95)
    >>> score_axis([Bar("svm", 0.93, 0.88, 0.95)], [Bar("dummy", 0.5)])
    Axis(first=0.5, last=0.95)
    >>> score_axis([Bar("svm", 0.98, 0.97, 0.99)], [Bar("dummy", 0.5)])
    Axis(first=0.95, last=1.0)
    >>> score_axis([Bar("svm", 0.98, 0.97, 0.99)], [Bar("dummy", 0.5)], [Bar("border", 0.82)])
    Axis(first=0.8, last=1.0)
    """
    near = _round(bars)
    wide = _round([*bars, *needed, *others])
    if wide.last - wide.first <= _FAR * (near.last - near.first) + 1e-9:
        return wide
    return _round([*bars, *needed])


def difference_axis(bars: Sequence[Bar], least: float = 0.0) -> Axis:
    """Choose an axis round zero that shows all differences."""
    most = max([least, 0.01, *(abs(end) for bar in bars for end in interval_ends(bar))])
    return Axis(-1.05 * most, 1.05 * most)


def row_chart(bar: Bar, axis: Axis, reference: float | None = None, band: float = 0.0) -> str:
    """A dot on its interval; arrows where they end beyond the axis.

    Parameters
    ----------
    bar : Bar
        What is drawn. Without a name it belongs to no model.
    axis : Axis
        What all rows share.
    reference : float, optional
        Where a dashed line stands in all rows.
    band : float
        Half the width of a band round zero.

    Examples
    --------
    >>> svg = row_chart(Bar("svm", 0.9, 0.85, 0.95), Axis(0.8, 1.0))
    >>> 'cx="50.00%"' in svg and 'x1="25.00%"' in svg
    True
    """
    parts = [_band(band, axis), *_grid(axis)]
    if reference is not None and axis.holds(reference):
        at = axis.at(reference)
        parts.append(f'<line class="chance" x1="{at}" x2="{at}" y1="{_OVER[0]}" y2="{_OVER[1]}"/>')
    low, high = interval_ends(bar)
    drawn = f"<title>{escaped(described(bar))}</title>"
    if low <= axis.last and high >= axis.first and high > low:
        ends = axis.at(axis.cut(low)), axis.at(axis.cut(high))
        drawn += (
            f'<line class="span" x1="{ends[0]}" x2="{ends[1]}" y1="50%" y2="50%" '
            f'style="stroke:{bar.colour}"/>'
        )
    drawn += _arrow(axis.first, axis, -1, bar.colour) if low < axis.first else ""
    drawn += _arrow(axis.last, axis, 1, bar.colour) if high > axis.last else ""
    if axis.holds(bar.value):
        drawn += (
            f'<circle class="dot" cx="{axis.at(bar.value)}" cy="50%" r="5" '
            f'style="fill:{bar.colour}"/>'
        )
    mark = f" {of_model(bar.name)}" if bar.name else ""
    return _svg([*parts, f"<g{mark}>{drawn}</g>"], _HEIGHT)


def axis_chart(axis: Axis, *, signs: bool = False) -> str:
    """The numbers of the axis, for the foot of the table."""
    parts = []
    for place, tick in enumerate(ticks(axis.first, axis.last)):
        text = f"{round(tick, 10):+g}" if signs and tick else f"{round(tick, 10):g}"
        some = ' class="tick few"' if place % 2 else ' class="tick"'
        parts.append(
            f'<text{some} x="{axis.at(tick)}" y="14" text-anchor="middle">{signed(text)}</text>'
        )
    return _svg(parts, 18)


def _svg(parts: Sequence[str], height: int) -> str:
    return (
        f'<svg class="row" aria-hidden="true" width="100%" height="{height}">{"".join(parts)}</svg>'
    )


def _grid(axis: Axis) -> list[str]:
    return [
        f'<line class="{"zero" if not round(tick, 10) else "grid"}" x1="{axis.at(tick)}" '
        f'x2="{axis.at(tick)}" y1="{_OVER[0]}" y2="{_OVER[1]}"/>'
        for tick in ticks(axis.first, axis.last)
    ]


def _band(half: float, axis: Axis) -> str:
    if not half:
        return ""
    low, high = axis.cut(-half), axis.cut(half)
    width = 100 * (high - low) / (axis.last - axis.first)
    return (
        f'<rect class="band" x="{axis.at(low)}" width="{width:.2f}%" y="{_OVER[0]}" '
        f'height="{_OVER[1] - _OVER[0]}"/>'
    )


def _arrow(value: float, axis: Axis, way: int, colour: str) -> str:
    """A head of an arrow at an end of the axis."""
    return (
        f'<svg x="{axis.at(value)}" y="50%" overflow="visible">'
        f'<path d="M{7 * way} 0L{-2 * way} -5V5Z" style="fill:{colour}"/></svg>'
    )


def _round(bars: Sequence[Bar]) -> Axis:
    """Multiples of the step round all intervals."""
    ends = [interval_ends(bar) for bar in bars if not math.isnan(bar.value)]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    first = math.floor(low / _STEP + 1e-9) * _STEP
    last = math.ceil(high / _STEP - 1e-9) * _STEP
    last = max(last, first + _STEP)
    return Axis(round(first, 10), round(last, 10))
