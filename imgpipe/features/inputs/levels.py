"""From intensities to gray levels 1, 2, ... inside the mask; 0 stands for outside."""

from collections.abc import Sequence

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.inputs.edges import PARTS, fill_levels, scale_of_range, scale_of_width
from imgpipe.features.inputs.labels import image_error
from imgpipe.features.inputs.settings import MAX_LEVELS, Settings


def discretise(
    values: np.ndarray, inside: np.ndarray, settings: Settings, labels: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Gray levels, int32 and shaped like `values`, float64 (n, z, y, x), and the highest of each.

    An image of one intensity has one gray level, 1, whatever the number of bins.
    """
    levels = np.zeros(values.shape, np.int32)
    highest = np.empty(len(values), np.int64)
    x, take, out = (array.reshape(len(values), -1) for array in (values, inside, levels))
    if settings.bin_width is not None:
        lows = _lows(x, take, settings, labels)
        numbers = fixed_size(x, take, lows, settings.bin_width, MAX_LEVELS, out, highest)
        _check_levels(numbers, "choose a larger bin_width", labels)
    elif settings.bins is not None:
        fixed_number(x, take, settings.bins, out, highest)
    else:
        _check_gray_levels(x, take, labels)
        levels[inside] = values[inside]
        highest[:] = out.max(axis=1)
    return levels, highest


def fixed_size(
    values: np.ndarray, inside: np.ndarray, lows: np.ndarray, width: float, most: int,
    levels: np.ndarray, highest: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Level = floor((x - low) / width) + 1, for rows of pixels and a start for each.

    Fills in the highest of each row, too, and gives these; above `most` nothing is filled in.
    """
    highs = np.where(inside, values, -np.inf).max(axis=1)
    # quarters first: the span may lie beyond the largest float
    numbers: np.ndarray = np.floor((highs / 4 - lows / 4) / (width / 4)) + 1
    if numbers.max() > most + 1:
        return numbers
    _fill_fixed_size(values, inside, lows, highs, width, most + 1, levels, highest)
    return highest


def _lows(
    values: np.ndarray, inside: np.ndarray, settings: Settings, labels: Sequence[str]
) -> np.ndarray:
    """Where the first bin of a fixed size begins, per image."""
    minima = np.where(inside, values, np.inf).min(axis=1)
    low = settings.bounds[0] if settings.low is None else settings.low
    if low is None:
        return minima
    k = int(minima.argmin())
    if minima[k] < low:
        raise image_error(
            f"{{image}} goes down to {minima[k]:g}, below low={low:g}; lower low, or leave such "
            f"pixels out with range=({low:g}, inf)",
            labels[k],
        )
    return np.full(len(values), low)


def _check_gray_levels(values: np.ndarray, inside: np.ndarray, labels: Sequence[str]) -> None:
    wrong = np.count_nonzero(inside & ((values < 1) | (values != np.floor(values))), axis=1)
    k = int(wrong.argmax())
    if wrong[k]:
        raise image_error(
            "bins=None takes the pixels of {image} as gray levels 1, 2, ..., but "
            f"{wrong[k]} of {np.count_nonzero(inside[k])} are not positive integers; give bins= "
            "or bin_width=",
            labels[k],
        )
    highest = values.max(axis=1, where=inside, initial=1)
    _check_levels(highest, "give bins= or bin_width=", labels)


def _check_levels(numbers: np.ndarray, advice: str, labels: Sequence[str]) -> None:
    k = int(numbers.argmax())
    if not numbers[k] <= MAX_LEVELS:
        raise image_error(
            f"{{image}} has {numbers[k]:.0f} gray levels, more than a matrix can hold "
            f"({MAX_LEVELS}); {advice}",
            labels[k],
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
