"""The chart of learning curves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from imgpipe.report import charts


@dataclass(frozen=True)
class Band(charts.Line):
    """A line with the interval of each point."""

    low: Sequence[float] = ()
    high: Sequence[float] = ()


def learning_chart(title: str, unit: str, bands: Sequence[Band]) -> str:
    """Scores over the number of training patients, on a logarithmic axis, with intervals.

    Examples
    --------
    >>> svg = learning_chart("AUC", "patients", [Band("svm", [10, 40], [0.7, 0.9], low=[0.6, 0.8],
    ...     high=[0.8, 0.95])])
    >>> "svm 10: 0.700 (0.600 to 0.800)" in svg and "Training patients" in svg
    True
    """
    left, top, width, height = 44, 10, 560, 260
    sizes = sorted({n for band in bands for n in band.x})
    points = [point for b in bands for point in zip(b.y, b.low, b.high, strict=True)]
    ends = [charts.Bar("", value, low, high) for value, low, high in points]
    first, last = charts._range(ends)
    across = charts._Scale(math.log(sizes[0]), math.log(sizes[-1]), left + 12, left + width - 12)
    up = charts._Scale(first, last, top + height, top)
    parts = []
    for tick in charts._ticks(first, last):
        parts.append(
            f'<path class="grid" d="M{left} {up(tick):.1f}H{left + width}"/>'
            f'<text class="tick" x="{left - 7}" y="{up(tick) + 4:.1f}" text-anchor="end">'
            f"{format(round(tick, 10), 'g')}</text>"
        )
    for n in sizes:
        x = across(math.log(n))
        parts.append(
            f'<path class="grid" d="M{x:.1f} {top}V{top + height}"/>'
            f'<text class="tick" x="{x:.1f}" y="{top + height + 17}" text-anchor="middle">'
            f"{n:,}</text>"
        )
    parts.append(
        f'<text class="axis" x="{left + width / 2}" y="{top + height + 36}" text-anchor="middle">'
        f"Training {escape(unit)}</text>"
    )
    for place, band in reversed(list(enumerate(bands))):
        # a few pixels aside, so that whiskers of several models can be told apart
        aside = 5 * (place - (len(bands) - 1) / 2)
        xs = [across(math.log(n)) + aside for n in band.x]
        whiskers = "".join(
            f"M{x:.1f} {up(low):.1f}V{up(high):.1f}"
            for x, low, high in zip(xs, band.low, band.high, strict=True)
            if not (math.isnan(low) or math.isnan(high))
        )
        line = "L".join(f"{x:.1f} {up(y):.1f}" for x, y in zip(xs, band.y, strict=True))
        dots = "".join(
            f'<circle class="dot" cx="{x:.1f}" cy="{up(y):.1f}" r="3.2" '
            f'style="fill:{band.colour}"/>'
            for x, y in zip(xs, band.y, strict=True)
        )
        parts.append(
            f"<g><title>{escape(_told(band))}</title>"
            f'<path class="line" style="stroke:{band.colour}" opacity=".45" d="{whiskers}"/>'
            f'<path class="line" style="stroke:{band.colour}" stroke-dasharray="{band.dash}" '
            f'd="M{line}"/>{dots}</g>'
        )
    words = "; ".join(map(_told, bands))
    return charts._svg(title, words, left + width + 4, top + height + 42, parts)


def _told(band: Band) -> str:
    points = (
        charts._words(charts.Bar(f"{n:,}:", y, low, high))
        for n, y, low, high in zip(band.x, band.y, band.low, band.high, strict=True)
    )
    return f"{band.name} " + ", ".join(points)
