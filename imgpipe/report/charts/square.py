"""A square field with both axes from 0 to 1, lines in it, and marks of the threshold looked at."""

import math
from collections.abc import Sequence

from imgpipe.report.charts.axes import Scale, axis_titles, tick_below, tick_beside
from imgpipe.report.charts.marks import Line, of_model
from imgpipe.report.languages import escaped

LEFT, TOP, SIDE = 52, 10, 284  # of the field, in pixels
HEIGHT = TOP + SIDE + 42
ACROSS = Scale(0.0, 1.0, LEFT, LEFT + SIDE)
UP = Scale(0.0, 1.0, TOP + SIDE, TOP)


def field(below: str, beside: str) -> list[str]:
    """Grid, numbers and titles of the axes."""
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = ACROSS(tick), UP(tick)
        parts.append(
            f'<path class="grid" d="M{x:.1f} {TOP}V{TOP + SIDE}M{LEFT} {y:.1f}H{LEFT + SIDE}"/>'
            + tick_below(x, TOP + SIDE, f"{tick:g}")
            + tick_beside(LEFT, y, f"{tick:g}")
        )
    return [*parts, axis_titles(below, beside, LEFT, TOP, SIDE, SIDE)]


def diagonal() -> str:
    """The dashed line from the lower left corner to the upper right one."""
    return f'<path class="chance" d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}"/>'


def drawn(line: Line, up: Scale = UP, hint: str = "") -> str:
    """Draw a line, with its name, or a longer hint, for those who point at it."""
    return (
        f'<path class="line" {of_model(line.name)} style="stroke:{line.colour}" '
        f'stroke-dasharray="{line.dash}" d="{path(line.x, line.y, up)}">'
        f"<title>{escaped(hint or line.name)}</title></path>"
    )


def path(xs: Sequence[float], ys: Sequence[float], up: Scale = UP) -> str:
    """Write the points to a tenth of a pixel and drop those that fall on the one before."""
    points: list[str] = []
    for x, y in zip(xs, ys, strict=True):
        point = f"{ACROSS(float(x)):.1f} {up(float(y)):.1f}"
        if not points or points[-1] != point:
            points.append(point)
    return "M" + "L".join(points)


def rings(kind: str, lines: Sequence[Line], up: Scale = UP) -> str:
    """A ring on each line that has a mark.

    `kind` and the scales, as start and length in pixels, are for the script that moves them.

    Examples
    --------
    >>> 'cx="194.0" cy="10.0"' in rings("roc", [Line("svm", [0, 1], [0, 1], mark=(0.5, 1.0))])
    True
    """
    return _marked(kind, [_ring(line, up) for line in reversed(lines)], up)


def uprights(kind: str, lines: Sequence[Line]) -> str:
    """A line over the whole height at each mark."""
    return _marked(kind, [_upright(line) for line in reversed(lines)], UP)


def _marked(kind: str, marks: Sequence[str], up: Scale) -> str:
    if not any(marks):
        return ""
    floor = up(0.0)
    return (
        f'<g class="marks" data-kind="{kind}" data-across="{LEFT} {SIDE}" '
        f'data-up="{floor:.2f} {up(1.0) - floor:.2f}" data-edge="{TOP + SIDE}">'
        f"{''.join(marks)}</g>"
    )


def _ring(line: Line, up: Scale) -> str:
    if line.mark is None:
        return ""
    x, y = line.mark
    known = math.isfinite(x) and math.isfinite(y)
    place = f'cx="{ACROSS(x):.1f}" cy="{up(y):.1f}"' if known else 'cx="0" cy="0"'
    return (
        f'<circle class="ring{"" if known else " nowhere"}" {of_model(line.name)} {place} r="5.5" '
        f'style="stroke:{line.colour}"/>'
    )


def _upright(line: Line) -> str:
    if line.mark is None:
        return ""
    x = line.mark[0]
    known = math.isfinite(x)
    return (
        f'<path class="upright{"" if known else " nowhere"}" {of_model(line.name)} '
        f'd="M0 {TOP}V{TOP + SIDE}" transform="translate({ACROSS(x) if known else 0:.1f} 0)" '
        f'style="stroke:{line.colour}"/>'
    )
