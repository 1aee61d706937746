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
OTHER = "var(--dummy)"  # classes that are not compared
_STRIP = 240


def scale(
    name: str,
    p: float,
    colours: tuple[str, str],
    bin: "Bin | None" = None,
    thresholds: Sequence["Threshold"] = (),
    used: float | None = None,
) -> Markup:
    """Draw a probability from 0 to 1, the thresholds on it, and what came true below it.

    Places are percentages of the width, so that words are as large on a phone. `colours` are those
    of the class and of what is left to the other one. `used` is the threshold that calls a class.
    """
    top = 20 if used is not None else 6
    bottom = top + 16
    height = bottom + (50 if bin is not None else 24)
    label = say("Probability of {name}: {p}", name=name, p=chance(p))
    parts = [
        f'<svg class="chart pt-scale" width="100%" height="{height}" style="height:{height}px" '
        f'role="img" aria-label="{escaped(label)}">'
        f'<rect x="0" y="{top}" width="100%" height="16" rx="3" fill="{colours[1]}"/>'
        f'<rect x="0" y="{top}" width="{_x(p)}" height="16" rx="3" fill="{colours[0]}"/>'
    ]
    parts += [
        f'<line class="limit" x1="{_x(one.value)}" x2="{_x(one.value)}" y1="{top - 4}" '
        f'y2="{bottom + 4}"><title>{escaped(chance(one.value))}</title></line>'
        for one in thresholds
    ]
    if used is not None:
        words = say("threshold {value:g}", value=used)
        parts.append(
            f'<text class="used" x="{_x(used)}" y="11" text-anchor="middle">{escaped(words)}</text>'
            f'<line class="used" x1="{_x(used)}" x2="{_x(used)}" y1="{top - 5}" y2="{bottom + 5}"/>'
        )
    parts += _ticks(bottom + 18)
    if bin is not None:
        parts.append(_came_true(bin, bottom + 38))
    return Markup("".join([*parts, "</svg>"]))


def _came_true(bin: "Bin", y: int) -> str:
    """Draw the share that came true, with its interval."""
    low, high, at = _x(bin.share_low), _x(bin.share_high), _x(bin.share)
    label = say("came true")
    left = bin.share > 0.5
    x, away, anchor = (low, -9, "end") if left else (high, 9, "start")
    return (
        f'<line class="whisker" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
        f'<circle class="observed" cx="{at}" cy="{y}" r="5"/>'
        f'<text class="tick" x="{x}" dx="{away}" y="{y + 4}" text-anchor="{anchor}">'
        f"{escaped(label)}</text>"
    )


def _ticks(y: int) -> list[str]:
    """Numbers below the scale."""
    anchors = {0.0: "start", 1.0: "end"}
    return [
        f'<text class="tick" x="{_x(at)}" y="{y}" text-anchor="{anchors.get(at, "middle")}">'
        f"{at:g}</text>"
        for at in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]


def _x(p: float) -> str:
    return f"{100 * p:.2f}%"


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
