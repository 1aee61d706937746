"""A square field with both axes from 0 to 1, and lines in it."""

from collections.abc import Sequence

from imgpipe.report.charts.axes import Scale, axis_titles, tick_below, tick_beside
from imgpipe.report.charts.marks import Line, of_model
from imgpipe.report.languages import escaped

LEFT, TOP, SIDE = 44, 10, 284  # of the field, in pixels
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
