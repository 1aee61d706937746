"""Charts of one value a row: scores with their intervals, and importances."""

from collections.abc import Sequence

from imgpipe.report.charts.axes import NARROW, WIDTH, Scale, grid, signed, svg_element, ticks
from imgpipe.report.charts.marks import Bar, described, interval_ends, shorten
from imgpipe.report.languages import escaped


def interval_chart(title: str, bars: Sequence[Bar]) -> str:
    """Dots with their intervals, one row a model, on an axis that shows only the range in use.

    Examples
    --------
    >>> svg = interval_chart("AUC", [Bar("svm", 0.95, 0.93, 0.97)])
    >>> svg.startswith("<svg") and "svm 0.950 (0.930 to 0.970)" in svg
    True
    """
    first, last = _range(bars)
    scale = Scale(first, last, 5, NARROW - 5)
    row, top = 40, 2
    floor = top + row * len(bars)
    parts = [grid(scale, top, floor, ticks(first, last), NARROW)]
    for i, bar in enumerate(bars):
        y = top + row * i
        low, high = interval_ends(bar)
        parts.append(
            f"<g><title>{escaped(described(bar))}</title>"
            f'<text class="name" x="0" y="{y + 15}">{escaped(shorten(bar.name, 26))}</text>'
            f'<text class="value" x="{NARROW}" y="{y + 15}">{_shown(bar.value)}</text>'
            f'<rect x="{scale(low):.1f}" y="{y + 22}" height="10" rx="3" opacity=".4" '
            f'width="{max(scale(high) - scale(low), 1):.1f}" style="fill:{bar.colour}"/>'
            f'<circle class="dot" cx="{scale(bar.value):.1f}" cy="{y + 27}" r="3.6" '
            f'style="fill:{bar.colour}"/></g>'
        )
    return svg_element(title, "; ".join(map(described, bars)), NARROW, floor + 22, parts)


def bar_chart(title: str, bars: Sequence[Bar]) -> str:
    """Horizontal bars from zero with a whisker for the spread; values below zero go left.

    Examples
    --------
    >>> svg = bar_chart("Importance", [Bar("GLCM contrast", 0.04, 0.03, 0.05)])
    >>> "GLCM contrast 0.040 (0.030 to 0.050)" in svg
    True
    """
    first = min(0.0, *(interval_ends(b)[0] for b in bars))
    last = max(1e-9, *(interval_ends(b)[1] for b in bars))
    scale = Scale(first, last, 2, WIDTH - 6)
    row, top = 34, 2
    floor = top + row * len(bars)
    zero = scale(0.0)
    parts = [grid(scale, top, floor, ticks(first, last), WIDTH)]
    for i, bar in enumerate(bars):
        y = top + row * i
        low, high = interval_ends(bar)
        left, right = sorted((zero, scale(bar.value)))
        hint = f"{described(bar)}. {bar.note}" if bar.note else described(bar)
        parts.append(
            f"<g><title>{escaped(hint)}</title>"
            f'<text class="name" x="0" y="{y + 14}">{escaped(shorten(bar.name, 40))}</text>'
            f'<text class="value" x="{WIDTH}" y="{y + 14}">{_shown(bar.value)}</text>'
            f'<path class="zero" d="M{zero:.1f} {y + 18}v12"/>'
            f'<rect x="{left:.1f}" y="{y + 20}" width="{max(right - left, 0.5):.1f}" height="8" '
            f'rx="2" style="fill:{bar.colour}" opacity=".8"/>'
            f'<path class="whisker" d="M{scale(low):.1f} {y + 24}H{scale(high):.1f}'
            f'M{scale(low):.1f} {y + 21}v6M{scale(high):.1f} {y + 21}v6"/></g>'
        )
    return svg_element(title, "; ".join(map(described, bars)), WIDTH, floor + 22, parts)


def _shown(value: float) -> str:
    return signed(f"{value:.3f}")


def _range(bars: Sequence[Bar]) -> tuple[float, float]:
    """Choose a score's axis: whole tenths round the intervals, within 0 and 1."""
    low = min(interval_ends(b)[0] for b in bars)
    high = max(interval_ends(b)[1] for b in bars)
    first = max(0.0, int(low * 10 - 0.2) / 10)
    last = min(1.0, int(high * 10 + 1.2) / 10)
    return (first, last) if last - first > 0.05 else (max(0.0, last - 0.1), last)
