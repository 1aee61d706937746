"""The chart of importances."""

from collections.abc import Sequence

from imgpipe.report.charts.axes import WIDTH, Scale, grid, signed, svg_element, ticks
from imgpipe.report.charts.marks import Bar, described, in_clauses, interval_ends, shorten
from imgpipe.report.languages import escaped


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
        hint = in_clauses([described(bar), *([bar.note] if bar.note else [])])
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
    return svg_element(title, in_clauses(map(described, bars)), WIDTH, floor + 22, parts)


def _shown(value: float) -> str:
    return signed(f"{value:.3f}")
