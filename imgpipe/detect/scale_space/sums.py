"""Sums of a Gaussian and of its second derivative along one axis, to the last bit those of SciPy.

Both lines of weights are symmetric. SciPy adds the two values at equal distance from the centre,
multiplies, and sums from the farthest pair inwards, in float64; so do these loops, many pixels at
once. Maxima are found by comparing neighbours, and what ties in SciPy must tie here. Where SciPy
keeps float32 between the axes, `single` rounds to it.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

# pairs of taps that are summed before the sums are stored
GROUP = 4

# columns summed at a time: the rows of one window stay in a core's own cache
BREADTH = 512

SMOOTH, CURVED = 0, 1


class Line(NamedTuple):
    """Weights along one axis of an array seen as (outer, n, inner), and what lies at its ends."""

    n: int
    inner: int
    # source of each position from `reach` before the first on
    table: np.ndarray
    reach: int
    # of the Gaussian and of its second derivative, (2, reach + 1), the farthest first
    weights: np.ndarray


# entries without a sign spare the compiler the test for counting from the end, and views of a few
# columns would take longer than their sums
@jit_helper
def _sum(flat: Any, starts: Any, line: Any, sums: Any) -> None:
    """Sum one line of weights over lines that begin at `starts`."""
    n, reach = sums.size, line.size - 1
    centre, middle = line[reach], starts[reach]
    for j in range(n):
        k = np.uintp(j)
        sums[k] = flat[middle + k] * centre
    for t in range(0, reach, GROUP):
        w0, w1, w2, w3 = line[t], line[t + 1], line[t + 2], line[t + 3]
        a0, a1, a2, a3 = starts[t], starts[t + 1], starts[t + 2], starts[t + 3]
        q = 2 * reach - t
        b0, b1, b2, b3 = starts[q], starts[q - 1], starts[q - 2], starts[q - 3]
        for j in range(n):
            k = np.uintp(j)
            y = sums[k]
            y += (flat[a0 + k] + flat[b0 + k]) * w0
            y += (flat[a1 + k] + flat[b1 + k]) * w1
            y += (flat[a2 + k] + flat[b2 + k]) * w2
            y += (flat[a3 + k] + flat[b3 + k]) * w3
            sums[k] = y


@jit_helper
def _sum_both(flat: Any, starts: Any, weights: Any, smooth: Any, curved: Any) -> None:
    """Do `_sum` for both lines of weights, which share the sums of pairs."""
    n, reach = smooth.size, weights.shape[1] - 1
    middle, u, v = starts[reach], weights[0, reach], weights[1, reach]
    for j in range(n):
        k = np.uintp(j)
        smooth[k] = flat[middle + k] * u
        curved[k] = flat[middle + k] * v
    for t in range(0, reach, GROUP):
        w0, w1, w2, w3 = weights[0, t], weights[0, t + 1], weights[0, t + 2], weights[0, t + 3]
        c0, c1, c2, c3 = weights[1, t], weights[1, t + 1], weights[1, t + 2], weights[1, t + 3]
        a0, a1, a2, a3 = starts[t], starts[t + 1], starts[t + 2], starts[t + 3]
        q = 2 * reach - t
        b0, b1, b2, b3 = starts[q], starts[q - 1], starts[q - 2], starts[q - 3]
        for j in range(n):
            k = np.uintp(j)
            p0, p1 = flat[a0 + k] + flat[b0 + k], flat[a1 + k] + flat[b1 + k]
            p2, p3 = flat[a2 + k] + flat[b2 + k], flat[a3 + k] + flat[b3 + k]
            smooth[k] = smooth[k] + p0 * w0 + p1 * w1 + p2 * w2 + p3 * w3
            curved[k] = curved[k] + p0 * c0 + p1 * c1 + p2 * c2 + p3 * c3


@jit_helper
def _store(sums: Any, size: int, out: Any, start: int, single: bool) -> None:
    to = out[start : start + size]
    if single:
        for j in range(size):
            to[j] = np.float64(np.float32(sums[j]))
    else:
        for j in range(size):
            to[j] = sums[j]


@jit
def sum_across(
    start: int, stop: int, flat: Any, smooth: Any, curved: Any, axis: Any, both: bool, single: bool
) -> None:
    """Sum strips `start` to `stop` along an axis that is not the last one.

    `smooth` and `curved` are given sums of the Gaussian and, if `both`, of its second derivative.
    """
    line = Line(*axis)
    reach, n, inner = line.reach, line.n, line.inner
    strips = -(-inner // BREADTH)
    starts = np.empty(2 * reach + 1, np.uintp)
    for strip in range(start, stop):
        left = strip % strips * BREADTH
        size = min(BREADTH, inner - left)
        base = strip // strips * n * inner + left
        sums = np.empty((2, size))
        for i in range(n):
            for t in range(2 * reach + 1):
                starts[t] = base + line.table[i + t] * inner
            own = base + i * inner
            if both:
                _sum_both(flat, starts, line.weights, sums[0], sums[1])
                _store(sums[1], size, curved, own, single)
            else:
                _sum(flat, starts, line.weights[0], sums[0])
            _store(sums[0], size, smooth, own, single)


@jit
def sum_along(
    start: int, stop: int, flat: Any, out: Any, axis: Any, which: int, single: bool
) -> None:
    """Sum rows `start` to `stop` along the last axis."""
    line = Line(*axis)
    reach, n = line.reach, line.n
    padded, sums = np.empty(n + 2 * reach), np.empty(n)
    starts = np.arange(2 * reach + 1).astype(np.uintp)
    for row in range(start, stop):
        for i in range(n + 2 * reach):
            padded[i] = flat[row * n + line.table[i]]
        _sum(padded, starts, line.weights[which], sums)
        _store(sums, n, out, row * n, single)
