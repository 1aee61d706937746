"""Which test compares two models, and why that one."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from imgpipe._common.texts import Text, say
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.results import PairedTest
from imgpipe.evaluate.scores.intervals import HeldOut, Resampled
from imgpipe.evaluate.statistics.arguments import as_clusters, edge_error
from imgpipe.evaluate.statistics.cochran_q import cochran_q
from imgpipe.evaluate.statistics.corrected_t import corrected_t
from imgpipe.evaluate.statistics.delong import Ranked, area_freedom, compare_areas
from imgpipe.evaluate.statistics.mcnemar import mcnemar
from imgpipe.evaluate.statistics.paired_bootstrap import paired_bootstrap

METRIC = "auc"
NOTHING = PairedTest(np.nan, np.nan, np.nan, np.nan, np.nan, "none")


@dataclass(frozen=True)
class Chosen:
    """A test of the AUC, the freedom of its interval (None: normal), and why it was taken."""

    test: PairedTest
    df: float | None
    why: Text


def auc_test(
    a: ModelRecord,
    b: ModelRecord,
    drawn: tuple[Resampled, Resampled],
    experiment: Experiment,
) -> Chosen:
    """Compare two models' AUCs by the test that suits how they were judged."""
    if experiment.splits[0].fold is not None:
        return _over_folds(drawn, experiment)
    if len(experiment.classes) > 2:
        return Chosen(
            paired_bootstrap(*drawn),
            drawn[0].judged.freedom(METRIC),
            say("the AUC is a mean over classes, which DeLong's test does not know"),
        )
    index = a.test[0].index
    groups = experiment.groups(index)
    clusters = as_clusters(groups, len(index))
    positive = experiment.labels[index] == 1
    fits = [
        Ranked(positive, one.scores[:, 1], other.scores[:, 1])
        for one, other in zip(a.test, b.test, strict=True)
    ]
    if clusters is None:
        why = say("both models judged the same held-out images, once")
    else:
        why = say("both models judged the same held-out images, once; some patients have several")
    return Chosen(compare_areas(fits, clusters), area_freedom(positive, clusters), why)


def error_test(a: ModelRecord, b: ModelRecord, experiment: Experiment) -> PairedTest:
    """Compare two models' errors, each image once: the first repeat and seed."""
    one, other = once(a, experiment), once(b, experiment)
    return mcnemar(
        experiment.labels[one.index],
        one.predicted,
        other.predicted,
        groups=experiment.groups(one.index),
    )


def all_errors_test(records: list[ModelRecord], experiment: Experiment) -> PairedTest:
    """Compare all models' errors, each image once: the first repeat and seed."""
    parts = [once(record, experiment) for record in records]
    index = parts[0].index
    return cochran_q(
        experiment.labels[index],
        [part.predicted for part in parts],
        groups=experiment.groups(index),
    )


def once(record: ModelRecord, experiment: Experiment) -> HeldOut:
    """What a model said of every held-out image, once: the first repeat and seed."""
    folds = [
        part
        for part, split in zip(record.test, experiment.splits, strict=False)
        if not split.repeat
    ]
    return HeldOut(
        np.concatenate([part.index for part in folds]),
        np.concatenate([part.predicted for part in folds]),
        np.concatenate([part.scores for part in folds]),
    )


def _over_folds(drawn: tuple[Resampled, Resampled], experiment: Experiment) -> Chosen:
    """Nadeau and Bengio's test of the folds' differences, each a mean over seeds."""
    splits = experiment.splits
    each = (drawn[0].parts - drawn[1].parts).reshape(-1, len(splits))
    defined = ~np.isnan(each).all(axis=0)
    repeats = 1 + max(split.repeat or 0 for split in splits)
    why = say(
        "every fold has its own fitted models, which DeLong's test does not know, and folds share "
        "what they train on"
    )
    if repeats == 1 and not experiment.held_out:
        why = say(
            "{why}; with {n} folds divided once the test is cautious: repeats (--repeats 10) would "
            "let it see smaller differences",
            why=why,
            n=len(splits),
        )
    if defined.sum() < 2:
        return Chosen(NOTHING, None, say("fewer than two folds hold every class"))
    gaps = np.nanmean(each[:, defined], axis=0)
    kept = [split for split, there in zip(splits, defined, strict=True) if there]
    sizes = [(_units(split.train, experiment), _units(split.test, experiment)) for split in kept]
    test = corrected_t(gaps, *(np.array(side) for side in zip(*sizes, strict=True)))
    if test.low == test.high and not _same(drawn):
        test = _at_the_edge(test, drawn[0].judged.rarest)
    return Chosen(test, len(gaps) - 1, why)


def _units(index: np.ndarray, experiment: Experiment) -> int:
    """Count the patients, or images, of one side of a split."""
    return len(np.unique(experiment.clusters[index]))


def _same(drawn: tuple[Resampled, Resampled]) -> bool:
    """Whether no patients drawn anew could tell two models apart, and they are not both perfect."""
    a, b = drawn
    return np.array_equal(a.draws, b.draws, equal_nan=True) and a.value not in (0.0, 1.0)


def _at_the_edge(test: PairedTest, rarest: int) -> PairedTest:
    """Widen an interval without width to Wilson's bound for a score at its end."""
    error = edge_error(rarest)
    reach = float(norm.ppf(0.975)) * error
    statistic = test.difference / error
    return PairedTest(
        difference=test.difference,
        low=max(-1.0, test.difference - reach),
        high=min(1.0, test.difference + reach),
        statistic=statistic,
        p_value=float(2 * norm.sf(abs(statistic))),
        method=test.method,
    )
