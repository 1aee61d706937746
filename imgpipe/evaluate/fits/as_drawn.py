"""What models score on folds that do not keep look-alikes together."""

from dataclasses import replace

from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.held_out import fit_share
from imgpipe.evaluate.fits.steps import split_features
from imgpipe.evaluate.scores.intervals import HeldOut


def fit_as_drawn(
    candidates: list[Candidate], records: list[ModelRecord], experiment: Experiment
) -> dict[str, list[HeldOut]]:
    """Fit each model again on the folds as drawn, of one repeat and seed; no network.

    Nothing where look-alikes stood on one side anyway.
    """
    copies = experiment.copies
    if copies is None or not copies.as_drawn:
        return {}
    other = replace(experiment, splits=list(copies.as_drawn), copies=None)
    return {
        candidate.name: [
            fit_share(record, candidate, 0, split, split, other) for split in other.splits
        ]
        for record, candidate in zip(records, candidates, strict=True)
        if experiment.dataset.region == "table" or split_features(candidate.estimator)[0]
    }
