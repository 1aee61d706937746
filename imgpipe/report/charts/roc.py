"""The chart of ROC curves."""

from collections.abc import Sequence
from html import escape

from imgpipe.report.charts.axes import (
    WIDTH,
    Scale,
    axis_titles,
    svg_element,
    tick_below,
    tick_beside,
)
from imgpipe.report.charts.marks import Line


def roc_chart(title: str, lines: Sequence[Line]) -> str:
    """Receiver operating characteristic: sensitivity over 1 - specificity, chance as a diagonal.

    Examples
    --------
    >>> svg = roc_chart("ROC", [Line("svm", [0, 0, 1], [0, 0.9, 1])])
    >>> "<path" in svg and "Sensitivity" in svg
    True
    """
    left, top, side = 44, 10, 284
    across = Scale(0.0, 1.0, left, left + side)
    up = Scale(0.0, 1.0, top + side, top)
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = across(tick), up(tick)
        parts.append(
            f'<path class="grid" d="M{x:.1f} {top}V{top + side}M{left} {y:.1f}H{left + side}"/>'
            + tick_below(x, top + side, f"{tick:g}")
            + tick_beside(left, y, f"{tick:g}")
        )
    parts.append(f'<path class="chance" d="M{left} {top + side}L{left + side} {top}"/>')
    parts.append(axis_titles("1 − specificity", "Sensitivity", left, top, side, side))
    for line in reversed(lines):  # the first model is drawn last, on top
        parts.append(
            f'<path class="line" style="stroke:{line.colour}" stroke-dasharray="{line.dash}" '
            f'd="{_path(line, across, up)}"><title>{escape(line.name)}</title></path>'
        )
    words = "Curves of " + ", ".join(line.name for line in lines)
    return svg_element(title, words, WIDTH, top + side + 42, parts)


def _path(line: Line, across: Scale, up: Scale) -> str:
    """Write the points to a tenth of a pixel and drop those that fall on the one before."""
    points: list[str] = []
    for x, y in zip(line.x, line.y, strict=True):
        point = f"{across(float(x)):.1f} {up(float(y)):.1f}"
        if not points or points[-1] != point:
            points.append(point)
    return "M" + "L".join(points)
