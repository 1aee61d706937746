"""Several tests at once: Holm's adjustment."""

from typing import Any

import numpy as np

from imgpipe._common import InputError


def holm(p_values: Any) -> np.ndarray:
    """Adjust p-values so that one false alarm among all of them is as rare as among one.

    Parameters
    ----------
    p_values : array-like of float
        Of all tests. NaN marks one that was not made: it stays NaN, and does not count.

    Returns
    -------
    ndarray
        Adjusted p-values, in the order given, at most 1.

    Raises
    ------
    InputError
        For a value outside 0 to 1.

    References
    ----------
    Holm, Scandinavian Journal of Statistics 6:65 (1979).

    Examples
    --------
    >>> from imgpipe.evaluate import holm
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=np.float64)
    if given.ndim != 1:
        raise InputError(f"p_values have the shape {given.shape}; give one row of numbers")
    made = np.flatnonzero(~np.isnan(given))
    known = given[made]
    if ((known < 0) | (known > 1)).any():
        raise InputError(f"p_values hold {known.min():g} to {known.max():g}; they lie in 0 to 1")
    order = made[np.argsort(known, kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(len(given), np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
