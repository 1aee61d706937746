"""Correlations of many features as a map, groups of them framed."""

from collections.abc import Sequence

from imgpipe.report.charts.axes import svg_element
from imgpipe.report.charts.marks import shorten
from imgpipe.report.languages import escaped

_NAMES, _FIELD, _TOP = 262, 378, 2
_STEPS = 10  # of colour
_LARGEST = 22  # side of a cell


def correlation_map(
    title: str,
    words: str,
    names: Sequence[str],
    rho: Sequence[Sequence[float]],
    groups: Sequence[tuple[int, int]],
) -> str:
    """Cells coloured by the correlation; `groups` are the first and last row of each frame.

    Examples
    --------
    >>> svg = correlation_map("Map", "", ["a", "b"], [[1, -0.9], [-0.9, 1]], [(0, 1)])
    >>> svg.count('class="rise"'), svg.count('class="fall"'), svg.count('class="frame"')
    (1, 1, 1)
    """
    side = min(_LARGEST, _FIELD / len(names))
    parts = [
        f'<text class="label" x="{_NAMES - 8}" y="{_TOP + side * (k + 0.5) + 4:.1f}" '
        f'text-anchor="end">{escaped(shorten(name, 44))}</text>'
        for k, name in enumerate(names)
    ]
    parts += _cells(rho, side)
    for first, last in groups:
        size = side * (last - first + 1)
        parts.append(
            f'<rect class="frame" x="{_NAMES + side * first:.1f}" y="{_TOP + side * first:.1f}" '
            f'width="{size:.1f}" height="{size:.1f}"/>'
        )
    height = _TOP * 2 + side * len(names)
    return svg_element(title, words, _NAMES + _FIELD + 2, height, parts)


def _cells(rho: Sequence[Sequence[float]], side: float) -> list[str]:
    """All cells of one shade in one path: a map of 30 features has 900."""
    shades: dict[tuple[str, int], list[str]] = {}
    for row, line in enumerate(rho):
        for column, value in enumerate(line):
            depth = round(abs(value) * _STEPS)
            place = f"M{_NAMES + side * column:.1f} {_TOP + side * row:.1f}"
            shades.setdefault(("rise" if value >= 0 else "fall", depth), []).append(
                f"{place}h{side:.1f}v{side:.1f}h-{side:.1f}z"
            )
    return [
        f'<path class="{kind}" style="fill-opacity:{depth / _STEPS:g}" d="{"".join(places)}"/>'
        for (kind, depth), places in sorted(shades.items())
        if depth
    ]
