"""Numbers and lengths that a caller gives, checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError

SHORTEST, LONGEST = 1e-9, 1e9  # lengths of pixels, mm
MOST_OBLONG = 1e4  # longest side over shortest; variances along both then keep 8 digits


def number_of(argument: str, value: Any) -> float:
    """Read a finite number."""
    real = isinstance(value, (int, float, np.integer, np.floating))
    if not real or isinstance(value, bool) or not math.isfinite(value):
        raise InputError(f"{argument} must be a finite number, not {value!r}")
    return float(value)


def check_lengths(argument: str, lengths: Sequence[float]) -> None:
    """Refuse sizes of pixels that nothing has, and whose powers are beyond what floats tell."""
    if not min(lengths) > 0:
        raise InputError(f"{argument} must be positive lengths in mm, not {tuple(lengths)}")
    if not SHORTEST <= min(lengths) <= max(lengths) <= LONGEST:
        raise InputError(
            f"{argument}={tuple(lengths)} is beyond the sizes of pixels, {SHORTEST:g} to "
            f"{LONGEST:g} mm; are they in mm?"
        )
    if max(lengths) > MOST_OBLONG * min(lengths):
        raise InputError(
            f"{argument}={tuple(lengths)} makes pixels {max(lengths) / min(lengths):.3g} times as "
            f"long as wide, more than {MOST_OBLONG:g}; are they all in mm?"
        )
