"""The headline and its reading: what paired tests say of the best model and the others."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe.report.words.numbers import metric_name
from imgpipe.report.words.sentences import article, listed, with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult, Verdict

_LEVEL = 0.05
_SAID = {
    "no detectable difference": "no detectable difference from {}",
    "equivalent within the margin": "equivalent within the margin to {}",
    "too few to say": "too few images to say whether it is better than {}",
}


def headline(ranked: Sequence["ModelResult"], metric: str, pairs: Sequence["Verdict"] = ()) -> str:
    """State the result with its interval, and what paired tests say of the others."""
    best = ranked[0]
    score = best.metrics[metric]
    name = metric_name(metric)
    if len(ranked) == 1:
        return f"{best.name} reaches {article(name)} of {with_interval(score)}."
    text = f"{best.name} has the highest {name}, {with_interval(score)}"
    rivals: dict[str, list[str]] = {}
    for pair in of_model(best.name, pairs):
        rivals.setdefault(pair.verdict, []).append(_other(pair, best.name))
    beaten = rivals.pop("better", [])
    said = [words.format(listed(rivals[v])) for v, words in _SAID.items() if v in rivals]
    if beaten:
        said.insert(0, f"better than {'every other model' if not rivals else listed(beaten)}")
    told = f"{text}; {'; '.join(said)}." if said else f"{text}."
    return told + _errs_otherwise(best.name, pairs, metric)


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
    return f" Their errors are not alike, though: see the accuracy of {listed(differing)} below."


def readings(best: str, pairs: Sequence["Verdict"]) -> list[str]:
    """What the paired tests say of the best model beside each other one."""
    return [pair.statement for pair in of_model(best, pairs)]


def of_model(name: str, pairs: Sequence["Verdict"]) -> list["Verdict"]:
    """Verdicts on one model and any other."""
    return [pair for pair in pairs if name in (pair.a, pair.b)]


def _other(pair: "Verdict", name: str) -> str:
    return pair.b if pair.a == name else pair.a
