"""Axes of a chart: scale, ticks, grid, and the frame that all are drawn in."""

import math
from collections.abc import Sequence

from imgpipe.report.languages import escaped

WIDTH = 340  # one column of a phone; the page lays charts side by side where there is room


class Scale:
    """A linear map from data to the chart's pixels."""

    def __init__(self, first: float, last: float, start: float, end: float) -> None:
        self.first, self.start = first, start
        self.factor = (end - start) / (last - first)

    def __call__(self, value: float) -> float:
        return self.start + (value - self.first) * self.factor


def ticks(first: float, last: float) -> list[float]:
    """Three to six round values inside the range."""
    span = last - first
    base = 10.0 ** math.floor(math.log10(span / 4))
    step = next(base * m for m in (1, 2, 2.5, 5, 10) if span / (base * m) <= 5.0001)
    start = int(first / step) - 1
    values = [i * step for i in range(start, start + 12)]
    return [v for v in values if first - 1e-9 <= v <= last + 1e-9]


def grid(scale: Scale, top: float, floor: float, ticks: Sequence[float], width: float) -> str:
    parts = []
    for tick in ticks:
        x = scale(tick)
        anchor = "start" if x < 16 else "end" if x > width - 16 else "middle"
        parts.append(
            f'<path class="grid" d="M{x:.1f} {top}V{floor}"/>'
            f'<text class="tick" x="{x:.1f}" y="{floor + 16}" text-anchor="{anchor}">'
            f"{signed(format(round(tick, 10), 'g'))}</text>"
        )
    return "".join(parts)


def svg_element(title: str, words: str, width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'aria-label="{escaped(title)}">'
        f"<desc>{escaped(words)}</desc>{''.join(parts)}</svg>"
    )


def axis_titles(
    below: str, beside: str, left: float, top: float, width: float, height: float
) -> str:
    """Titles of the axes round a field of this place and size, the vertical one rotated."""
    return (
        f'<text class="axis" x="{left + width / 2}" y="{top + height + 36}" text-anchor="middle">'
        f"{escaped(below)}</text>"
        f'<text class="axis" text-anchor="middle" transform="translate(11 {top + height / 2}) '
        f'rotate(-90)">{escaped(beside)}</text>'
    )


def tick_below(x: float, floor: float, text: str) -> str:
    """A tick's number under the field."""
    return f'<text class="tick" x="{x:.1f}" y="{floor + 17}" text-anchor="middle">{text}</text>'


def tick_beside(left: float, y: float, text: str) -> str:
    """A tick's number left of the field."""
    return f'<text class="tick" x="{left - 7}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'


def signed(text: str) -> str:
    """Write a true minus sign, as wide as the digits."""
    return text.replace("-", "−")
