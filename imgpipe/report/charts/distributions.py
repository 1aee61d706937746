"""Distributions of a feature, one class above the other on one axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imgpipe._common.texts import joined, say
from imgpipe.report.charts.axes import WIDTH, Scale, signed, svg_element, ticks
from imgpipe.report.charts.marks import shorten
from imgpipe.report.languages import escaped

_ROW, _RIDGE, _TOP = 58, 28, 4


@dataclass(frozen=True)
class Ridge:
    """One class: its images, the share of them in each bin, and five quantiles of their values."""

    name: str
    n: int
    shares: Sequence[float]
    quantiles: Sequence[float]


def ridge_chart(title: str, ridges: Sequence[Ridge], low: float, high: float, unit: str) -> str:
    """Curves over the bins, with a bar for half of the images and a line for nine in ten.

    Examples
    --------
    >>> ridges = [Ridge("benign", 40, (0.2, 0.6, 0.2), (1, 2, 3, 4, 5))]
    >>> svg = ridge_chart("Area", ridges, 0, 6, "mm²")
    >>> svg.startswith("<svg") and "benign: median 3" in svg
    True
    """
    scale = Scale(low, high, 6, WIDTH - 6)
    floor = _TOP + _ROW * len(ridges)
    most = max([*(share for ridge in ridges for share in ridge.shares), 1e-9])
    parts = [_axis(scale, low, high, floor, unit)]
    for place, ridge in enumerate(ridges):
        parts.append(_row(ridge, scale, _TOP + _ROW * place, most, (low, high)))
    words = joined([_said(ridge) for ridge in ridges])
    return svg_element(title, words, WIDTH, floor + (38 if unit else 22), parts)


def rounded(value: float) -> str:
    """Four digits that count, whatever the size.

    Examples
    --------
    >>> rounded(0.000123456), rounded(-1234567.0), rounded(0.5)
    ('0.0001235', '−1.235e+06', '0.5')
    """
    return signed(f"{value:.4g}")


def _axis(scale: Scale, low: float, high: float, floor: float, unit: str) -> str:
    # ticks are looked for in a range about as wide as 1
    factor = 10.0 ** math.floor(math.log10(high - low))
    parts = []
    for tick in ticks(low / factor, high / factor):
        x = scale(tick * factor)
        anchor = "start" if x < 22 else "end" if x > WIDTH - 22 else "middle"
        parts.append(
            f'<path class="grid" d="M{x:.1f} {_TOP}V{floor}"/>'
            f'<text class="tick" x="{x:.1f}" y="{floor + 16}" text-anchor="{anchor}">'
            f"{signed(f'{round(tick, 9) * factor:.6g}')}</text>"
        )
    if unit:
        parts.append(
            f'<text class="axis" x="{WIDTH / 2}" y="{floor + 34}" text-anchor="middle">'
            f"{escaped(unit)}</text>"
        )
    return "".join(parts)


def _row(ridge: Ridge, scale: Scale, top: float, most: float, ends: tuple[float, float]) -> str:
    """A curve with its name above and its bar below; a class without a number has its name only."""
    foot = top + 14 + _RIDGE
    count = escaped(say("n = {n}", n=ridge.n))
    parts = [
        f'<text class="name" x="0" y="{top + 11}">{escaped(shorten(ridge.name, 34))}</text>',
        f'<text class="value few" x="{WIDTH}" y="{top + 11}">{count}</text>',
    ]
    if ridge.n:
        parts += [_curve(ridge, scale, foot, most, ends), _bar(ridge, scale, foot + 6, ends)]
    return f"<g><title>{escaped(_said(ridge))}</title>{''.join(parts)}</g>"


def _curve(ridge: Ridge, scale: Scale, foot: float, most: float, ends: tuple[float, float]) -> str:
    width = (ends[1] - ends[0]) / len(ridge.shares)
    steps = " ".join(
        f"V{foot - _RIDGE * share / most:.1f}H{scale(ends[0] + (k + 1) * width):.1f}"
        for k, share in enumerate(ridge.shares)
    )
    return f'<path class="ridge" d="M{scale(ends[0]):.1f} {foot}{steps}V{foot}Z"/>'


def _bar(ridge: Ridge, scale: Scale, y: float, ends: tuple[float, float]) -> str:
    a, b, c, d, e = (scale(min(max(q, ends[0]), ends[1])) for q in ridge.quantiles)
    return (
        f'<path class="range" d="M{a:.1f} {y}H{e:.1f}"/>'
        f'<path class="half" d="M{b:.1f} {y}H{max(d, b + 1):.1f}"/>'
        f'<circle class="middle" cx="{c:.1f}" cy="{y}" r="3.2"/>'
    )


def _said(ridge: Ridge) -> str:
    if not ridge.n:
        return say("{name}: no value.", name=ridge.name)
    a, b, c, d, e = map(rounded, ridge.quantiles)
    return say(
        "{name}: median {median}, half of the images from {b} to {d}, nine in ten from {a} to {e}.",
        name=ridge.name,
        median=c,
        a=a,
        b=b,
        d=d,
        e=e,
    )
