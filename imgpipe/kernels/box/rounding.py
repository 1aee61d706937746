"""The last step of a moving average: parts of windows add up, are divided, rounded and stored."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array, limits

# to add and subtract this rounds to 30 binary places: a product that missed a tie hits it again
SNAP = 1.5 * 2.0**22
_At = np.uint64


# where the parts of a window begin; one of three repeats its last
Parts = tuple[int, int, int, int, int]


class Block(NamedTuple):
    """Rows of a result: where the first begins, how far they are apart, how many, how long."""

    start: Any
    stride: Any
    rows: Any
    width: Any


class Rounding(NamedTuple):
    """How totals become means: in the one way that is not None, since the others are not compiled.

    `factors` make bytes of 16-bit totals. Whole totals are multiplied by `rounds[0]` in float32 or,
    where that is 0, by `rounds[1]` in float64, and rounded. Floats are multiplied by `clips[0]`,
    rounded and kept between `clips[1]` and `clips[2]`, or only multiplied by `scale`. Or `totals`
    stay as they are.
    """

    factors: Array | None = None
    rounds: tuple[Any, Any] | None = None
    clips: Array | None = None
    scale: Any = None
    totals: bool | None = None


def rounding_of(dtypes: Averaging, count: int, length: int) -> Rounding:
    """Choose the fastest way that makes each total of `count` pixels the right mean.

    Rows have up to `length` cells. Whole numbers written as they are summed stay totals.
    """
    pixel, sums, written, _ = dtypes
    if written.kind == "f":
        return Rounding(scale=sums.type(1 / count) if pixel.kind == "f" else 1 / count)
    if pixel.kind == "f":
        return Rounding(clips=np.array([1 / count, *limits(written)]))
    if written == sums:
        return Rounding(totals=True)
    if sums == np.uint16:
        pair = byte_factors(count)
        assert pair is not None
        power, factor = pair
        factors = np.full(32 + length, factor, np.uint16)
        factors[:2] = power, 2**15
        return Rounding(factors)
    single = 1 / count if _single_will_do(largest(pixel), count) else 0
    return Rounding(rounds=(np.float32(single), 1 / count))


def largest(dtype: np.dtype[Any]) -> int:
    """Return the largest magnitude of an integer dtype."""
    info = np.iinfo(dtype)
    return max(-int(info.min), int(info.max))


def _single_will_do(top: int, count: int) -> bool:
    power_of_two = count & (count - 1) == 0
    if top * count >= 2**24 or (count % 2 == 0 and not power_of_two):
        return False
    # a mean of an odd count lies at least half of 1/count from a tie
    error = top * abs(float(np.float32(1 / count)) * count - 1) + float(np.spacing(np.float32(top)))
    return power_of_two or error < 0.5 / count


@lru_cache(maxsize=64)
def byte_factors(count: int) -> tuple[int, int] | None:
    """Return a power of two and a factor for `write_means`, or None where it would be inexact."""
    if count * 255 >= 2**16:
        return None
    totals = np.arange(count * 255 + 1, dtype=np.uint32)
    power = 1 << (16 - (count * 255).bit_length())
    for factor in (2**23 // (count * power), 2**23 // (count * power) + 1):
        if factor < 2**16:
            means = ((totals * power * factor >> 16) + 64) >> 7
            if np.array_equal(means, np.rint(totals / count)):
                return power, factor
    return None


@jit_helper(counts=False)
def write_means(
    line: Array,
    parts: Parts,
    five: bool,
    pitch: int,
    out: Array,
    block: Block,
    factors: Any,
    rounds: Any,
    clips: Any,
    scale: Any,
    totals: Any,
) -> int:
    """Write means as `Rounding` says; return 1 if a float is not finite, else 0.

    `line` holds sums of columns, row below row at a distance of `pitch`; a window's total is the
    sum of the stretches of it that begin at the first three `parts`, or at all of them.

    Bytes take two products of 16 bits, which leave 7 binary places. `factors` holds a power of two,
    a bound and the other factor over and over, since LLVM makes the high half of a 16-bit product
    only of two vectors of 16-bit numbers. No mean exceeds the bound, which keeps LLVM from widening
    what follows.
    """
    found = np.int32(0)
    for r in range(block.rows):
        down = r * pitch
        a, b, c = _At(parts[0] + down), _At(parts[1] + down), _At(parts[2] + down)
        d, e = _At(parts[3] + down), _At(parts[4] + down)
        o = _At(block.start + r * block.stride)
        for j in range(_At(block.width)):
            total = line[a + j] + line[b + j] + line[c + j]
            if five:
                total = total + line[d + j] + line[e + j]
            if factors is not None:
                scaled = np.uint16(np.uint16(total) * factors[0])
                top = np.uint32(scaled) * np.uint32(factors[_At(32) + j]) >> np.uint32(16)
                out[o + j] = np.uint16(min(np.uint16(top), factors[1]) + np.uint16(64)) >> 7
            if rounds is not None:
                whole = np.int32(total)
                if rounds[0]:
                    out[o + j] = np.int32(np.rint(np.float32(whole) * rounds[0]))
                else:
                    out[o + j] = np.int32(np.rint(np.float64(whole) * rounds[1] + SNAP - SNAP))
            if clips is not None:
                mean = np.rint(total * clips[0] + SNAP - SNAP)
                out[o + j] = np.int32(min(max(mean, clips[1]), clips[2]))
            if scale is not None:
                value = total * scale
                out[o + j] = value
                found = np.int32(found | np.int32(value - value != 0))
            if totals is not None:
                out[o + j] = total
    return int(found)
