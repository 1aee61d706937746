"""What is frozen of decisions: curves, thresholds chosen apart, and what they do held out."""

from collections.abc import Sequence

import numpy as np

from imgpipe.evaluate.fits.experiment import Experiment
from imgpipe.evaluate.results import (
    Counts,
    Curve,
    DecisionCurve,
    OperatingPoint,
    Operation,
    ThresholdTable,
)
from imgpipe.evaluate.scores.decision_curve import THRESHOLDS, net_benefit, treat_all
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.evaluate.scores.operating_points import at_thresholds, on_curve, on_curve_names
from imgpipe.evaluate.scores.pooled import Pool, percentiles
from imgpipe.evaluate.scores.precision_recall import precision_recall_curve
from imgpipe.evaluate.scores.thresholds import choose_thresholds, counts_at

AS_CALLED = "highest probability"
TABLE = np.arange(101) / 100  # thresholds that are counted at
MOST_CLASSES = 12  # that are counted at every threshold


def chosen_where(inner: Sequence[HeldOut | None], experiment: Experiment) -> str | None:
    """Name the samples that thresholds are chosen on; None where a fold has none."""
    if not inner or any(part is None for part in inner):
        return None
    return "inner folds" if experiment.splits[0].val is None else "validation part"


def operations(
    pool: Pool, inner: Sequence[HeldOut | None], experiment: Experiment
) -> tuple[Operation, ...]:
    """Judge decisions for the positive class, or each class of which enough was held out."""
    if not pool.known:
        return ()
    classes = experiment.classes
    codes = [1] if len(classes) == 2 else range(len(classes))
    least = max(1, experiment.least)
    both = [code for code in codes if least <= (pool.true == code).sum() <= len(pool.true) - least]
    where = chosen_where(inner, experiment)
    parts = [] if where is None else [part for part in inner if part is not None]
    return tuple(_operation(pool, code, parts, where, experiment) for code in both)


def _operation(
    pool: Pool, code: int, inner: list[HeldOut], where: str | None, experiment: Experiment
) -> Operation:
    positive, score = pool.true == code, pool.scores[:, code]
    chosen = [
        choose_thresholds(experiment.labels[part.index] == code, part.scores[:, code])
        for part in inner
    ]
    by_fold = [found for found in chosen if found is not None]
    if len(by_fold) < len(chosen):
        by_fold, where = [], None
    figures = on_curve(positive, score, pool.once())[0]
    drawn = pool.resampled(lambda weights: on_curve(positive, score, weights)).T
    reached = {
        name: pool.rank(float(value), row, positive)
        for name, value, row in zip(on_curve_names(), figures, drawn, strict=True)
    }
    name = experiment.classes[code]
    recall, precision = precision_recall_curve(positive, score)
    return Operation(
        name=name,
        n=len(positive),
        positives=int(positive.sum()),
        prevalence=float(positive.mean()),
        precision_recall=Curve(name, tuple(recall.tolist()), tuple(precision.tolist())),
        average_precision=reached.pop("average precision"),
        on_curve=reached,
        points=_points(pool, code, by_fold),
        chosen_on=where,
        decision=_decision(pool, positive, score),
        table=_table(positive, score) if len(experiment.classes) <= MOST_CLASSES else None,
    )


def _table(positive: np.ndarray, score: np.ndarray) -> ThresholdTable:
    hits, alarms = counts_at(positive, score, TABLE)
    missed, passed = positive.sum() - hits, (~positive).sum() - alarms
    return ThresholdTable(*(tuple(row.tolist()) for row in (TABLE, hits, alarms, missed, passed)))


def _points(pool: Pool, code: int, by_fold: list[dict[str, float]]) -> tuple[OperatingPoint, ...]:
    """Judge the model's own calls, and those of each chosen threshold, fold by fold its own."""
    positive, score = pool.true == code, pool.scores[:, code]
    own: tuple[float, ...] = (0.5,) if pool.scores.shape[1] == 2 else ()
    thresholds = {AS_CALLED: own}
    called = [pool.predicted == code]
    odds = [np.full(len(score), 1.0 if own else np.nan)]
    for rule in by_fold[0] if by_fold else ():
        thresholds[rule] = tuple(fold[rule] for fold in by_fold)
        limits = np.array(thresholds[rule])[pool.fold]
        called.append(score >= limits)
        # at 1 a false alarm costs more than any hit, and beyond it there are none
        odds.append(np.divide(limits, 1 - limits, out=np.zeros_like(limits), where=limits < 1))
        odds[-1][limits == 1] = np.nan
    decisions, costs = np.column_stack(called), np.column_stack(odds)
    figures = at_thresholds(positive, decisions, costs, pool.once())[0]
    drawn = pool.resampled(lambda weights: at_thresholds(positive, decisions, costs, weights))
    return tuple(
        _point(rule, thresholds[rule], pool, positive, decisions[:, k], figures[k], drawn[:, k])
        for k, rule in enumerate(thresholds)
    )


def _point(
    rule: str,
    thresholds: tuple[float, ...],
    pool: Pool,
    positive: np.ndarray,
    called: np.ndarray,
    figures: np.ndarray,
    drawn: np.ndarray,
) -> OperatingPoint:
    among = (positive, ~positive, called, ~called)
    sensitivity, specificity, ppv, npv = (
        pool.share(float(figures[k]), drawn[:, k], inside) for k, inside in enumerate(among)
    )
    benefit = percentiles(float(figures[4]), drawn[:, 4], least=-np.inf)
    kinds = (positive & called, ~positive & called, positive & ~called, ~positive & ~called)
    counts = Counts(*(int(kind.sum()) for kind in kinds))
    return OperatingPoint(rule, thresholds, sensitivity, specificity, ppv, npv, benefit, counts)


def _decision(pool: Pool, positive: np.ndarray, score: np.ndarray) -> DecisionCurve:
    value = net_benefit(positive, score, pool.once())[0]
    drawn = pool.resampled(lambda weights: net_benefit(positive, score, weights))
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    rows = (THRESHOLDS, value, low, high, treat_all(float(positive.mean())))
    return DecisionCurve(*(tuple(row.tolist()) for row in rows))
