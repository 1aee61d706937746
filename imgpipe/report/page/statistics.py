"""Which intervals and tests this very run used, and what each of them takes for granted."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from imgpipe.report.page.view import View
from imgpipe.report.words import statistics as words
from imgpipe.report.words.statistics import Method

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, Interval

_SHARES = ("auc", "accuracy", "balanced_accuracy", "sensitivity", "specificity")


def section(view: View) -> dict[str, Any] | None:
    """One row for each method that stands behind a number of this page."""
    found = methods(view.comparison)
    return {"methods": found} if found else None


def methods(run: "Comparison") -> list[Method]:
    """What was used, in the order of the page."""
    return [*_intervals(run), *_tests(run), *_decisions(run), *_looks(run)]


def _intervals(run: "Comparison") -> Iterator[Method]:
    scores = [score for model in run.models for score in model.metrics.values()]
    if any(map(_has_ends, scores)):
        yield words.bootstrap(run.dataset.patients is not None, _in_folds(run))
        yield words.WILSON
    shares = [model.metrics[key] for model in run.models for key in _SHARES if key in model.metrics]
    if any(share.value in (0.0, 1.0) for share in shares):
        yield words.AT_THE_END
    if run.protocol.seeds > 1:
        yield words.seeds(run.protocol.seeds)


def _has_ends(score: "Interval") -> bool:
    return not any(v is None or math.isnan(v) for v in (score.low, score.high))


def _in_folds(run: "Comparison") -> bool:
    return run.protocol.kind == "cross-validation"


def _tests(run: "Comparison") -> Iterator[Method]:
    """The tests of models against one another."""
    tested = [pair for pair in run.pairs if not math.isnan(pair.p_value)]
    of_auc = {str(pair.method) for pair in tested}
    yield from (m for mark, m in words.OF_AUC.items() if _named(mark, of_auc))
    of_errors = {str(pair.errors.method) for pair in run.pairs if pair.errors is not None}
    of_errors |= set() if run.overall is None else {str(run.overall.method)}
    known = run.dataset.patients is not None
    yield from (made(known) for mark, made in words.OF_ERRORS.items() if _named(mark, of_errors))
    if any(pair.differences for pair in run.pairs):
        yield words.DIFFERENCES
    if len(tested) > 1:
        yield words.holm(len(tested))
    margin = next((pair.margin for pair in run.pairs if pair.equivalence is not None), None)
    if margin is not None:
        yield words.equivalence(margin)


def _named(start: str, found: set[str]) -> bool:
    return any(name.startswith(start) for name in found)


def _decisions(run: "Comparison") -> Iterator[Method]:
    """What was said of probabilities, thresholds and sets."""
    folds = _in_folds(run)
    if any(model.calibration is not None for model in run.models):
        yield words.calibration(folds)
    operations = [operation for model in run.models for operation in model.operation]
    if any(operation.chosen_on is not None for operation in operations):
        yield words.thresholds(folds)
    if operations:
        yield words.decision_curve(folds)
    sets = [model.conformal for model in run.models if model.conformal is not None]
    if sets:
        yield words.conformal(100 * sets[0].level)


def _looks(run: "Comparison") -> Iterator[Method]:
    """What was looked at beside the scores."""
    if run.learning is not None:
        yield words.LEARNING
    if run.canaries:
        yield words.CANARIES
    if run.subgroups:
        yield words.SUBGROUPS
    if any(model.importances for model in run.models):
        yield words.IMPORTANCE
    if run.features is not None and run.features.compared:
        yield words.CORRELATION
