"""From intensities to gray levels 1, 2, ... inside the mask; 0 stands for outside."""

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit
from imgpipe.features.inputs.settings import MAX_LEVELS, Settings


def discretise(values: np.ndarray, inside: np.ndarray, settings: Settings) -> np.ndarray:
    """Gray levels, int32 and shaped like `values`, float64 (n, z, y, x).

    An image of one intensity has one gray level, 1, whatever the number of bins.
    """
    levels = np.zeros(values.shape, np.int32)
    n = len(values)
    if settings.bin_width is not None:
        lows = _lows(values, inside, settings)
        top = (np.where(inside, values, -np.inf).reshape(n, -1).max(axis=1) - lows).max()
        _check_levels(np.floor(top / settings.bin_width) + 1, "choose a larger bin_width")
        _fixed_size(values.reshape(n, -1), inside.reshape(n, -1), lows, settings.bin_width,
                    levels.reshape(n, -1))  # fmt: skip
    elif settings.bins is not None:
        _fixed_number(values.reshape(n, -1), inside.reshape(n, -1), settings.bins,
                      levels.reshape(n, -1))  # fmt: skip
    else:
        _check_gray_levels(values[inside])
        levels[inside] = values[inside]
    return levels


def _lows(values: np.ndarray, inside: np.ndarray, settings: Settings) -> np.ndarray:
    """Where the first bin of a fixed size begins, per image."""
    n = len(values)
    minima = np.where(inside, values, np.inf).reshape(n, -1).min(axis=1)
    low = settings.low
    if low is None and settings.range is not None and np.isfinite(settings.range[0]):
        low = settings.range[0]
    if low is None:
        return minima
    if minima.min() < low:
        raise InputError(
            f"intensities go down to {minima.min():g}, below low={low:g}; lower low, or leave them "
            f"out with range=({low:g}, inf)"
        )
    return np.full(n, low)


def _check_gray_levels(values: np.ndarray) -> None:
    wrong = int(np.count_nonzero((values < 1) | (values != np.floor(values))))
    if wrong:
        raise InputError(
            f"bins=None takes the pixels as gray levels 1, 2, ..., but {wrong} of {values.size} "
            "are not positive integers; give bins= or bin_width="
        )
    _check_levels(values.max(), "give bins= or bin_width=")


def _check_levels(number: float, advice: str) -> None:
    if not number <= MAX_LEVELS:
        raise InputError(
            f"{number:.0f} gray levels are more than a matrix can hold ({MAX_LEVELS}); {advice}"
        )


@jit
def _fixed_number(values: np.ndarray, inside: np.ndarray, bins: int, levels: np.ndarray) -> None:
    """Level = floor(bins * (x - min) / (max - min)) + 1, and `bins` at the maximum."""
    for k in range(values.shape[0]):
        x = values[k]
        take = inside[k]
        out = levels[k]
        low = np.inf
        high = -np.inf
        for i in range(x.size):
            if take[i]:
                low = min(low, x[i])
                high = max(high, x[i])
        # a power of two changes no quotient, and keeps spans near the largest float finite
        shrink = 1.0 if high - low < 1e300 else 2.0**-20
        low *= shrink
        span = high * shrink - low
        for i in range(x.size):
            if not take[i]:
                continue
            level = 1
            if span > 0:
                level = int(bins * (x[i] * shrink - low) / span) + 1
            out[i] = min(level, bins)


@jit
def _fixed_size(
    values: np.ndarray, inside: np.ndarray, lows: np.ndarray, width: float, levels: np.ndarray
) -> None:
    """Level = floor((x - low) / width) + 1."""
    for k in range(values.shape[0]):
        x = values[k]
        take = inside[k]
        out = levels[k]
        for i in range(x.size):
            if take[i]:
                out[i] = int(np.floor((x[i] - lows[k]) / width)) + 1
