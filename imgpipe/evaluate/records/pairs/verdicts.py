"""A verdict for each pair of models, in numbers and in words: the effect first, then p."""

from itertools import combinations

import numpy as np

from imgpipe._common.texts import Text, counted, say
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.records.pairs.paired_tests import (
    METRIC,
    NOTHING,
    Chosen,
    all_errors_test,
    auc_test,
    error_test,
)
from imgpipe.evaluate.results import Interval, PairedTest, Verdict
from imgpipe.evaluate.results.verdicts import BETTER, EQUIVALENT, NO_DIFFERENCE, TOO_FEW
from imgpipe.evaluate.scores.intervals import Resampled
from imgpipe.evaluate.scores.refusal import held_out_counts, is_refused
from imgpipe.evaluate.statistics.equivalence import LEVEL, equivalence
from imgpipe.evaluate.statistics.holm import holm
from imgpipe.evaluate.statistics.paired_bootstrap import difference_of

_FEW_PATIENTS = 5  # of a class, below which nothing is said of a difference

_Drawn = dict[str, Resampled]
Judged = tuple[ModelRecord, _Drawn]  # a model, and its metrics resampled


def pairwise_verdicts(
    records: list[ModelRecord], resampled: list[_Drawn], experiment: Experiment
) -> tuple[Verdict, ...]:
    """Compare every two models; p-values are adjusted for the number of pairs."""
    judged = zip(records, resampled, strict=True)
    return verdicts_of([(a, b, experiment) for a, b in combinations(judged, 2)])


def verdicts_of(pairs: list[tuple[Judged, Judged, Experiment]]) -> tuple[Verdict, ...]:
    """Compare two models each, of an experiment; p-values are adjusted for all these pairs."""
    if not pairs:
        return ()
    chosen = [
        _chosen(
            a,
            b,
            (drawn_a[METRIC], drawn_b[METRIC]),
            _missing([drawn_a, drawn_b], experiment),
            experiment,
        )
        for (a, drawn_a), (b, drawn_b), experiment in pairs
    ]
    adjusted = holm([one.test.p_value for one in chosen])
    tested = int(np.isfinite(adjusted).sum())
    return tuple(
        _verdict(a, b, one, float(p), tested, _differences(drawn_a, drawn_b, experiment),
                 experiment)
        for ((a, drawn_a), (b, drawn_b), experiment), one, p in zip(
            pairs, chosen, adjusted, strict=True
        )
    )  # fmt: skip


def all_at_once(records: list[ModelRecord], experiment: Experiment) -> PairedTest | None:
    """Test whether more than two models err equally often; None for fewer."""
    return all_errors_test(records, experiment) if len(records) > 2 else None


def _chosen(
    a: ModelRecord,
    b: ModelRecord,
    drawn: tuple[Resampled, Resampled],
    missing: Text | None,
    experiment: Experiment,
) -> Chosen:
    """Test the AUC, unless it is `missing` for all, or for one of these models."""
    for record, score in zip((a, b), drawn, strict=True):
        if missing is None and np.isnan(score.value):
            missing = say("{name} has no AUC", name=record.name)
    if missing is not None:
        return Chosen(NOTHING, None, missing)
    return auc_test(a, b, drawn, experiment)


def _missing(resampled: list[_Drawn], experiment: Experiment) -> Text | None:
    """Say why nothing can be said of the AUC, if so."""
    labels, classes = experiment.labels, experiment.classes
    judged = resampled[0][METRIC].judged
    counts = held_out_counts(labels, (split.test for split in experiment.splits))
    if len(counts) < 2:
        only = classes[next(iter(counts))]
        return say("all held-out images are of class {name}", name=only)
    if is_refused(METRIC, counts, len(classes), experiment.least):
        rare = min(counts, key=lambda code: counts[code])
        return counted(
            counts[rare],
            "only {n} held-out image of class {name}",
            "only {n} held-out images of class {name}",
            name=classes[rare],
        )
    needed = min(_FEW_PATIENTS, experiment.least)
    if judged.rarest < needed:
        rare = min(judged.by_class, key=lambda code: judged.by_class[code])
        return counted(
            judged.rarest,
            "only {n} held-out patient of class {name}",
            "only {n} held-out patients of class {name}",
            name=classes[rare],
        )
    return None


def _differences(a: _Drawn, b: _Drawn, experiment: Experiment) -> dict[str, Interval]:
    """Every metric's difference that is not refused, by the paired bootstrap."""
    counts = held_out_counts(experiment.labels, (split.test for split in experiment.splits))
    nan = float("nan")
    return {
        name: Interval(nan, nan, nan)
        if is_refused(name, counts, len(experiment.classes), experiment.least)
        else difference_of(a[name], b[name])
        for name in a
    }


def _verdict(
    a: ModelRecord,
    b: ModelRecord,
    chosen: Chosen,
    p_holm: float,
    pairs: int,
    differences: dict[str, Interval],
    experiment: Experiment,
) -> Verdict:
    test, margin = chosen.test, experiment.margin
    equal = None
    if margin is not None and np.isfinite([test.low, test.high]).all():
        equal = equivalence(test.low, test.high, margin, df=chosen.df)
    word, better = _word(test, p_holm, equal, a.name, b.name)
    return Verdict(
        a=a.name,
        b=b.name,
        metric=METRIC,
        difference=test.difference,
        low=test.low,
        high=test.high,
        p_value=test.p_value,
        p_holm=p_holm,
        verdict=word,
        statement=_statement(a.name, b.name, test, word, better, p_holm, pairs, equal, chosen.why),
        method=test.method,
        why=chosen.why,
        better=better,
        differences=differences,
        errors=error_test(a, b, experiment),
        margin=margin,
        equivalence=equal,
    )


def _word(
    test: PairedTest, p_holm: float, equal: PairedTest | None, a: str, b: str
) -> tuple[str, str | None]:
    """The verdict, and the better model where the difference is more than chance."""
    if np.isnan(test.p_value):
        return TOO_FEW, None
    better = (a if test.difference > 0 else b) if p_holm < LEVEL else None
    if equal is not None and equal.p_value < LEVEL:
        return EQUIVALENT, better
    return (NO_DIFFERENCE, None) if better is None else (BETTER, better)


def _statement(
    a: str,
    b: str,
    test: PairedTest,
    word: str,
    better: str | None,
    p_holm: float,
    pairs: int,
    equal: PairedTest | None,
    why: Text,
) -> Text:
    """Say it in a sentence."""
    if word == TOO_FEW:
        return say("Too few to say which of {a} and {b} is better: {why}.", a=a, b=b, why=why)
    sign = -1.0 if test.difference < 0 else 1.0
    ahead, behind = (b, a) if test.difference < 0 else (a, b)
    told = {
        "ahead": ahead,
        "behind": behind,
        "effect": _effect(test, sign),
        "p": _p(test.p_value, p_holm, pairs),
    }
    if word == EQUIVALENT and equal is not None:
        return _equivalent(told, sign, equal, better)
    if better is not None:
        return say("{ahead} is better than {behind}: AUC higher by {effect}, {p}.", **told)
    return say(
        "No detectable difference between {ahead} and {behind}: AUC differs by {effect}, {p}.",
        **told,
    )


def _equivalent(told: dict[str, str], sign: float, equal: PairedTest, better: str | None) -> Text:
    """Say that the difference lies within the margin, and may be more than chance all the same."""
    low, high = sorted((sign * equal.low, sign * equal.high))
    within = say(
        "90 % interval {low} to {high}, {method}",
        low=_signed(low),
        high=_signed(high),
        method=equal.method,
    )
    if better is None:
        return say(
            "{ahead} and {behind} are equivalent: AUC differs by {effect}; {within}.",
            within=within,
            **told,
        )
    return say(
        "{ahead} and {behind} are equivalent: AUC differs by {effect}; {within}; yet {better} is "
        "ahead by more than chance, {p}.",
        within=within,
        better=better,
        **told,
    )


def _effect(test: PairedTest, sign: float) -> Text:
    low, high = sorted((sign * test.low, sign * test.high))
    return say(
        "{value} ({low} to {high})",
        value=_signed(sign * test.difference),
        low=_signed(low),
        high=_signed(high),
    )


def _p(p: float, p_holm: float, pairs: int) -> str:
    """Give the p-value, and what it is when adjusted for so many pairs.

    Examples
    --------
    >>> _p(0.35, 0.55, 6)
    'p = 0.35; adjusted for 6 pairs (Holm): p = 0.55'
    >>> _p(0.0001, 0.0003, 3)
    'p < 0.001, also when adjusted for 3 pairs (Holm)'
    >>> _p(0.021, 0.021, 1)
    'p = 0.021'
    """
    alone = _p_words(p)
    if pairs == 1:
        return alone
    if alone == _p_words(p_holm):
        return say("{p}, also when adjusted for {n} pairs (Holm)", p=alone, n=pairs)
    return say(
        "{p}; adjusted for {n} pairs (Holm): {adjusted}",
        p=alone,
        n=pairs,
        adjusted=_p_words(p_holm),
    )


def _p_words(p: float) -> str:
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.2g}" if p < 0.1 else f"p = {p:.2f}"


def _signed(value: float) -> str:
    """Three digits and a sign."""
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
