"""Drawings of one prediction: its probability, where a feature lies, what it changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from imgpipe._common.texts import say
from imgpipe.report.charts.marks import in_clauses
from imgpipe.report.languages import escaped, tell
from imgpipe.report.patient.figures import chance, change, measured

if TYPE_CHECKING:
    from imgpipe.bundle.evidence import Bin, Threshold
    from imgpipe.evaluate.results.explained import Quartiles

FOR, AGAINST = "var(--for)", "var(--against)"
_WIDTH, _LEFT, _RIGHT = 640, 8, 632  # of the scale of probabilities
_STRIP = 240


def scale(
    ends: tuple[str, str] | None,
    name: str,
    p: float,
    bin: "Bin | None" = None,
    thresholds: Sequence["Threshold"] = (),
) -> Markup:
    """Draw a probability from 0 to 1, the thresholds on it, and what came true below it.

    `ends` are the classes to the left and to the right, where there are two.
    """
    top = 24 if ends is not None else 4
    bottom = top + 16
    height = bottom + (56 if bin is not None else 26)
    label = say("Probability of {name}: {p}", name=name, p=chance(p))
    parts = [
        f'<svg class="chart pt-scale" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escaped(label)}">'
    ]
    if ends is not None:
        parts.append(f'<text class="name" x="{_LEFT}" y="14">{escaped(ends[0])}</text>')
        parts.append(
            f'<text class="name" x="{_RIGHT}" y="14" text-anchor="end">{escaped(ends[1])}</text>'
        )
    parts.append(
        f'<rect class="track" x="{_LEFT}" y="{top}" width="{_RIGHT - _LEFT}" height="16" rx="8"/>'
        f'<rect class="filled" x="{_LEFT}" y="{top}" width="{max(16, _x(p) - _LEFT):.1f}" '
        f'height="16" rx="8"/>'
    )
    parts += [
        f'<line class="limit" x1="{_x(one.value):.1f}" x2="{_x(one.value):.1f}" y1="{top - 5}" '
        f'y2="{bottom + 5}"><title>{escaped(chance(one.value))}</title></line>'
        for one in thresholds
    ]
    parts += _ticks(bottom + 17)
    if bin is not None:
        parts.append(_came_true(bin, bottom + 38))
    return Markup("".join([*parts, "</svg>"]))


def _came_true(bin: "Bin", y: int) -> str:
    """Draw the share that came true, with its interval."""
    low, high, at = _x(bin.share_low), _x(bin.share_high), _x(bin.share)
    label = say("came true")
    left = at > _WIDTH / 2
    x, anchor = (low - 8, "end") if left else (high + 8, "start")
    return (
        f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
        f'<circle class="observed" cx="{at:.1f}" cy="{y}" r="5"/>'
        f'<text class="tick" x="{x:.1f}" y="{y + 4}" text-anchor="{anchor}">{escaped(label)}</text>'
    )


def _ticks(y: int) -> list[str]:
    """Numbers below the scale."""
    anchors = {0.0: "start", 1.0: "end"}
    return [
        f'<text class="tick" x="{_x(at):.1f}" y="{y}" text-anchor="{anchors.get(at, "middle")}">'
        f"{at:g}</text>"
        for at in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]


def _x(p: float) -> float:
    return _LEFT + p * (_RIGHT - _LEFT)


def strip(
    value: float,
    usual: Sequence[tuple[str, "Quartiles"]],
    span: tuple[float, float],
    colours: Sequence[str],
) -> Markup:
    """Draw where a value lies beside the middle halves of the classes."""
    low = min([value, span[0], *(own.low for _, own in usual)])
    high = max([value, span[1], *(own.high for _, own in usual)])
    wide = high - low or 1.0

    def x(at: float) -> float:
        return 6 + (at - low) / wide * (_STRIP - 12)

    height = 8 + 10 * len(usual)
    texts = [
        say("{name}: {low} to {high}", name=name, low=measured(own.low), high=measured(own.high))
        for name, own in usual
    ]
    label = in_clauses([measured(value), *map(tell, texts)])
    parts = [
        f'<svg class="chart pt-strip" viewBox="0 0 {_STRIP} {height + 16}" role="img" '
        f'aria-label="{escaped(label)}">'
        f'<line class="grid" x1="6" x2="{_STRIP - 6}" y1="{height}" y2="{height}"/>'
    ]
    for row, ((_, own), colour) in enumerate(zip(usual, colours, strict=False)):
        y = 4 + 10 * row
        width = max(2.0, x(own.high) - x(own.low))
        parts.append(
            f'<rect x="{x(own.low):.1f}" y="{y}" width="{width:.1f}" height="7" rx="2" '
            f'fill="{colour}" opacity=".55"/>'
            f'<line x1="{x(own.median):.1f}" x2="{x(own.median):.1f}" y1="{y}" y2="{y + 7}" '
            f'stroke="{colour}" stroke-width="2.4"/>'
        )
    at = x(value)
    anchor = "start" if at < 40 else "end" if at > _STRIP - 40 else "middle"
    parts.append(
        f'<line class="here" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height + 3}"/>'
        f'<text class="tick here" x="{at:.1f}" y="{height + 14}" text-anchor="{anchor}">'
        f"{escaped(measured(value))}</text>"
    )
    return Markup("".join([*parts, "</svg>"]))


def effect(value: float, largest: float) -> Markup:
    """Draw a bar to the right where it speaks for the class, to the left where against it."""
    middle, half = 110.0, 104.0
    length = abs(value) / largest * half if largest > 0 else 0.0
    x, colour = (middle, FOR) if value >= 0 else (middle - length, AGAINST)
    return Markup(
        f'<svg class="chart pt-effect" viewBox="0 0 220 22" role="img" '
        f'aria-label="{escaped(change(value))}">'
        f'<rect x="{x:.1f}" y="3" width="{max(length, 1):.1f}" height="16" rx="2" '
        f'fill="{colour}"/>'
        f'<line class="zero" x1="{middle}" x2="{middle}" y1="0" y2="22"/></svg>'
    )
