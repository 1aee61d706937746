"""Weighted sums of shifted lines: the arithmetic of separable filters.

A line of weights is its centre and pairs of taps at equal distance from it, cut into groups of up
to eight pairs. A group is a tuple: its length belongs to the compiled type, so the loops over pairs
below are unrolled and the loops over pixels become vectors. Where both taps of each pair weigh the
same (a Gaussian), `right` is None and the two are added before they are multiplied.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

# added to a float32 below 2**22, it leaves the nearest integer (ties to even) in the lowest bits
_MAGIC = np.float32(1.5 * 2**23)
_MAGIC_BITS = int(_MAGIC.view(np.int32))

# more pairs than this in one pass, and the compiler neither unrolls nor vectorises
_GROUP = 8
_DOUBLE_PAIRS = 4

Groups = tuple[tuple[Any, ...], ...]
# centre, taps before it and after it: pair `t` of group `g` lies ``t + 1 + g * size`` from it
Taps = tuple[Any, Groups, Groups | None]


class Axis(NamedTuple):
    """One axis of an image, with the taps along it.

    Loops are given it as a plain tuple, which Numba unpacks sooner.
    """

    length: int
    # source of each position from `before` before the first pixel on, -1 for `border`
    table: Array
    before: int
    # pairs of taps
    reach: int
    taps: Taps
    # value beyond the border of what is summed along this axis
    border: Any


def taps_of(weights: Array, accumulator: np.dtype[Any], even: bool) -> Taps:
    """Split a line of weights; its centre is cell ``k // 2``, pairs of weight 0 fill it up.

    `even` tells that both taps of each pair weigh the same, here and on the other axes.
    """
    before = weights.size // 2
    after = weights.size - 1 - before
    pairs = max(before, 1)
    if accumulator.itemsize == 8:
        # fewer loops to compile: in float64 the seconds for each matter more than its speed
        pairs = -(-pairs // _DOUBLE_PAIRS) * _DOUBLE_PAIRS
    count = -(-pairs // _GROUP)
    size = -(-pairs // count)
    line = np.zeros(2 * count * size + 1)
    middle = count * size
    line[middle - before : middle + after + 1] = weights
    values = [accumulator.type(w) for w in line]
    left = _groups(values[middle - 1 :: -1], size)
    right = _groups(values[middle + 1 :], size)
    return values[middle], left, None if even else right


def _groups(values: list[Any], size: int) -> Groups:
    return tuple(tuple(values[g : g + size]) for g in range(0, len(values), size))


# contract, here and below: fused multiply-add nearly halves the time of long windows
@jit_helper(contract=True)
def _pair(real: Any, left: Any, right: Any, g: int, t: int, a: Any, b: Any) -> Any:
    if right is None:
        return left[g][t] * (real(a) + real(b))
    return left[g][t] * real(a) + right[g][t] * real(b)


@jit_helper(contract=True)
def _put(out: Array, j: int, y: Any, single: bool, limits: Any) -> None:
    """Store one sum between the lowest and the highest value; floats have no limits."""
    if limits is None:
        out[j] = y
        return
    low, high = limits
    if single:
        out[j] = np.float32(min(max(y, low), high) + _MAGIC).view(np.int32) - _MAGIC_BITS
    else:
        out[j] = np.int32(np.rint(min(max(y, low), high)))


# Below, lines are given as an array and the entry where they start: a slice of an array for each of
# them would take longer than a line of a small image. Entries without a sign spare the compiler the
# test for counting from the end, without which there are no vectors.


@jit_helper(contract=True)
def sum_rows(
    flat: Array, first: int, pitch: int, taps: Any, size: int, lines: Array, one: int, two: int
) -> None:
    """Sum across rows of `size` values `pitch` apart, from ``flat[first]`` on, at ``lines[one]``.

    The sums of the windows one row below go to ``lines[two]``: what is loaded and converted for
    one row serves the other.
    """
    centre, left, right = taps
    real = lines.dtype.type
    count, groups = len(left[0]), len(left)
    step = np.uintp(pitch)
    middle = np.uintp(first) + np.uintp(count * groups) * step
    u, v = np.uintp(one), np.uintp(two)
    for g in range(groups):
        near, far = np.uintp((g + 1) * count), np.uintp(g * count + 1)
        above, below = middle - near * step, middle + far * step
        for j in range(size):
            k = np.uintp(j)
            if g == 0:
                y = centre * real(flat[middle + k])
                z = centre * real(flat[middle + step + k])
            else:
                y, z = lines[u + k], lines[v + k]
            for t in range(count):
                a = above + np.uintp(t) * step + k
                b = below + np.uintp(count - 1 - t) * step + k
                y += _pair(real, left, right, g, count - 1 - t, flat[a], flat[b])
                z += _pair(real, left, right, g, count - 1 - t, flat[a + step], flat[b + step])
            lines[u + k], lines[v + k] = y, z


@jit_helper(contract=True)
def sum_columns(
    lines: Array,
    first: int,
    pitch: int,
    taps: Any,
    size: int,
    sums: Array,
    out: Array,
    start: int,
    limits: Any,
) -> bool:
    """Sum taps `pitch` apart, from ``lines[first]`` on, for `size` values at ``out[start]``.

    `sums` has room for `size` values; `limits` are the lowest and the highest integer that `out`
    holds, None for floats. Return whether one of these is not finite.
    """
    centre, left, right = taps
    real = lines.dtype.type
    single = lines.itemsize == 4
    count, groups = len(left[0]), len(left)
    step, write = np.uintp(pitch), np.uintp(start)
    middle = np.uintp(first) + np.uintp(count * groups) * step
    for g in range(groups - 1):
        near, far = np.uintp((g + 1) * count), np.uintp(g * count + 1)
        before, after = middle - near * step, middle + far * step
        for j in range(size):
            k = np.uintp(j)
            y = centre * lines[middle + k] if g == 0 else sums[k]
            for t in range(count):
                a = before + np.uintp(t) * step + k
                b = after + np.uintp(count - 1 - t) * step + k
                y += _pair(real, left, right, g, count - 1 - t, lines[a], lines[b])
            sums[k] = y
    last = groups - 1
    before = np.uintp(first)
    after = middle + np.uintp(last * count + 1) * step
    bad = False
    for j in range(size):
        k = np.uintp(j)
        y = centre * lines[middle + k] if groups == 1 else sums[k]
        for t in range(count):
            a = before + np.uintp(t) * step + k
            b = after + np.uintp(count - 1 - t) * step + k
            y += _pair(real, left, right, last, count - 1 - t, lines[a], lines[b])
        if limits is None:
            bad |= y - y != 0
        _put(out, write + k, y, single, limits)
    return bad
