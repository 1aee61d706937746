"""What charts draw: bars and lines, their colours and dashes, and what is said of them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from imgpipe._common.texts import say
from imgpipe.report.languages import escaped, tell

COLOURS = 8  # of the palette in style/1-colours.css, --m0 to --m7
DASHES = ("none", "7 3", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Bar:
    """One row of a chart: a value with its interval (the two may be absent)."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    colour: str = "var(--m0)"
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a chart, its points from left to right.

    `mark` is the place of the threshold that is looked at, which a script may move: NaN where it
    has none.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = "var(--m0)"
    dash: str = "none"
    mark: tuple[float, float] | None = field(default=None, kw_only=True)


def colour(index: int) -> str:
    """CSS colour of the model at this place."""
    return f"var(--m{index % COLOURS})"


def dash(index: int) -> str:
    """SVG dash pattern of the model at this place; models beyond the palette's end get dashes."""
    return DASHES[index // COLOURS % len(DASHES)]


def of_model(name: str) -> str:
    """Attribute of what a chart draws of a model, by which the page's script finds it.

    Examples
    --------
    >>> of_model("a & b")
    'data-model="a &amp; b"'
    """
    return f'data-model="{escaped(name)}"'


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of a long text: ends tell similar names apart.

    Examples
    --------
    >>> shorten("intensity_interquartile_range", 15)
    'intensi…e_range'
    """
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"


def interval_ends(bar: Bar) -> tuple[float, float]:
    low = bar.value if bar.low is None else bar.low
    high = bar.value if bar.high is None else bar.high
    return min(low, bar.value), max(high, bar.value)


def listed(words: Iterable[str]) -> str:
    """Enumerate what belongs to one thing, in the language that is spoken."""
    return tell(say("{list:,}", list=list(words)))


def in_clauses(words: Iterable[str]) -> str:
    """Say several things after one another, in the language that is spoken.

    Examples
    --------
    >>> in_clauses(["svm 0.9", "forest 0.8"])
    'svm 0.9; forest 0.8'
    """
    first, *others = words
    for word in others:
        first = tell(say("{a}; {b}", a=first, b=word))
    return first


def described(bar: Bar) -> str:
    """Say a value with its interval, in the language that is spoken."""
    if bar.low is None or bar.high is None or math.isnan(bar.low) or math.isnan(bar.high):
        return tell(say("{name} {value:.3f}", name=bar.name, value=bar.value))
    return tell(
        say(
            "{name} {value:.3f} ({low:.3f} to {high:.3f})",
            name=bar.name,
            value=bar.value,
            low=bar.low,
            high=bar.high,
        )
    )
