"""Settings of recipes: numbers within their limits."""

from typing import Any

import numpy as np

from imgpipe._common import InputError


def number(name: str, value: Any, low: float = -np.inf, high: float = np.inf) -> float:
    """Take a finite number from `low` to `high`; refuse all else."""
    numeric = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not numeric or not np.isfinite(value) or not low <= value <= high:
        wanted = "a finite number"
        if np.isfinite(low):
            wanted = f"{low:g} or more" if np.isinf(high) else f"a number from {low:g} to {high:g}"
        raise InputError(f"{name}={value!r} must be {wanted}")
    return float(value)


def sizes_between(min_size: Any, max_size: Any) -> tuple[float, float]:
    """Take the smallest and the largest area, as shares of the image."""
    smallest, largest = number("min_size", min_size, 0, 1), number("max_size", max_size, 0, 1)
    if smallest > largest:
        raise InputError(
            f"min_size={min_size!r} is above max_size={max_size!r}; nothing has such a size"
        )
    return smallest, largest
