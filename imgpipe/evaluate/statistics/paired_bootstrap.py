"""The difference of any metric: the same resampled patients for both models."""

import numpy as np
from scipy.stats import t as student

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.evaluate.results import HIGHEST, Interval
from imgpipe.evaluate.results.verdicts import PairedTest
from imgpipe.evaluate.scores.intervals import Resampled, standard_error
from imgpipe.evaluate.statistics.arguments import edge_error

METHOD = say("paired bootstrap of patients")


def paired_bootstrap(a: Resampled, b: Resampled) -> PairedTest:
    """Test a metric's difference by the spread of its resamples.

    Patients are drawn with all their images, the same for both models, so what makes an image
    hard for both cancels. The interval is Student's, since percentiles cover too little where
    patients are few.

    Parameters
    ----------
    a, b : Resampled
        The same metric of two models, resampled with one seed.

    Returns
    -------
    PairedTest
        NaN where the metric is undefined for one of them.

    Raises
    ------
    InputError
        For resamples of other metrics or counts.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 12.
    """
    if a.metric != b.metric or a.draws.shape != b.draws.shape:
        raise InputError(
            f"resamples of {a.metric} {a.draws.shape} and {b.metric} {b.draws.shape}; give the "
            "same metric of two models, resampled alike"
        )
    difference = a.value - b.value
    error, quantile = standard_error(a.metric, a.draws - b.draws, a.judged)
    if np.isnan(difference) or np.isnan(error):
        return PairedTest(difference, np.nan, np.nan, np.nan, np.nan, METHOD)
    if error < 1e-12:
        # where a score lies at its end, patients drawn anew cannot tell
        known = np.array_equal(a.draws, b.draws, equal_nan=True) and a.value not in (0.0, 1.0)
        error = 0.0 if known else edge_error(a.judged.rarest)
    statistic = difference / error if error else 0.0
    highest = HIGHEST.get(a.metric, 1.0)
    return PairedTest(
        difference=difference,
        low=max(-highest, difference - quantile * error),
        high=min(highest, difference + quantile * error),
        statistic=statistic,
        p_value=float(2 * student.sf(abs(statistic), a.judged.freedom(a.metric))),
        method=METHOD,
    )


def difference_of(a: Resampled, b: Resampled) -> Interval:
    """Give the difference with its interval alone."""
    test = paired_bootstrap(a, b)
    return Interval(test.difference, test.low, test.high)
