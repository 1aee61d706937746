"""Equivalence within a margin: two one-sided tests."""

from numbers import Real

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.evaluate.results.verdicts import PairedTest

LEVEL = 0.05


def equivalence(low: float, high: float, margin: float, *, df: float | None = None) -> PairedTest:
    """Test whether a difference lies within a margin on either side of zero.

    Two one-sided tests at 5 % each: that the difference is not below ``-margin``, and not above
    ``margin``. Both are passed exactly where the 90 % interval lies within the margin.

    Parameters
    ----------
    low, high : float
        Ends of the difference's 95 % interval, as the other tests give them.
    margin : float
        The largest difference that does not matter, above 0, fixed before looking at the data.
    df : float, optional
        Degrees of freedom of the interval, where it comes from Student's t. By default it comes
        from the normal distribution.

    Returns
    -------
    PairedTest
        The difference with its 90 % interval, and the larger of the two one-sided p-values: below
        0.05 the two are equivalent within the margin.

    Raises
    ------
    InputError
        For a margin that is not above 0, or ends that are no interval.

    References
    ----------
    Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15:657 (1987).

    Examples
    --------
    >>> from imgpipe.evaluate import equivalence
    >>> test = equivalence(-0.012, 0.016, margin=0.02)
    >>> round(test.low, 4), round(test.high, 4), round(test.p_value, 3)
    (-0.0097, 0.0137, 0.006)
    """
    check_margin(margin)
    numbers = isinstance(low, Real) and isinstance(high, Real)
    if not (numbers and np.isfinite([low, high]).all() and low <= high):
        raise InputError(f"{low} to {high} is no interval; give its lower and upper end")
    law = norm if df is None else student(df)
    difference = (low + high) / 2
    error = float((high - low) / 2 / law.ppf(0.975))
    reach = float(law.ppf(1 - LEVEL)) * error
    inner = margin - abs(difference)
    statistic = inner / error if error else float(np.copysign(np.inf, inner))
    return PairedTest(
        difference=difference,
        low=difference - reach,
        high=difference + reach,
        statistic=float(statistic),
        p_value=float(law.sf(statistic)),
        method=say("two one-sided tests, margin {margin:g}", margin=margin),
    )


def check_margin(margin: float) -> None:
    """Refuse a margin that no difference could lie within."""
    if not (isinstance(margin, Real) and np.isfinite(margin) and margin > 0):
        raise InputError(
            f"margin is {margin}; give the largest difference that does not matter, above 0, "
            "such as 0.02"
        )
