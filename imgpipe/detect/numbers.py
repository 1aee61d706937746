"""Settings as numbers, whatever was given."""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError

_LAST_SEED = 2**32 - 1  # of NumPy's older generator, which scikit-learn draws with


def real(value: Any) -> float:
    """Take a number; NaN for what is none, so that it lies within no bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return math.inf if value > 0 else -math.inf


def whole(value: Any) -> int:
    """Take an integer; -1 for what is none, which lies below all bounds."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return -1
    return int(value)


def check_seed(name: str, value: Any) -> None:
    """Refuse what nothing can be drawn by."""
    if value is not None and not 0 <= whole(value) <= _LAST_SEED:
        raise InputError(f"{name}={value!r}; an integer from 0 to {_LAST_SEED}, or None, is needed")
