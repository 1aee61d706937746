"""Weighted sums of upright pieces of a window, four lines of results at once.

The sums of four lines, one under the other, are written in the order in which the pixels come: so
each pixel is loaded once, and all stays in registers. Contraction (fused multiply-add) halves the
arithmetic.
"""

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

# Lines of pixels and of sums lie this far apart. A constant tells the compiler that they do not
# overlap; it is no multiple of 4 KiB, which lines in the first-level cache must not share.
PITCH = 1312
# heights there is a loop for, and their measured times
HEIGHTS = {3: 75, 5: 87, 7: 115, 9: 150}
# mark of a brick of two neighbouring columns
TWO_FIVES = 10

# places are numbers without a sign: they need no test for counting from the end
_1 = np.uintp(1)
_LINE = np.uintp(PITCH)


@jit_helper
def add_bricks(
    source: Array, at: int, total: Array, bricks: Array, weights: Array, count: int
) -> None:
    for b in range(len(bricks)):
        k, line, w = bricks[b, 0], at + bricks[b, 1], bricks[b, 2]
        if k == 3:
            _add_three(source, line, total, weights, w, count)
        elif k == 5:
            _add_five(source, line, total, weights, w, count)
        elif k == TWO_FIVES:
            _add_two_fives(source, line, total, weights, w, count)
        elif k == 7:
            _add_seven(source, line, total, weights, w, count)
        else:
            _add_nine(source, line, total, weights, w, count)


@jit_helper(contract=True)
def _add_three(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2 = w[first], w[first + 1], w[first + 2]
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        s += w2 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@jit_helper(contract=True)
def _add_five(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2, w3, w4 = w[first], w[first + 1], w[first + 2], w[first + 3], w[first + 4]
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        p += w3 * v
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        p += w4 * v
        q += w3 * v
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        q += w4 * v
        r += w3 * v
        s += w2 * v
        i += _LINE
        v = x[i]
        r += w4 * v
        s += w3 * v
        i += _LINE
        v = x[i]
        s += w4 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@jit_helper(contract=True)
def _add_two_fives(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    """Add two neighbouring columns: for short ones, sums are worth fetching less often."""
    line = np.uintp(at)
    a0, a1, a2, a3, a4 = w[first], w[first + 1], w[first + 2], w[first + 3], w[first + 4]
    b0, b1, b2, b3, b4 = w[first + 5], w[first + 6], w[first + 7], w[first + 8], w[first + 9]
    for k in range(count):
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + np.uintp(k)
        u, v = x[i], x[i + _1]
        p = p + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a1 * u + b1 * v
        q = q + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a2 * u + b2 * v
        q = q + a1 * u + b1 * v
        r = r + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a3 * u + b3 * v
        q = q + a2 * u + b2 * v
        r = r + a1 * u + b1 * v
        s = s + a0 * u + b0 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        p = p + a4 * u + b4 * v
        q = q + a3 * u + b3 * v
        r = r + a2 * u + b2 * v
        s = s + a1 * u + b1 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        q = q + a4 * u + b4 * v
        r = r + a3 * u + b3 * v
        s = s + a2 * u + b2 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        r = r + a4 * u + b4 * v
        s = s + a3 * u + b3 * v
        i += _LINE
        u, v = x[i], x[i + _1]
        s = s + a4 * u + b4 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@jit_helper(contract=True)
def _add_seven(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2, w3, w4, w5, w6 = (
        w[first],
        w[first + 1],
        w[first + 2],
        w[first + 3],
        w[first + 4],
        w[first + 5],
        w[first + 6],
    )
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        p += w3 * v
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        p += w4 * v
        q += w3 * v
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        p += w5 * v
        q += w4 * v
        r += w3 * v
        s += w2 * v
        i += _LINE
        v = x[i]
        p += w6 * v
        q += w5 * v
        r += w4 * v
        s += w3 * v
        i += _LINE
        v = x[i]
        q += w6 * v
        r += w5 * v
        s += w4 * v
        i += _LINE
        v = x[i]
        r += w6 * v
        s += w5 * v
        i += _LINE
        v = x[i]
        s += w6 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s


@jit_helper(contract=True)
def _add_nine(x: Array, at: int, total: Array, w: Array, first: int, count: int) -> None:
    line = np.uintp(at)
    w0, w1, w2, w3, w4, w5, w6, w7, w8 = (
        w[first],
        w[first + 1],
        w[first + 2],
        w[first + 3],
        w[first + 4],
        w[first + 5],
        w[first + 6],
        w[first + 7],
        w[first + 8],
    )
    for k in range(count):
        j = np.uintp(k)
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        i = line + j
        v = x[i]
        p += w0 * v
        i += _LINE
        v = x[i]
        p += w1 * v
        q += w0 * v
        i += _LINE
        v = x[i]
        p += w2 * v
        q += w1 * v
        r += w0 * v
        i += _LINE
        v = x[i]
        p += w3 * v
        q += w2 * v
        r += w1 * v
        s += w0 * v
        i += _LINE
        v = x[i]
        p += w4 * v
        q += w3 * v
        r += w2 * v
        s += w1 * v
        i += _LINE
        v = x[i]
        p += w5 * v
        q += w4 * v
        r += w3 * v
        s += w2 * v
        i += _LINE
        v = x[i]
        p += w6 * v
        q += w5 * v
        r += w4 * v
        s += w3 * v
        i += _LINE
        v = x[i]
        p += w7 * v
        q += w6 * v
        r += w5 * v
        s += w4 * v
        i += _LINE
        v = x[i]
        p += w8 * v
        q += w7 * v
        r += w6 * v
        s += w5 * v
        i += _LINE
        v = x[i]
        q += w8 * v
        r += w7 * v
        s += w6 * v
        i += _LINE
        v = x[i]
        r += w8 * v
        s += w7 * v
        i += _LINE
        v = x[i]
        s += w8 * v
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s
