"""From intensities to gray levels 1, 2, ... of a whole image, as nodes of a graph.

What decides is a quotient of whole numbers, wherever the pixels are whole: luminance comes in units
of 1/10000, and a width of 0.25 as 25 hundredths. Quotients of whole numbers below 2^53 round to a
whole number only where they are one, so that a pixel on the edge of a bin has the level that
`imgpipe.features` gives it. Pixels of float32 have it, too, unless they are within rounding of an
edge.
"""

from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.arithmetic import Term
from imgpipe.features.inputs.settings import MAX_LEVELS, Settings

_DIGITS = 1e15  # decimals below are told apart by floats
_EXACT = 2.0**52
_SPLIT = 2.0**27 + 1


class Levels(NamedTuple):
    """Gray levels of an image.

    Attributes
    ----------
    levels : Term
        int64 (y, x), from 1 up.
    highest : Term
        int64 scalar.
    valid : Term or None
        Whether `imgpipe.features` would not refuse the image, bool scalar; None for always.
    most : int
        What no level exceeds, whatever the pixels, at least 2.
    """

    levels: Term
    highest: Term
    valid: Term | None
    most: int


class Scaled(NamedTuple):
    """Pixels, where bins begin (None for the lowest pixel) and their width, in the same units.

    `decimal` says that these are whole numbers of a decimal unit; else they are as they were.
    """

    pixels: Term
    low: Term | None
    width: float
    decimal: bool


def check_settings(settings: Settings) -> None:
    """Refuse what leaves pixels out."""
    for name in ("range", "outliers"):
        value = getattr(settings, name)
        if value is not None:
            raise InputError(
                f"features with {name}={value} (a graph measures all pixels of an image; train "
                "without re-segmentation)"
            )
    if settings.resampling is not None:
        raise InputError(
            "features with resampling (a graph measures the pixels that it gets; train without)"
        )


def discretised(pixels: Term, units: int, settings: Settings, ends: tuple[float, float]) -> Levels:
    """Append what gives the levels of `pixels`, float64 (y, x).

    Parameters
    ----------
    pixels : Term
        Intensities times `units`.
    units : int
        1, or the power of ten that makes luminance of whole numbers whole.
    settings : Settings
        Checked settings of the extraction.
    ends : (float, float)
        Lowest and highest intensity that there can be, infinite where they are not known.
    """
    if settings.bin_width is not None:
        return of_width(pixels, units, settings.bin_width, settings.low, ends, MAX_LEVELS)
    if settings.bins is not None:
        return of_range(pixels, settings.bins)
    return _given(pixels / units if units > 1 else pixels)


def of_range(pixels: Term, bins: int) -> Levels:
    """Level = floor(bins * (x - min) / (max - min)) + 1, and `bins` at the maximum."""
    low = pixels.lowest()
    size = pixels.highest() - low
    several = size > 0
    quotient = (pixels - low) * bins / several.where(size, 1)
    levels = _numbered(quotient.of("Floor"), bins)
    return Levels(levels, several.where(np.int64(bins), np.int64(1)), None, bins)


def of_width(
    pixels: Term,
    units: int,
    width: float,
    low: float | None,
    ends: tuple[float, float],
    allowed: int,
) -> Levels:
    """Level = floor((x - low) / width) + 1; an image with more than `allowed` is not valid."""
    own = scaled(pixels, units, width, low, ends)
    lowest = own.pixels.lowest()
    start = lowest if own.low is None else own.low
    if own.decimal:
        whole = ((own.pixels - start) / own.width).of("Floor")
    else:
        whole = _steps(own.pixels, start, own.width)
    span = (ends[1] - (ends[0] if low is None else low)) / width
    most = max(2, int(min(allowed + 1, span + 2)))
    levels = _numbered(whole, most)
    highest = levels.highest()
    valid = None if own.low is None else lowest >= own.low
    if most > allowed:
        few = whole.highest() < allowed  # of doubles: a level may be beyond what int64 holds
        valid = few if valid is None else valid & few
    return Levels(levels, highest, valid, most)


def scaled(
    pixels: Term, units: int, width: float, low: float | None, ends: tuple[float, float]
) -> Scaled:
    """Take pixels in units of which both a width and where bins begin are whole numbers."""
    power = _power(width, low or 0.0, units, max(map(abs, ends)))
    if power:
        pixels = pixels * (power // units) if power > units else pixels
        width = float(np.rint(width * power))
    elif units > 1:
        pixels = pixels / units
    if low is None:
        return Scaled(pixels, None, width, power > 0)
    start = np.float64(np.rint(low * power) if power else low)
    return Scaled(pixels, Term(pixels.graph, pixels.graph.constant(start)), width, power > 0)


def _steps(x: Term, start: Term, width: float) -> Term:
    """Give floor((x - start) / width) of the floats as they are, without rounding.

    The difference is a sum of two floats (Knuth), a multiple of the width one of two products of
    few enough digits, and what is left of both has the sign of the exact difference.
    """
    far = x - start
    back = far - x
    rest = (x - (far - back)) - (start + back)
    nearest = (far / width).of("Round")
    high = float(np.float64(width) * _SPLIT - (np.float64(width) * _SPLIT - width))
    left = (far - nearest * high) - nearest * (width - high) + rest
    return nearest - (left < 0).to("float64")


def _given(values: Term) -> Levels:
    """Pixels that are levels already."""
    whole = values.of("Floor").equals(values) & (values >= 1) & (values <= MAX_LEVELS)
    levels = _numbered(values - 1, MAX_LEVELS)
    wrong = (~whole).to("float64").total()
    return Levels(levels, levels.highest(), wrong.equals(0), MAX_LEVELS)


def _numbered(whole: Term, most: int) -> Term:
    """Count levels from 1, and at most to `most`, whatever the pixels."""
    # limits come after the cast: what it makes of NaN differs between machines
    return (whole.to("int64") + np.int64(1)).of("Clip", np.int64(1), np.int64(most))


def _power(width: float, low: float, units: int, most: float) -> int:
    """Least power of ten, at least `units`, that makes whole numbers of width and start.

    0 where none does, or where pixels would have more digits than floats.
    """
    for digits in range(16):
        power = 10**digits
        if power >= units and _is_decimal(width, power) and _is_decimal(low, power):
            exact = not np.isfinite(most) or most * power < _EXACT
            return power if exact else 0
    return 0


def _is_decimal(x: float, power: int) -> bool:
    whole = np.rint(x * power)
    return bool(abs(whole) < _DIGITS and whole / power == x)
