"""The chart of decision curves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imgpipe._common.texts import Text, joined, say
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
from imgpipe.report.charts.square import ACROSS, HEIGHT, LEFT, SIDE, TOP, drawn, path, rings
from imgpipe.report.languages import escaped

_BANDED = 4  # models whose intervals can be told apart


@dataclass(frozen=True)
class Treated:
    """Net benefit of acting on everyone, over the same thresholds."""

    x: Sequence[float]
    y: Sequence[float]


def decision_chart(title: str, bands: Sequence[Band], everyone: Treated) -> str:
    """Net benefit over the threshold probability; acting on all and on none are thin lines.

    Intervals of a few models are drawn; those of more would hide the lines.

    Examples
    --------
    >>> svg = decision_chart("Net benefit", [Band("svm", [0.1, 0.9], [0.3, 0.1],
    ...     low=[0.2, 0.0], high=[0.4, 0.2])], Treated([0.1, 0.9], [0.3, -2.0]))
    >>> "Threshold probability" in svg and "svm at 0.10: 0.300 (0.200 to 0.400)" in svg
    True
    """
    most = max(0.02, *everyone.y, *(value for band in bands for value in band.high))
    # what lies far below acting on no one is of no use, however far
    least = -0.25 * most
    up = Scale(least, most, TOP + SIDE, TOP)
    parts = _grid(up, ticks(least, most))
    if len(bands) <= _BANDED:
        parts += [_interval(band, least, up) for band in reversed(bands)]
    parts += _acting(everyone, least, up)
    clipped = [replace(band, y=_within(band.y, least), mark=_kept(band, least)) for band in bands]
    parts += [drawn(band, up) for band in reversed(clipped)]
    parts += [*_names(everyone, least, up), rings("decision", clipped, up)]
    told = joined(say("{points}.", points=_points(band)) for band in bands)
    words = joined([told, say("Thin: acting on all, acting on none.")])
    return svg_element(title, words, WIDTH, HEIGHT, parts)


def _above(everyone: Treated, least: float) -> list[tuple[float, float]]:
    """Points of acting on all that the field holds."""
    return [(x, y) for x, y in zip(everyone.x, everyone.y, strict=True) if y >= least]


def _acting(everyone: Treated, least: float, up: Scale) -> list[str]:
    """Thin lines, so that no dash of a model is taken for them."""
    lines = [[(0.0, 0.0), (1.0, 0.0)], _above(everyone, least)]
    return [
        f'<path class="acting" d="{path([x for x, _ in line], [y for _, y in line], up)}"/>'
        for line in lines
        if line
    ]


def _names(everyone: Treated, least: float, up: Scale) -> list[str]:
    """Names of the thin lines: of none at its left end, of all at its lower one."""
    parts = [_name(say("acting on none"), LEFT + 5, up(0.0) + 14, "start")]
    above = _above(everyone, least)
    if above:
        x, y = above[-1]
        left = ACROSS(x) > LEFT + SIDE / 2
        at = ACROSS(x) + (-7 if left else 7)
        parts.append(_name(say("acting on all"), at, up(y) - 6, "end" if left else "start"))
    return parts


def _name(text: Text, x: float, y: float, anchor: str) -> str:
    return (
        f'<text class="name soft" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escaped(text)}</text>"
    )


def _interval(band: Band, least: float, up: Scale) -> str:
    outline = [*_within(band.high, least), *reversed(_within(band.low, least))]
    edge = path([*band.x, *reversed(band.x)], outline, up)
    return f'<path {of_model(band.name)} d="{edge}Z" style="fill:{band.colour}" opacity=".12"/>'


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
    below, beside = say("Threshold probability"), say("Net benefit")
    return [*across, *level, axis_titles(below, beside, LEFT, TOP, SIDE, SIDE)]


def _within(values: Sequence[float], least: float) -> list[float]:
    """Keep a line inside the field."""
    return [max(value, least) for value in values]


def _kept(band: Band, least: float) -> tuple[float, float] | None:
    return band.mark and (band.mark[0], max(band.mark[1], least))


def _points(band: Band) -> list[Text]:
    """Say the net benefit at every tenth."""
    rows = zip(band.x, band.y, band.low, band.high, strict=True)
    return [
        say(
            "{model} at {x:.2f}: {y:.3f} ({low:.3f} to {high:.3f})",
            model=band.name,
            x=x,
            y=y,
            low=low,
            high=high,
        )
        for x, y, low, high in rows
        if round(10 * x, 6).is_integer()
    ]
