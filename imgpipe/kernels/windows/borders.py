"""Borders: where the pixels beyond the end of an axis come from."""

from functools import lru_cache
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.plans.dtypes import Array

MODES = {
    "reflect": "reflect",
    "nearest": "nearest",
    "mirror": "mirror",
    "wrap": "wrap",
    "constant": "constant",
    "grid-mirror": "reflect",
    "grid-wrap": "wrap",
    "grid-constant": "constant",
}


def mode_of(mode: Any) -> str:
    """Check a border's mode and return its name without an alias."""
    if not isinstance(mode, str) or mode not in MODES:
        raise InputError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    return MODES[mode]


@lru_cache(maxsize=256)
def border_table(length: int, before: int, size: int, mode: str) -> Array:
    """Source index of positions ``-before`` to ``length + size - 2 - before``; -1 is outside."""
    position = np.arange(-before, length + size - 1 - before)
    if mode == "nearest":
        return np.clip(position, 0, length - 1)
    if mode == "wrap":
        return position % length
    if mode == "constant":
        return np.where((position < 0) | (position >= length), -1, position)
    # "reflect" repeats the edge pixel and has period 2n; "mirror" does not and has 2n - 2
    period = 2 * length if mode == "reflect" else max(2 * length - 2, 1)
    turned = position % period
    return np.minimum(turned, period - turned - (mode == "reflect"))


def sides_of(columns: Array, width: int, before: int, reach: int) -> Array:
    """Columns under the windows that reach beyond the first one, then beyond the last one."""
    after = reach - before
    left = columns[: before + reach if before else 0]
    return np.concatenate([left, columns[width - after :] if after else columns[:0]])
