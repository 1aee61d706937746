"""Numbers and lists as a card writes them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

METRICS = {
    "auc": "AUC",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "balanced_accuracy": "Balanced accuracy",
    "accuracy": "Accuracy",
    "average_precision": "Average precision",
    "f1": "F1",
    "precision": "Precision",
    "recall": "Recall",
    "brier": "Brier score",
    "log_loss": "Log loss",
}
UNKNOWN = "not known"
_MOST = 12  # names in a list


def number(value: float | None, digits: int = 3) -> str:
    """Round a score to so many digits; a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:z.{digits}f}"


def interval(score: Mapping[str, Any]) -> str:
    """Write the ends of an interval."""
    if score.get("low") is None or score.get("high") is None:
        return "–"
    return f"{number(score['low'])} to {number(score['high'])}"


def with_interval(score: Mapping[str, Any]) -> str:
    """Write a score and, in brackets, the ends of its interval."""
    value, ends = number(score.get("value")), interval(score)
    return value if ends == "–" else f"{value} ({ends})"


def size(count: float) -> str:
    """Write bytes in the unit that keeps the number short.

    Examples
    --------
    >>> size(999), size(15_400), size(4_000_000)
    ('999 B', '15.4 kB', '4 MB')
    """
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def value(number: float) -> str:
    """Write a pixel value: whole ones with commas, others with four digits."""
    return f"{number:,.0f}" if number == int(number) else f"{number:.4g}"


def listed(names: Sequence[str]) -> str:
    """Enumerate names; many are cut short."""
    shown = ", ".join(names[:_MOST])
    more = len(names) - _MOST
    return f"{shown} and {more:,} more" if more > 0 else shown


def either(names: Sequence[str]) -> str:
    """Enumerate classes of which an image has one.

    Examples
    --------
    >>> either(["a", "b", "c"]), either(["a", "b"])
    ('a, b or c', 'a or b')
    """
    if len(names) > _MOST:
        return f"{len(names):,} classes"
    return f"{', '.join(names[:-1])} or {names[-1]}"


def share(part: float) -> str:
    """Write a share of 1 in percent.

    Examples
    --------
    >>> share(0.5078)
    '50.8 %'
    """
    return f"{100 * part:.1f} %"


def counted(n: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{n:,} {one if n == 1 else many}"


def dimensions(sides: Sequence[int]) -> str:
    """Write the sides of an image."""
    return " x ".join(f"{n}" for n in sides)
