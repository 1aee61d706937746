"""Whether a value reaches the edge of a bin, decided without rounding.

Decimals are rounded where they become floats: 0.3 lies below three times 0.1, and 0.5 below five
times. So an edge that is a decimal, since the ends of its scale are, is the float nearest to it,
which is what a value on it was read as. Any other edge lies where the floats put it exactly.
"""

from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit_helper

_POWERS = np.array([float(10**n) for n in range(23)])  # as far as floats hold them
_DIGITS = 1e15  # decimals below are told apart by floats
_EXACT = 2.0**52  # sums and quotients of whole numbers up to here are sure
_SPLIT = 2.0**27 + 1
_LARGE = 2.0**900
_SMALLER = 2.0**-64
PARTS = 8
"""Length of the scratch array that exact sums need."""


class Scale(NamedTuple):
    """Where bins lie: edge n is at low + n (size + rest) / number.

    Attributes
    ----------
    low, size, rest : float
        Start, and length as a float and what it was rounded by; all times `factor`.
    number : float
        Bins in that length.
    factor : float
        A power of two that keeps products finite.
    doubt : float
        How close to a whole number a quotient may be only by rounding.
    whole : bool
        Whether the quotient of a whole number is sure, since the ends are whole, too.
    start, length, power : float
        Start and length as decimals in units of 1 / power; power 0 where they are none.
    """

    low: float
    size: float
    rest: float
    number: float
    factor: float
    doubt: float
    whole: bool
    start: float
    length: float
    power: float


@jit_helper
def scale_of_range(low: float, high: float, number: int) -> Scale:
    """Bins of equal size between two values, low < high."""
    reach = max(abs(low), abs(high))
    factor = 1.0 if reach < _LARGE else _SMALLER
    size, rest = _sum(high * factor, -low * factor)
    doubt = 2.0**-49 * number * (reach * factor / size)
    power = _power(low, high)
    # edges between may have more places than the ends
    while 0 < power < _POWERS[-1] and reach * power * 10 < _EXACT / 4 / number:
        power *= 10
    start = np.rint(low * power)
    length = np.rint(high * power) - start
    if max(length * number, abs(start)) > _EXACT or doubt > 0.25:
        power = 0.0
    whole = low == np.rint(low) and high == np.rint(high) and reach < 2.0**40
    return Scale(
        low * factor, size, rest, float(number), factor, doubt, whole, start, length, power
    )


@jit_helper
def scale_of_width(low: float, high: float, width: float) -> Scale:
    """Bins of one size from `low` on, for values up to `high`."""
    reach = max(abs(low), abs(high), width)
    factor = 1.0 if reach < _LARGE else _SMALLER
    doubt = 2.0**-49 * (reach / width)
    power = _power(low, width)
    start = np.rint(low * power)
    length = np.rint(width * power)
    if reach * power > _EXACT or doubt > 0.25:
        power = 0.0
    whole = low == np.rint(low) and width == np.rint(width) and reach < 2.0**40
    return Scale(low * factor, width * factor, 0.0, 1.0, factor, doubt, whole, start, length, power)


@jit_helper
def fill_levels(
    values: np.ndarray,
    inside: np.ndarray,
    scale: Scale,
    most: int,
    parts: np.ndarray,
    levels: np.ndarray,
) -> None:
    """Level = number of edges that a value reaches + 1, at most `most`; 0 outside."""
    doubtful = 0
    for i in range(values.size):
        x = values[i]
        quotient = scale.number * (x * scale.factor - scale.low) / scale.size
        nearest = np.rint(quotient)
        # pixels outside may be anything
        level = np.int32(min(max(quotient, 0.0), most - 1.0)) + 1
        levels[i] = level if inside[i] else 0
        # the first edge is reached, the last one does not count
        near = abs(quotient - nearest) <= scale.doubt and 0 < nearest < most
        sure = scale.whole and x == np.rint(x)
        doubtful += inside[i] and near and not sure
    if doubtful == 0:
        return
    for i in range(values.size):
        if inside[i]:
            quotient = scale.number * (values[i] * scale.factor - scale.low) / scale.size
            nearest = np.rint(quotient)
            if abs(quotient - nearest) <= scale.doubt and 0 < nearest < most:
                levels[i] = nearest + reaches(values[i], nearest, scale, parts)


@jit_helper
def reaches(x: float, n: float, scale: Scale, parts: np.ndarray) -> bool:
    """Say whether x is at or above edge n."""
    if scale.power > 0:
        steps = n * scale.length / scale.number
        if steps == np.rint(steps):
            return x >= (scale.start + steps) / scale.power
    return _reaches_exactly(x, n, scale, parts)


@jit_helper
def _reaches_exactly(x: float, n: float, scale: Scale, parts: np.ndarray) -> bool:
    """The same for the floats as they are."""
    above, rest = _sum(x * scale.factor, -scale.low)
    parts[0], parts[1] = _product(scale.number, above)
    parts[2], parts[3] = _product(scale.number, rest)
    parts[4], parts[5] = _product(-n, scale.size)
    parts[6], parts[7] = _product(-n, scale.rest)
    return _sign(parts) >= 0


@jit_helper
def _power(a: float, b: float) -> float:
    """Least power of ten that makes whole numbers of both, of at most 15 digits; else 0."""
    for power in _POWERS:
        if _is_decimal(a, power) and _is_decimal(b, power):
            return power
    return 0.0


@jit_helper
def _is_decimal(x: float, power: float) -> bool:
    whole = np.rint(x * power)
    return abs(whole) < _DIGITS and whole / power == x


@jit_helper
def _sum(a: float, b: float) -> tuple[float, float]:
    """Sum, and what it was rounded by (Knuth)."""
    total = a + b
    c = total - a
    return total, (a - (total - c)) + (b - c)


@jit_helper
def _product(n: float, a: float) -> tuple[float, float]:
    """Product with a whole n up to 2^26, and what it was rounded by (Dekker)."""
    product = n * a
    c = _SPLIT * a
    high = c - (c - a)
    return product, (n * high - product) + n * (a - high)


@jit_helper
def _sign(parts: np.ndarray) -> float:
    """A number of the sign of the exact sum; `parts` is overwritten (Shewchuk's expansions)."""
    for i in range(1, parts.size):
        carry = parts[i]
        for j in range(i):
            carry, parts[j] = _sum(carry, parts[j])
        parts[i] = carry
    for i in range(parts.size - 1, -1, -1):
        if parts[i] != 0:
            return parts[i]
    return 0.0
