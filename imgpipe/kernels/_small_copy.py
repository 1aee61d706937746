"""Small images of a stack, one by one, copied with the rows beyond their borders.

All rows are one long line then: along it a step down is a shift by the width, and only the first
and the last columns need more than shifts.
"""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._box_extremum import copy_line
from imgpipe.kernels._jit import inner

_At = np.uint64


@inner
def copy_with_rows(
    x: Array,
    plane: int,
    n: int,
    width: int,
    rows: Array,
    above: int,
    cval: Any,
    out: Array,
    to: int,
) -> bool:
    """Copy a plane of `n` rows and the rows around it; return True where it has a NaN.

    `rows` are the source rows, -1 for `cval`; those of the plane itself begin at number `above`.
    """
    for r in range(rows.size - n):
        i = r if r < above else r + n
        line = to + i * width
        if rows[i] < 0:
            out[line : line + width] = cval
        else:
            copy_line(out, line, x, plane + rows[i] * width, width)
    # two pixels at once, from both halves: one comparison tells whether either is NaN
    found = False
    half = (n * width + 1) // 2
    a, o = _At(plane), _At(to + above * width)
    on = _At(n * width - half)
    for j in range(_At(half)):
        one, two = x[a + j], x[a + on + j]
        found |= (one != one) | (two != two)
        out[o + j] = one
        out[o + on + j] = two
    return found
