"""One setting of a step, as a slider, a menu or a box."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from imgpipe._common.texts import Text


@dataclass(frozen=True)
class Knob:
    """A setting, and within which bounds it is turned.

    Parameters
    ----------
    kind : {"integer", "number", "choice", "flag"}
    default : object
        What it begins with; None for not given.
    low, high, step : float, optional
        Of a slider.
    choices : tuple of dict, optional
        Of a menu, each with ``value`` and ``title``.
    optional : bool
        Whether it may be left out.
    of : str
        ``"gray values"`` where the image decides upon the range: from its darkest to its brightest
        pixel, in place of `low` and `high`. Blank for all else.
    per_pixel : bool
        Whether it is divided by their size where pixels are larger, as a length in pixels is.
    name : str
    title : Text
    """

    kind: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[dict[str, Any], ...] | None = None
    optional: bool = False
    of: str = ""
    per_pixel: bool = False
    name: str = ""
    title: str = ""

    def called(self, name: str, title: str) -> "Knob":
        """Give it a name and a title."""
        return replace(self, name=name, title=title)

    def of_pixels(self) -> "Knob":
        """Let it depend on the size of a pixel."""
        return replace(self, per_pixel=True)

    def scaled(self, value: float, factor: float) -> float:
        """Give the setting that does the same where pixels are `factor` times as large."""
        found = value / factor
        if self.kind != "integer" or self.low is None or self.step is None:
            return found
        return int(self.low + self.step * max(0, round((found - self.low) / self.step)))

    def told(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def integer(low: int, high: int, default: int, step: int = 1) -> Knob:
    """Make a slider of whole numbers."""
    return Knob("integer", default, low, high, step)


def number(low: float, high: float, step: float, default: float) -> Knob:
    """Make a slider of numbers."""
    return Knob("number", float(default), low, high, step)


def gray_value(default: float | None = None, *, optional: bool = False) -> Knob:
    """Make a slider along the gray values of the image."""
    return Knob("number", default, -1024.0, 3071.0, 1.0, optional=optional, of="gray values")


def choice(default: Any, among: Sequence[tuple[Any, Text]], *, optional: bool = False) -> Knob:
    """Make a menu."""
    choices = tuple({"value": value, "title": title} for value, title in among)
    return Knob("choice", default, choices=choices, optional=optional)


def flag(default: bool) -> Knob:
    """Make a box to be ticked."""
    return Knob("flag", default)
