"""The sentences of the report.

Nothing here computes a metric: values and intervals come from `imgpipe.evaluate` and are only
compared with one another.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe.report.languages import spoken, tell
from imgpipe.report.words.decisions import not_chosen
from imgpipe.report.words.numbers import interval, metric_name, number

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, Interval, ModelResult

_SEEDS = 5  # below, the spread of a network between seeds is hardly known


def sentence(text: str) -> str:
    """Say a text as a sentence: with a capital and a full stop, in the language that is spoken.

    Examples
    --------
    >>> sentence("12 images equal another")
    '12 images equal another.'
    """
    text, stop = tell(text).strip(), spoken().stop
    return text[:1].upper() + text[1:] + ("" if text.endswith((stop, "!", "?", ".")) else stop)


def overlap(a: "Interval", b: "Interval") -> bool | None:
    """Tell whether two intervals share a value; None where one of them is missing."""
    ends = (a.low, a.high, b.low, b.high)
    if any(v is None or math.isnan(v) for v in ends):
        return None
    return a.low <= b.high and b.low <= a.high


def shift(models: Sequence["ModelResult"], metric: str) -> str | None:
    """Name the models that score clearly lower on the test part than on validation."""
    falls = []
    for model in models:
        if not {"val", "test"} <= set(model.splits):
            continue
        before, after = model.splits["val"][metric], model.splits["test"][metric]
        if overlap(before, after) is False and after.value < before.value:
            falls.append(f"{model.name} ({number(before.value)} to {number(after.value)})")
    if not falls:
        return None
    return (
        f"{metric_name(metric)} falls from the validation part to the test part, beyond both "
        f"intervals, for {listed(falls, 20)}. The two parts differ; expect new data to differ too."
    )


def not_done(comparison: "Comparison") -> list[str]:
    """List what a careful reader would miss, before they have to ask."""
    protocol, card = comparison.protocol, comparison.dataset
    missing = []
    if not protocol.tuned and protocol.kind != "held-out evaluation":
        missing.append("No setting was tuned: every model ran with its fixed defaults.")
    if card.patients is None:
        missing.append("Patients were not kept apart, since the data name no patients.")
    if protocol.seeds == 1:
        missing.append("One seed only: the spread between seeds is unknown.")
    elif protocol.seeds < _SEEDS and any("parameters" in model.cost for model in comparison.models):
        missing.append(
            f"{protocol.seeds} seeds only: a network needs {_SEEDS} or more for its spread to tell."
        )
    if protocol.kind != "cross-validation":
        missing.append("One split only: the spread between splits is unknown.")
    if protocol.held_out is None:
        missing.append("No data from another hospital or scanner were held out.")
    if not comparison.subgroups:
        missing.append("No subgroups were compared.")
    return [
        *missing,
        *not_chosen(comparison),
    ]


def with_interval(score: "Interval") -> str:
    """Write a score and the ends of its interval."""
    ends = interval(score)
    return f"{number(score.value)} ({ends})" if ends else number(score.value)


def article(name: str) -> str:
    """Put the article before a metric's name."""
    spoken = name if name in ("AUC", "F1") else name.lower()
    return f"an {spoken}" if name[0] in "AF" else f"a {spoken}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Join names; count them where there are many."""
    if len(names) > most:
        return f"{len(names)} others"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
