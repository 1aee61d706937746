"""What a setting must be."""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError


def positive(name: str, value: Any) -> float:
    """Take a number above 0."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 < value < math.inf:
        raise InputError(f"{name}={value!r} must be a number above 0")
    return float(value)


def whole(name: str, value: Any, least: int = 1, most: float = math.inf) -> int:
    """Take an integer within bounds."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise InputError(f"{name}={value!r} must be a whole number")
    if not least <= value <= most:
        bounds = f"from {least}" + (f" to {most}" if most < math.inf else " on")
        raise InputError(f"{name}={value!r} must be a whole number {bounds}")
    return int(value)
