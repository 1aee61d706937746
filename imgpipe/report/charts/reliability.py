"""The reliability diagram: how often what was said came true."""

from collections.abc import Sequence

from imgpipe._common.texts import Text, joined, say
from imgpipe.report.charts.axes import WIDTH, svg_element
from imgpipe.report.charts.learning import Band
from imgpipe.report.charts.marks import of_model
from imgpipe.report.charts.square import ACROSS, HEIGHT, UP, diagonal, drawn, field, uprights
from imgpipe.report.languages import escaped


def reliability_chart(title: str, bands: Sequence[Band], whiskers: bool = True) -> str:
    """Share that came true over the mean probability of each bin; the diagonal is perfect.

    Examples
    --------
    >>> svg = reliability_chart("Reliability", [Band("svm", [0.1, 0.9], [0.2, 0.8],
    ...     low=[0.1, 0.7], high=[0.3, 0.9])])
    >>> "svm said 0.10, true 0.200 (0.100 to 0.300)" in svg
    True
    """
    parts = [*field(say("Probability given"), say("Share that came true")), diagonal()]
    for band in reversed(bands):
        if whiskers:
            parts.append(_whiskers(band))
        parts.append(drawn(band))
        parts += [
            f'<circle class="dot" {of_model(band.name)} cx="{ACROSS(x):.1f}" cy="{UP(y):.1f}" '
            f'r="3.4" style="fill:{band.colour}"><title>{escaped(text)}</title></circle>'
            for x, y, text in zip(band.x, band.y, _points(band), strict=True)
        ]
    parts.append(uprights("reliability", bands))
    words = joined(say("{points}.", points=_points(band)) for band in bands)
    return svg_element(title, words, WIDTH, HEIGHT, parts)


def _whiskers(band: Band) -> str:
    ends = "".join(
        f"M{ACROSS(x):.1f} {UP(low):.1f}V{UP(high):.1f}"
        for x, low, high in zip(band.x, band.low, band.high, strict=True)
        if low == low and high == high
    )
    return (
        f'<path class="line" {of_model(band.name)} style="stroke:{band.colour}" '
        f'opacity=".45" d="{ends}"/>'
    )


def _points(band: Band) -> list[Text]:
    return [
        say(
            "{model} said {x:.2f}, true {y:.3f} ({low:.3f} to {high:.3f})",
            model=band.name,
            x=x,
            y=y,
            low=low,
            high=high,
        )
        for x, y, low, high in zip(band.x, band.y, band.low, band.high, strict=True)
    ]
