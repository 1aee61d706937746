"""Weighted sums of pieces of columns of a window, four lines of results at once.

The sums of four lines, one under the other, are written at once: so each pixel is loaded once, and
all stays in registers. Contraction (fused multiply-add) halves the arithmetic.
"""

from functools import cache
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.correlation.layout import PITCH
from imgpipe.kernels.plans.dtypes import Array

# heights there is a loop for, and their measured times
HEIGHTS = {3: 75, 5: 87, 7: 115, 9: 150}
# mark of a piece of two neighbouring columns of five taps
_TWO_FIVES = 10
# weights that may be read beyond the last one
SPARE = 10

# places are numbers without a sign: they need no test for counting from the end
_1 = np.uintp(1)
_LINE = np.uintp(PITCH)


def column_time(planes: Array) -> float:
    """Nanoseconds that a pixel takes, as measured with float32."""
    lines = np.swapaxes(planes, 1, 2).reshape(-1, planes.shape[1])
    return sum(HEIGHTS[k] for line in lines for _, k in _pieces(line)) / 2048


def column_taps(planes: Array, step: int, lines: int) -> tuple[Array, Array]:
    """Cut weights into pieces of columns (height, offset in the scratch, first weight).

    A plane has `lines` lines of the scratch, columns are `step` apart. The weights follow.
    """
    taps, packed = [], []
    at = 0
    for number, plane in enumerate(planes):
        pieces = [(row, k, c) for c, line in enumerate(plane.T) for row, k in _pieces(line)]
        while pieces:
            row, k, column = pieces.pop(0)
            columns, mark = [column], k
            # where windows are short, sums are worth fetching less often
            if k == 5 and step == 1 and (row, k, column + 1) in pieces:
                pieces.remove((row, k, column + 1))
                columns, mark = [column, column + 1], _TWO_FIVES
            taps.append((mark, (number * lines + row) * PITCH + column * step, at))
            for c in columns:
                line = plane[row : row + k, c]
                packed.append(np.pad(line, (0, k - line.size)))
                at += k
    return np.array(taps, np.int64), np.concatenate([*packed, np.zeros(SPARE)])


def _pieces(line: Array) -> list[tuple[int, int]]:
    """Cover the taps of a column that are not 0 by pieces (row, height)."""
    pieces = []
    row, end = 0, len(np.trim_zeros(line, "b"))
    while row < end:
        if line[row] == 0:
            row += 1
            continue
        k = _best(end - row)[1]
        pieces.append((row, k))
        row += k
    return pieces


@cache
def _best(length: int) -> tuple[float, int]:
    """Least time to add up a column of some length, and the piece to begin with."""
    if length <= 0:
        return 0.0, 0
    return min((time + _best(length - k)[0], k) for k, time in HEIGHTS.items())


@jit_helper
def add_column_taps(
    source: Array, at: int, total: Array, taps: Array, weights: Array, count: int
) -> None:
    """Add what all pieces of a window weigh to four lines of sums."""
    for number in range(len(taps)):
        k, line, first = taps[number, 0], at + taps[number, 1], taps[number, 2]
        upper, lower = five_of(weights, first), five_of(weights, first + 5)
        if k == 3:
            _add_columns(source, line, total, (upper[:3],), count)
        elif k == 5:
            _add_columns(source, line, total, (upper,), count)
        elif k == 7:
            _add_columns(source, line, total, (upper + lower[:2],), count)
        elif k == 9:
            _add_columns(source, line, total, (upper + lower[:4],), count)
        else:
            _add_columns(source, line, total, (upper, lower), count)


@jit_helper
def five_of(weights: Array, at: int) -> tuple[Any, Any, Any, Any, Any]:
    """Return weights as a tuple: its length belongs to its type, so loops over it are unrolled."""
    return weights[at], weights[at + 1], weights[at + 2], weights[at + 3], weights[at + 4]


@jit_helper(contract=True)
def _add_columns(x: Array, at: int, total: Array, columns: Any, count: int) -> None:
    """Add the taps of neighbouring columns to the sums `p` to `s` of four lines."""
    for k in range(count):
        p, q = total[k], total[k + PITCH]
        r, s = total[k + 2 * PITCH], total[k + 3 * PITCH]
        line = np.uintp(at) + np.uintp(k)
        for t in range(len(columns[0])):
            i = line
            for column in columns:
                tap = column[t]
                p += tap * x[i]
                q += tap * x[i + _LINE]
                r += tap * x[i + _LINE + _LINE]
                s += tap * x[i + _LINE + _LINE + _LINE]
                i += _1
            line += _LINE
        total[k], total[k + PITCH] = p, q
        total[k + 2 * PITCH], total[k + 3 * PITCH] = r, s
