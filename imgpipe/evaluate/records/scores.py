"""One model's metrics: resampled, then given or refused."""

from imgpipe.evaluate.fits.experiment import Experiment
from imgpipe.evaluate.results import Interval
from imgpipe.evaluate.scores.intervals import HeldOut, Resampled, interval, resample
from imgpipe.evaluate.scores.refusal import held_out_counts, without_refused


def resample_parts(held_out: list[HeldOut], experiment: Experiment) -> dict[str, Resampled]:
    """Resample every metric, with the same patients for every model of the experiment."""
    return resample(
        experiment.labels,
        held_out,
        len(experiment.classes),
        experiment.clusters,
        seed=experiment.seed,
    )


def given_scores(
    held_out: list[HeldOut], resampled: dict[str, Resampled], experiment: Experiment
) -> dict[str, Interval]:
    """Every metric with its interval, NaN where too few images were judged to give it."""
    counts = held_out_counts(experiment.labels, (part.index for part in held_out))
    scored = {name: interval(metric) for name, metric in resampled.items()}
    return without_refused(scored, counts, len(experiment.classes), experiment.least)
