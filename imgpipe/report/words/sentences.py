"""The sentences of the report.

Nothing here computes a metric: values and intervals come from `imgpipe.evaluate` and are only
compared with one another.
"""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, say
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
    text, stop = capital(text), spoken().stop
    return text + ("" if text.endswith((stop, "!", "?", ".")) else stop)


def capital(text: str) -> str:
    """Say a text with a capital, in the language that is spoken.

    Examples
    --------
    >>> capital(say("the best is {model}", model="svm")), capital(say("{model} is", model="svm"))
    ('The best is svm', 'svm is')
    """
    told = tell(text).strip()
    if not spoken().capitals or _begins_with_name(text):
        return told
    return told[:1].upper() + told[1:]


def _begins_with_name(text: object) -> bool:
    """Whether a text begins with a value that is no text: a name, which is kept as it is spelt."""
    if not isinstance(text, Text):
        return False
    field = re.match(r"{(\w+)[^}]*}", text.template)
    if field is None:
        return False
    first = text.values[field[1]]
    if isinstance(first, list | tuple):
        first = first[0] if first else ""
    return _begins_with_name(first) if isinstance(first, Text) else isinstance(first, str)


def overlap(a: "Interval", b: "Interval") -> bool | None:
    """Tell whether two intervals share a value; None where one of them is missing."""
    ends = (a.low, a.high, b.low, b.high)
    if any(v is None or math.isnan(v) for v in ends):
        return None
    return a.low <= b.high and b.low <= a.high


def shift(models: Sequence["ModelResult"], metric: str) -> Text | None:
    """Name the models that score clearly lower on the test part than on validation."""
    falls = []
    for model in models:
        if not {"val", "test"} <= set(model.splits):
            continue
        before, after = model.splits["val"][metric], model.splits["test"][metric]
        if overlap(before, after) is False and after.value < before.value:
            falls.append(
                say(
                    "{model} ({before} to {after})",
                    model=model.name,
                    before=number(before.value),
                    after=number(after.value),
                )
            )
    if not falls:
        return None
    return say(
        "{metric} falls from the validation part to the test part, beyond both intervals, for "
        "{models}. The two parts differ; expect new data to differ too.",
        metric=metric_name(metric),
        models=falls,
    )


def not_done(comparison: "Comparison") -> list[Text]:
    """List what a careful reader would miss, before they have to ask."""
    protocol, card = comparison.protocol, comparison.dataset
    missing = []
    if not protocol.tuned and protocol.kind != "held-out evaluation":
        missing.append(say("No setting was tuned: every model ran with its fixed defaults."))
    if card.patients is None:
        missing.append(say("Patients were not kept apart, since the data name no patients."))
    if protocol.seeds == 1:
        missing.append(say("One seed only: the spread between seeds is unknown."))
    elif protocol.seeds < _SEEDS and any("parameters" in model.cost for model in comparison.models):
        missing.append(
            say(
                "{n} seeds only: a network needs {least} or more for its spread to tell.",
                n=protocol.seeds,
                least=_SEEDS,
            )
        )
    if protocol.kind != "cross-validation":
        missing.append(say("One split only: the spread between splits is unknown."))
    if protocol.held_out is None:
        missing.append(say("No data from another hospital or scanner were held out."))
    if not comparison.subgroups:
        missing.append(say("No subgroups were compared."))
    return [
        *missing,
        *not_chosen(comparison),
    ]


def with_interval(score: "Interval") -> str:
    """Write a score and the ends of its interval."""
    value, ends = number(score.value), interval(score)
    return say("{value} ({ends})", value=value, ends=ends) if ends else value


def metric_in_text(metric: str) -> Text:
    """Name a metric within a sentence."""
    return say("accuracy") if metric == "accuracy" else metric_name(metric)


def named(names: Sequence[str], most: int = 3) -> Text:
    """Enumerate names; count them where there are many.

    Examples
    --------
    >>> named(["svm", "forest", "knn"]), named(["svm", "forest", "knn", "cnn"])
    ('svm, forest and knn', '4 others')
    """
    if len(names) > most:
        return say("{n} others", n=len(names))
    return say("{names}", names=list(names))
