"""The reliability diagram: how often what was said came true."""

from collections.abc import Sequence

from imgpipe.report.charts.axes import WIDTH, svg_element
from imgpipe.report.charts.learning import Band
from imgpipe.report.charts.marks import Bar, described, of_model
from imgpipe.report.charts.square import ACROSS, HEIGHT, UP, diagonal, drawn, field
from imgpipe.report.languages import escaped


def reliability_chart(title: str, bands: Sequence[Band], whiskers: bool = True) -> str:
    """Share that came true over the mean probability of each bin; the diagonal is perfect.

    Examples
    --------
    >>> svg = reliability_chart("Reliability", [Band("svm", [0.1, 0.9], [0.2, 0.8],
    ...     low=[0.1, 0.7], high=[0.3, 0.9])])
    >>> "svm 0.10: 0.200 (0.100 to 0.300)" in svg
    True
    """
    parts = [*field("Probability given", "Share that came true"), diagonal()]
    for band in reversed(bands):
        if whiskers:
            ends = "".join(
                f"M{ACROSS(x):.1f} {UP(low):.1f}V{UP(high):.1f}"
                for x, low, high in zip(band.x, band.low, band.high, strict=True)
                if low == low and high == high
            )
            parts.append(
                f'<path class="line" {of_model(band.name)} style="stroke:{band.colour}" '
                f'opacity=".45" d="{ends}"/>'
            )
        parts.append(drawn(band, hint=_told(band)))
        parts += [
            f'<circle class="dot" {of_model(band.name)} cx="{ACROSS(x):.1f}" cy="{UP(y):.1f}" '
            f'r="3.4" style="fill:{band.colour}"><title>{escaped(text)}</title></circle>'
            for x, y, text in zip(band.x, band.y, _points(band), strict=True)
        ]
    return svg_element(title, "; ".join(map(_told, bands)), WIDTH, HEIGHT, parts)


def _points(band: Band) -> list[str]:
    rows = zip(band.x, band.y, band.low, band.high, strict=True)
    return [described(Bar(f"{band.name} {x:.2f}:", y, low, high)) for x, y, low, high in rows]


def _told(band: Band) -> str:
    return ", ".join(_points(band))
