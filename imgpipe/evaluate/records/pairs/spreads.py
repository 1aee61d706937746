"""How far chance moves each model's AUC."""

import numpy as np

from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.results import Spread
from imgpipe.evaluate.scores.intervals import Resampled
from imgpipe.evaluate.scores.refusal import held_out_counts, is_refused
from imgpipe.evaluate.statistics.variance import spread_of

_METRIC = "auc"


def spreads(
    records: list[ModelRecord], resampled: list[dict[str, Resampled]], experiment: Experiment
) -> tuple[Spread, ...]:
    """Split the variance of each model's AUC into patients, folds, repeats and seeds."""
    counts = held_out_counts(experiment.labels, (split.test for split in experiment.splits))
    if is_refused(_METRIC, counts, len(experiment.classes), experiment.least):
        return ()
    fold = np.array([split.fold or 0 for split in experiment.splits])
    repeat = np.array([split.repeat or 0 for split in experiment.splits])
    return tuple(
        spread_of(
            record.name,
            _METRIC,
            drawn[_METRIC],
            np.tile(fold, len(record.test) // len(fold)),
            np.tile(repeat, len(record.test) // len(repeat)),
        )
        for record, drawn in zip(records, resampled, strict=True)
    )
