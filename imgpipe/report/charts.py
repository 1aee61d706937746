"""Charts as SVG text: pure functions of numbers and names, coloured by the page's CSS variables.

Every chart carries a title and a description that says the same in words, so that a screen reader
tells what the eye sees. Colours are never the only sign: names stand at the marks, and lines of
more models than colours differ in their dashes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 340  # one column of a phone; the page lays charts side by side where there is room
NARROW = 250  # four to a row on a wide page
COLOURS = 8  # of the palette in style.css, --m0 to --m7
DASHES = ("none", "7 3", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Bar:
    """One row of a chart: a value with its interval (the two may be absent)."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    colour: str = "var(--m0)"
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a chart, its points from left to right."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = "var(--m0)"
    dash: str = "none"


def colour(index: int) -> str:
    """CSS colour of the model at this place."""
    return f"var(--m{index % COLOURS})"


def dash(index: int) -> str:
    """SVG dash pattern of the model at this place; models beyond the palette's end get dashes."""
    return DASHES[index // COLOURS % len(DASHES)]


def interval_chart(title: str, bars: Sequence[Bar]) -> str:
    """Dots with their intervals, one row a model, on an axis that shows only the range in use.

    Examples
    --------
    >>> svg = interval_chart("AUC", [Bar("svm", 0.95, 0.93, 0.97)])
    >>> svg.startswith("<svg") and "svm 0.950 (0.930 to 0.970)" in svg
    True
    """
    first, last = _range(bars)
    scale = _Scale(first, last, 5, NARROW - 5)
    row, top = 40, 2
    floor = top + row * len(bars)
    parts = [_grid(scale, top, floor, _ticks(first, last), NARROW)]
    for i, bar in enumerate(bars):
        y = top + row * i
        low, high = _ends(bar)
        parts.append(
            f"<g><title>{escape(_words(bar))}</title>"
            f'<text class="name" x="0" y="{y + 15}">{escape(shorten(bar.name, 26))}</text>'
            f'<text class="value" x="{NARROW}" y="{y + 15}">{_shown(bar.value)}</text>'
            f'<rect x="{scale(low):.1f}" y="{y + 22}" height="10" rx="3" opacity=".4" '
            f'width="{max(scale(high) - scale(low), 1):.1f}" style="fill:{bar.colour}"/>'
            f'<circle class="dot" cx="{scale(bar.value):.1f}" cy="{y + 27}" r="3.6" '
            f'style="fill:{bar.colour}"/></g>'
        )
    return _svg(title, "; ".join(map(_words, bars)), NARROW, floor + 22, parts)


def roc_chart(title: str, lines: Sequence[Line]) -> str:
    """Receiver operating characteristic: sensitivity over 1 - specificity, chance as a diagonal.

    Examples
    --------
    >>> svg = roc_chart("ROC", [Line("svm", [0, 0, 1], [0, 0.9, 1])])
    >>> "<path" in svg and "Sensitivity" in svg
    True
    """
    left, top, side = 44, 10, 284
    across = _Scale(0.0, 1.0, left, left + side)
    up = _Scale(0.0, 1.0, top + side, top)
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = across(tick), up(tick)
        parts.append(
            f'<path class="grid" d="M{x:.1f} {top}V{top + side}M{left} {y:.1f}H{left + side}"/>'
            f'<text class="tick" x="{x:.1f}" y="{top + side + 17}" text-anchor="middle">'
            f"{tick:g}</text>"
            f'<text class="tick" x="{left - 7}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    parts.append(
        f'<path class="chance" d="M{left} {top + side}L{left + side} {top}"/>'
        f'<text class="axis" x="{left + side / 2}" y="{top + side + 36}" text-anchor="middle">'
        "1 − specificity</text>"
        f'<text class="axis" text-anchor="middle" transform="translate(11 {top + side / 2}) '
        'rotate(-90)">Sensitivity</text>'
    )
    for line in reversed(lines):  # the first model is drawn last, on top
        parts.append(
            f'<path class="line" style="stroke:{line.colour}" stroke-dasharray="{line.dash}" '
            f'd="{_path(line, across, up)}"><title>{escape(line.name)}</title></path>'
        )
    words = "Curves of " + ", ".join(line.name for line in lines)
    return _svg(title, words, WIDTH, top + side + 42, parts)


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Horizontal bars from zero with a whisker for the spread; values below zero go left.

    Examples
    --------
    >>> svg = bar_chart("Importance", [Bar("GLCM contrast", 0.04, 0.03, 0.05)])
    >>> "GLCM contrast 0.040 (0.030 to 0.050)" in svg
    True
    """
    first = min(0.0, *(_ends(b)[0] for b in bars))
    last = max(1e-9, *(_ends(b)[1] for b in bars))
    scale = _Scale(first, last, 2, WIDTH - 6)
    row, top = 34, 2
    floor = top + row * len(bars)
    zero = scale(0.0)
    parts = [_grid(scale, top, floor, _ticks(first, last), WIDTH)]
    for i, bar in enumerate(bars):
        y = top + row * i
        low, high = _ends(bar)
        left, right = sorted((zero, scale(bar.value)))
        hint = f"{_words(bar)}. {bar.note}" if bar.note else _words(bar)
        parts.append(
            f"<g><title>{escape(hint)}</title>"
            f'<text class="name" x="0" y="{y + 14}">{escape(shorten(bar.name, 40))}</text>'
            f'<text class="value" x="{WIDTH}" y="{y + 14}">{_shown(bar.value)}</text>'
            f'<path class="zero" d="M{zero:.1f} {y + 18}v12"/>'
            f'<rect x="{left:.1f}" y="{y + 20}" width="{max(right - left, 0.5):.1f}" height="8" '
            f'rx="2" style="fill:{bar.colour}" opacity=".8"/>'
            f'<path class="whisker" d="M{scale(low):.1f} {y + 24}H{scale(high):.1f}'
            f'M{scale(low):.1f} {y + 21}v6M{scale(high):.1f} {y + 21}v6"/></g>'
        )
    return _svg(title, "; ".join(map(_words, bars)), WIDTH, floor + 22, parts)


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of a long text: ends tell similar names apart.

    Examples
    --------
    >>> shorten("intensity_interquartile_range", 15)
    'intensi…e_range'
    """
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"


class _Scale:
    """A linear map from data to the chart's pixels."""

    def __init__(self, first: float, last: float, start: float, end: float) -> None:
        self.first, self.start = first, start
        self.factor = (end - start) / (last - first)

    def __call__(self, value: float) -> float:
        return self.start + (value - self.first) * self.factor


def _ends(bar: Bar) -> tuple[float, float]:
    low = bar.value if bar.low is None else bar.low
    high = bar.value if bar.high is None else bar.high
    return min(low, bar.value), max(high, bar.value)


def _signed(text: str) -> str:
    """Write a true minus sign, as wide as the digits."""
    return text.replace("-", "−")


def _shown(value: float) -> str:
    return _signed(f"{value:.3f}")


def _words(bar: Bar) -> str:
    if bar.low is None or bar.high is None:
        return f"{bar.name} {bar.value:.3f}"
    return f"{bar.name} {bar.value:.3f} ({bar.low:.3f} to {bar.high:.3f})"


def _range(bars: Sequence[Bar]) -> tuple[float, float]:
    """Choose a score's axis: whole tenths round the intervals, within 0 and 1."""
    low = min(_ends(b)[0] for b in bars)
    high = max(_ends(b)[1] for b in bars)
    first = max(0.0, int(low * 10 - 0.2) / 10)
    last = min(1.0, int(high * 10 + 1.2) / 10)
    return (first, last) if last - first > 0.05 else (max(0.0, last - 0.1), last)


def _ticks(first: float, last: float) -> list[float]:
    """Three to six round values inside the range."""
    span = last - first
    base = 10.0 ** math.floor(math.log10(span / 4))
    step = next(base * m for m in (1, 2, 2.5, 5, 10) if span / (base * m) <= 5.0001)
    start = int(first / step) - 1
    values = [i * step for i in range(start, start + 12)]
    return [v for v in values if first - 1e-9 <= v <= last + 1e-9]


def _grid(scale: _Scale, top: float, floor: float, ticks: Sequence[float], width: float) -> str:
    parts = []
    for tick in ticks:
        x = scale(tick)
        anchor = "start" if x < 16 else "end" if x > width - 16 else "middle"
        parts.append(
            f'<path class="grid" d="M{x:.1f} {top}V{floor}"/>'
            f'<text class="tick" x="{x:.1f}" y="{floor + 16}" text-anchor="{anchor}">'
            f"{_signed(format(round(tick, 10), 'g'))}</text>"
        )
    return "".join(parts)


def _path(line: Line, across: _Scale, up: _Scale) -> str:
    """Write the points to a tenth of a pixel and drop those that fall on the one before."""
    points: list[str] = []
    for x, y in zip(line.x, line.y, strict=True):
        point = f"{across(float(x)):.1f} {up(float(y)):.1f}"
        if not points or points[-1] != point:
            points.append(point)
    return "M" + "L".join(points)


def _svg(title: str, words: str, width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'aria-label="{escape(title)}">'
        f"<desc>{escape(words)}</desc>{''.join(parts)}</svg>"
    )
