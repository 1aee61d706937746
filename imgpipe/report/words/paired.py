"""The headline and its reading: what paired tests say of the best model and the others."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, clauses, joined, say
from imgpipe.report.words.sentences import metric_in_text, named, with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult, Verdict

_LEVEL = 0.05


def headline(ranked: Sequence["ModelResult"], metric: str, pairs: Sequence["Verdict"] = ()) -> Text:
    """State the result with its interval, and what paired tests say of the others."""
    best = ranked[0]
    if math.isnan(best.metrics[metric].value):
        return say("No scores are given: the held-out images of a class are too few for them.")
    told = {
        "model": best.name,
        "metric": metric_in_text(metric),
        "score": with_interval(best.metrics[metric]),
    }
    if len(ranked) == 1:
        return say("{model} reaches an {metric} of {score}.", **told)
    said = _said(best.name, pairs)
    if not said:
        return say("{model} has the highest {metric}, {score}.", **told)
    text = say(
        "{model} has the highest {metric}, {score}; {verdicts}.", verdicts=clauses(said), **told
    )
    return joined([text, _errs_otherwise(best.name, pairs, metric)])


def _said(name: str, pairs: Sequence["Verdict"]) -> list[Text]:
    """A clause for each verdict, with the models of which it is said."""
    rivals: dict[str, list[str]] = {}
    for pair in of_model(name, pairs):
        rivals.setdefault(pair.verdict, []).append(_other(pair, name))
    said = []
    beaten = rivals.pop("better", [])
    if beaten and not rivals:
        said.append(say("better than every other model"))
    elif beaten:
        said.append(say("better than {models}", models=named(beaten)))
    if "no detectable difference" in rivals:
        equal = named(rivals["no detectable difference"])
        said.append(say("no detectable difference from {models}", models=equal))
    if "equivalent within the margin" in rivals:
        equal = named(rivals["equivalent within the margin"])
        said.append(say("equivalent within the margin to {models}", models=equal))
    if "too few to say" in rivals:
        others = named(rivals["too few to say"])
        said.append(say("too few images to say whether it is better than {models}", models=others))
    return said


def _errs_otherwise(name: str, pairs: Sequence["Verdict"], metric: str) -> str:
    """Name the models that the AUC does not tell from the best one, and errors do."""
    differing = [
        _other(pair, name)
        for pair in of_model(name, pairs)
        if metric == "auc"
        and pair.better is None
        and pair.errors is not None
        and pair.errors.p_value * len(pairs) < _LEVEL  # Bonferroni over all pairs
    ]
    if not differing:
        return ""
    return say(
        "Their errors are not alike, though: see the accuracy of {models} below.",
        models=named(differing),
    )


def readings(best: str, pairs: Sequence["Verdict"]) -> list[str]:
    """What the paired tests say of the best model beside each other one."""
    return [pair.statement for pair in of_model(best, pairs)]


def of_model(name: str, pairs: Sequence["Verdict"]) -> list["Verdict"]:
    """Verdicts on one model and any other."""
    return [pair for pair in pairs if name in (pair.a, pair.b)]


def _other(pair: "Verdict", name: str) -> str:
    return pair.b if pair.a == name else pair.a
