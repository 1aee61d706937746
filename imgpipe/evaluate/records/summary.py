"""From what a model said of held-out samples to its result."""

from typing import Any

import numpy as np

from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.records.calibration import calibration
from imgpipe.evaluate.records.conformal import conformal_sets
from imgpipe.evaluate.records.mistakes import surest_mistakes
from imgpipe.evaluate.records.operating_points import operations
from imgpipe.evaluate.records.scores import given_scores, resample_parts
from imgpipe.evaluate.results import Curve, Importance, ModelResult
from imgpipe.evaluate.scores.intervals import HeldOut, Resampled
from imgpipe.evaluate.scores.metrics import roc_curve, weighted_confusion
from imgpipe.evaluate.scores.pooled import Pool
from imgpipe.learn.pipelines import settings_of


def summarise(
    record: ModelRecord, experiment: Experiment, resampled: dict[str, Resampled]
) -> ModelResult:
    """Turn what one model did into its result; `resampled` are its metrics on the test parts."""
    labels, classes = experiment.labels, experiment.classes
    scored = {"test": given_scores(record.test, resampled, experiment)}
    if record.val:
        scored["val"] = given_scores(record.val, resample_parts(record.val, experiment), experiment)
    folds = [
        part
        for part, split in zip(record.test, experiment.splits, strict=False)
        if not split.repeat
    ]
    pooled = HeldOut.together(folds)
    true = labels[pooled.index]
    pool = Pool.of(folds, labels, experiment.clusters, experiment.seed)
    given_split = experiment.dataset.split is not None and experiment.splits[0].fold is None
    return ModelResult(
        name=record.name,
        metrics=scored["test"],
        splits=scored if given_split else {},
        roc=_curves(true, pooled.scores, classes),
        confusion=_confusion(true, pooled.predicted, len(classes)),
        cost=_cost(record),
        importances=_importances(record),
        mistakes=surest_mistakes(record, folds, pooled, experiment),
        best_params=_best(record),
        calibration=calibration(pool, classes, experiment.least),
        operation=operations(pool, record.inner, experiment),
        conformal=conformal_sets(pool, record.inner, experiment),
        steps=settings_of(record.pipeline),
        pipeline=record.pipeline,
    )


def _confusion(true: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    once = np.ones((1, len(true)))
    return weighted_confusion(true, predicted, n_classes, once)[0].astype(np.int64)


def _curves(true: np.ndarray, scores: np.ndarray, classes: tuple[str, ...]) -> tuple[Curve, ...]:
    """ROC of the positive class, or of each class against the rest."""
    curves = []
    for code in [1] if len(classes) == 2 else range(len(classes)):
        positive = true == code
        if positive.any() and not positive.all() and not np.isnan(scores).any():
            x, y = roc_curve(positive, scores[:, code])
            curves.append(Curve(classes[code], tuple(x.tolist()), tuple(y.tolist())))
    return tuple(curves)


def _cost(record: ModelRecord) -> dict[str, float]:
    """Means over fits, round what was measured once."""
    fit = {"fit_cpu_seconds": float(np.mean(record.fit_seconds))} if record.fit_seconds else {}
    epochs = {"epochs": float(np.mean(record.epochs))} if record.epochs else {}
    return fit | record.cost | epochs


def _importances(record: ModelRecord) -> tuple[Importance, ...]:
    """Mean drops, largest first; none for a model that no feature moves."""
    if not record.drops:
        return ()
    drops = np.concatenate(record.drops, axis=1)
    if not drops.any():
        return ()
    importances = [
        Importance(name, float(row.mean()), float(row.min()), float(row.max()))
        for name, row in zip(record.blocks, drops, strict=True)
    ]
    return tuple(sorted(importances, key=lambda importance: -importance.value))


def _best(record: ModelRecord) -> dict[str, Any] | None:
    """What tuning chose: a value, or one value for each fold."""
    if not record.choices:
        return None
    first = record.choices[0].params
    if len(record.choices) == 1:
        return dict(first)
    return {key: [choice.params[key] for choice in record.choices] for key in first}
