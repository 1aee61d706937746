"""The canaries' rows of the leaderboard, and their predictions."""

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.data.shift import Shift
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.fits.canaries import fit_canaries
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.results import Canary, Interval
from imgpipe.evaluate.results.canaries import SHIFT, SHUFFLED
from imgpipe.evaluate.scores.intervals import HeldOut, intervals
from imgpipe.evaluate.scores.metrics import metric_names


def canary_rows(
    experiment: Experiment, survey: Survey, shift: Shift | None
) -> tuple[tuple[Canary, ...], list[ModelRecord]]:
    """Fit the canaries and judge them as models are.

    Predictions are kept of those that predict the label itself.
    """
    rows, records = [], []
    for fitted in fit_canaries(experiment, survey):
        if not fitted.parts:
            continue
        metrics = _judged(fitted.labels, fitted.parts, experiment)
        row = Canary(fitted.name, fitted.what, metrics)
        rows.append(row)
        if fitted.name != SHUFFLED:
            records.append(ModelRecord(row.title, test=fitted.parts))
    if shift is not None:
        rows.append(_of_shift(shift, experiment))
    return tuple(rows), records


def _judged(
    labels: np.ndarray, parts: list[HeldOut], experiment: Experiment
) -> dict[str, Interval]:
    n_classes, seed = len(experiment.classes), experiment.seed
    return intervals(labels, parts, n_classes, experiment.clusters, seed=seed)


def _of_shift(shift: Shift, experiment: Experiment) -> Canary:
    """How far judged images are told from the others, within their class."""
    nothing = Interval(np.nan, np.nan, np.nan)
    metrics = dict.fromkeys(metric_names(len(experiment.classes)), nothing)
    metrics["auc"] = Interval(shift.auc, *shift.interval(experiment.clusters))
    return Canary(SHIFT, say("whether an image is of the test part or another"), metrics)
