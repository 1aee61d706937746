"""How scores rise with the patients to learn from, and where one model overtakes another."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from imgpipe._common.texts import Text, clauses, joined, say
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.learning_curves import OnShares
from imgpipe.evaluate.records.pairs.paired_tests import METRIC
from imgpipe.evaluate.records.pairs.verdicts import pairwise_verdicts
from imgpipe.evaluate.results import Crossing, Interval, LearningCurve, LearningCurves, Verdict
from imgpipe.evaluate.scores.intervals import Resampled, interval, resample
from imgpipe.evaluate.scores.refusal import held_out_counts, is_refused

_SEEN = 0.005  # a difference that shows when an AUC is written with two digits

_Drawn = dict[tuple[str, float], Resampled]


def learning_curves(
    fitted: OnShares, experiment: Experiment, pairs: Sequence[Verdict]
) -> LearningCurves:
    """Put intervals on every point, and words under the curves.

    Parameters
    ----------
    fitted : OnShares
    experiment : Experiment
    pairs : sequence of Verdict
        On the models that learnt from all patients, in all repeats.
    """
    names = list(dict.fromkeys(name for name, _ in fitted.held_out))
    drawn = {key: _resampled(fitted, key, experiment) for key in fitted.held_out}
    counts = held_out_counts(experiment.labels, (split.test for split in experiment.first_repeat))
    refused = is_refused(METRIC, counts, len(experiment.classes), experiment.least)
    nothing = Interval(math.nan, math.nan, math.nan)
    curves = tuple(
        LearningCurve(
            name,
            fitted.patients,
            tuple(nothing if refused else interval(drawn[name, share]) for share in fitted.shares),
        )
        for name in names
    )
    better = _better(names, fitted, drawn, experiment, pairs)
    crossed = crossings(
        [curve for curve in curves if curve.name != "dummy"],
        lambda ahead, behind, point: (ahead, behind, point) in better,
    )
    return LearningCurves(experiment.unit, curves, crossed, _statement(crossed, experiment))


def crossings(
    curves: Sequence[LearningCurve], beyond_noise: Callable[[str, str, int], bool]
) -> tuple[Crossing, ...]:
    """Find where the curves of two models cross, between points on a logarithmic axis.

    A crossing counts where, at a point between it and the next one, the model that overtook is
    ahead by more than noise: ``beyond_noise(ahead, behind, point)``. On both sides of it the two
    must also lie apart by what two digits show: of models that are as good as equal, none
    overtakes the other.
    """
    crossed = []
    for a, b in combinations(curves, 2):
        gaps = [x.value - y.value for x, y in zip(a.auc, b.auc, strict=True)]
        for i, (before, after) in enumerate(pairwise(gaps)):
            if not before * after < 0:  # nor where an AUC is undefined
                continue
            names = (a.name, b.name) if after > 0 else (b.name, a.name)
            earlier, later = _same_lead(gaps, i, -1), _same_lead(gaps, i + 1, 1)
            if not any(abs(gaps[k]) >= _SEEN for k in earlier):
                continue
            if not any(abs(gaps[k]) >= _SEEN and beyond_noise(*names, k) for k in later):
                continue
            low, high = math.log(a.patients[i]), math.log(a.patients[i + 1])
            at = math.exp(low + (high - low) * before / (before - after))
            crossed.append(Crossing(*names, at))
    return tuple(crossed)


def _same_lead(gaps: Sequence[float], start: int, step: int) -> Iterator[int]:
    """Points from `start` on, or back, up to where another model is ahead."""
    for point in range(start, len(gaps) if step > 0 else -1, step):
        if not gaps[point] * gaps[start] > 0:
            return
        yield point


def _better(
    names: list[str],
    fitted: OnShares,
    drawn: _Drawn,
    experiment: Experiment,
    pairs: Sequence[Verdict],
) -> set[tuple[str, str, int]]:
    """Name who is better than whom at which point, by the verdict on every two models there.

    What folds share of their training is least with small shares; the test knows them at their
    largest, which is cautious.
    """
    once = replace(experiment, splits=experiment.first_repeat)
    by_point = [
        pairwise_verdicts(
            [ModelRecord(name, fitted.held_out[name, share]) for name in names],
            [{METRIC: drawn[name, share]} for name in names],
            once,
        )
        for share in fitted.shares[:-1]
    ]
    return {
        (verdict.better, verdict.b if verdict.better == verdict.a else verdict.a, point)
        for point, verdicts in enumerate([*by_point, pairs])
        for verdict in verdicts
        if verdict.better is not None
    }


def _resampled(fitted: OnShares, key: tuple[str, float], experiment: Experiment) -> Resampled:
    """Resample the AUC, with the same patients for every model and share."""
    return resample(
        experiment.labels,
        fitted.held_out[key],
        len(experiment.classes),
        experiment.clusters,
        seed=experiment.seed,
    )[METRIC]


def _statement(crossed: tuple[Crossing, ...], experiment: Experiment) -> Text:
    """Say how the curves were made and where they cross."""
    unit = experiment.unit
    if experiment.seeds == 1:
        made = say(
            "Each model was fitted on nested shares of the training {unit} and judged on the same "
            "held-out ones; one seed drew the shares.",
            unit=unit,
        )
    else:
        made = say(
            "Each model was fitted on nested shares of the training {unit} and judged on the same "
            "held-out ones; every seed drew its own shares.",
            unit=unit,
        )
    if not crossed:
        none = say("No model overtakes another by more than chance in this range.")
        return joined([made, none])
    told = clauses([crossing.words(unit) for crossing in crossed])
    beyond = say(
        "{crossings}. At a point beyond it the difference is more than chance, by the test of the "
        "verdicts; near it there is none, so its place is rough.",
        crossings=told,
    )
    return joined([made, beyond])
