"""From intensities to gray levels 1, 2, ... inside the mask; 0 stands for outside."""

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit
from imgpipe.features.inputs.edges import PARTS, fill_levels, scale_of_range, scale_of_width
from imgpipe.features.inputs.settings import MAX_LEVELS, Settings


def discretise(
    values: np.ndarray, inside: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    """Gray levels, int32 and shaped like `values`, float64 (n, z, y, x), and the highest of each.

    An image of one intensity has one gray level, 1, whatever the number of bins.
    """
    levels = np.zeros(values.shape, np.int32)
    highest = np.empty(len(values), np.int64)
    x, take, out = (array.reshape(len(values), -1) for array in (values, inside, levels))
    if settings.bin_width is not None:
        lows = _lows(x, take, settings)
        number = fixed_size(x, take, lows, settings.bin_width, MAX_LEVELS, out, highest)
        _check_levels(number, "choose a larger bin_width")
    elif settings.bins is not None:
        fixed_number(x, take, settings.bins, out, highest)
    else:
        _check_gray_levels(values[inside])
        levels[inside] = values[inside]
        highest[:] = out.max(axis=1)
    return levels, highest


def fixed_size(
    values: np.ndarray, inside: np.ndarray, lows: np.ndarray, width: float, most: int,
    levels: np.ndarray, highest: np.ndarray,
) -> float:  # fmt: skip
    """Level = floor((x - low) / width) + 1, for rows of pixels and a start for each.

    Fills in the highest of each row, too, and gives that of all; above `most` nothing is filled in.
    """
    highs = np.where(inside, values, -np.inf).max(axis=1)
    # quarters first: the span may lie beyond the largest float
    number = np.floor(((highs / 4 - lows / 4) / (width / 4)).max()) + 1
    if number <= most + 1:
        _fill_fixed_size(values, inside, lows, highs, width, most + 1, levels, highest)
        number = highest.max()
    return float(number)


def _lows(values: np.ndarray, inside: np.ndarray, settings: Settings) -> np.ndarray:
    """Where the first bin of a fixed size begins, per image."""
    minima = np.where(inside, values, np.inf).min(axis=1)
    low = settings.bounds[0] if settings.low is None else settings.low
    if low is None:
        return minima
    if minima.min() < low:
        raise InputError(
            f"intensities go down to {minima.min():g}, below low={low:g}; lower low, or leave them "
            f"out with range=({low:g}, inf)"
        )
    return np.full(len(values), low)


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
def fixed_number(
    values: np.ndarray, inside: np.ndarray, bins: int, levels: np.ndarray, highest: np.ndarray
) -> None:
    """Level = floor(bins * (x - min) / (max - min)) + 1, and `bins` at the maximum.

    One intensity has level 1. Fills in the highest of each row, too.
    """
    parts = np.empty(PARTS)
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
        if low == high:
            for i in range(x.size):
                out[i] = take[i]
            highest[k] = 1
            continue
        fill_levels(x, take, scale_of_range(low, high, bins), bins, parts, out)
        highest[k] = bins


@jit
def _fill_fixed_size(
    values: np.ndarray,
    inside: np.ndarray,
    lows: np.ndarray,
    highs: np.ndarray,
    width: float,
    most: int,
    levels: np.ndarray,
    highest: np.ndarray,
) -> None:
    """Fill the levels of bins of one size, of which there are not too many."""
    parts = np.empty(PARTS)
    for k in range(values.shape[0]):
        scale = scale_of_width(lows[k], highs[k], width)
        fill_levels(values[k], inside[k], scale, most, parts, levels[k])
        top = 0
        for i in range(values.shape[1]):
            top = max(top, levels[k, i])
        highest[k] = top
