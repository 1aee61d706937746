"""The chart of decision curves."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgpipe.report.charts.axes import (
    WIDTH,
    Scale,
    axis_titles,
    signed,
    svg_element,
    tick_below,
    tick_beside,
    ticks,
)
from imgpipe.report.charts.learning import Band
from imgpipe.report.charts.marks import of_model
from imgpipe.report.charts.square import ACROSS, HEIGHT, LEFT, SIDE, TOP, drawn, path


@dataclass(frozen=True)
class Treated:
    """Net benefit of acting on everyone, over the same thresholds."""

    x: Sequence[float]
    y: Sequence[float]


def decision_chart(title: str, bands: Sequence[Band], everyone: Treated) -> str:
    """Net benefit over the threshold probability; acting on all and on none are dashed.

    Examples
    --------
    >>> svg = decision_chart("Net benefit", [Band("svm", [0.1, 0.9], [0.3, 0.1],
    ...     low=[0.2, 0.0], high=[0.4, 0.2])], Treated([0.1, 0.9], [0.3, -2.0]))
    >>> "Threshold probability" in svg and "svm at 0.10 0.300 (0.200 to 0.400)" in svg
    True
    """
    most = max(0.02, *everyone.y, *(value for band in bands for value in band.high))
    # what lies far below acting on no one is of no use, however far
    least = -0.25 * most
    up = Scale(least, most, TOP + SIDE, TOP)
    parts = _grid(up, ticks(least, most))
    for band in reversed(bands):
        outline = [*_within(band.high, least), *reversed(_within(band.low, least))]
        edge = path([*band.x, *reversed(band.x)], outline, up)
        parts.append(
            f'<path {of_model(band.name)} d="{edge}Z" style="fill:{band.colour}" opacity=".12"/>'
        )
    parts.append(f'<path class="chance" d="{path((0.0, 1.0), (0.0, 0.0), up)}"/>')
    above = [(x, y) for x, y in zip(everyone.x, everyone.y, strict=True) if y >= least]
    if above:
        xs, ys = zip(*above, strict=True)
        parts.append(f'<path class="chance" d="{path(xs, ys, up)}"/>')
    for band in reversed(bands):
        parts.append(drawn(_clipped(band, least), up))
    words = "; ".join(map(_told, bands)) + "; dashed: acting on all, acting on none"
    return svg_element(title, words, WIDTH, HEIGHT, parts)


def _grid(up: Scale, levels: Sequence[float]) -> list[str]:
    across = [
        f'<path class="grid" d="M{ACROSS(tick):.1f} {TOP}V{TOP + SIDE}"/>'
        + tick_below(ACROSS(tick), TOP + SIDE, f"{tick:g}")
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    level = [
        f'<path class="grid" d="M{LEFT} {up(tick):.1f}H{LEFT + SIDE}"/>'
        + tick_beside(LEFT, up(tick), signed(format(round(tick, 10), "g")))
        for tick in levels
    ]
    return [
        *across,
        *level,
        axis_titles("Threshold probability", "Net benefit", LEFT, TOP, SIDE, SIDE),
    ]


def _within(values: Sequence[float], least: float) -> list[float]:
    return [max(value, least) for value in values]


def _clipped(band: Band, least: float) -> Band:
    """Keep a line inside the field."""
    return Band(band.name, band.x, _within(band.y, least), band.colour, band.dash)


def _told(band: Band) -> str:
    """Say the net benefit at every tenth."""
    rows = list(zip(band.x, band.y, band.low, band.high, strict=True))
    told = [row for row in rows if round(10 * row[0], 6).is_integer()]
    texts = (f"{x:.2f} {y:.3f} ({low:.3f} to {high:.3f})" for x, y, low, high in told)
    return f"{band.name} at " + ", ".join(texts)
