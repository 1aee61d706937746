"""Strips of rows with their borders, laid end to end: what a median network runs over.

A network that yields `ways` rows of medians at once reads row ``ways * n + w`` of a strip at
position n of its w-th part. So neighbouring rows of one part follow one another in memory, and the
network takes a whole strip as a single line, however short the rows of the image are.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

_VECTOR_BYTES = 64


@jit_helper
def room(count: int, x: Array) -> Array:
    """Return an array like `x` that starts where a vector does: others take a half longer."""
    lanes = _VECTOR_BYTES // x.itemsize
    space = np.empty(count + lanes, x.dtype)
    return space[-(space.ctypes.data // x.itemsize) % lanes :]


@jit_helper
def fill(
    strip: Array,
    x: Array,
    rows: Array,
    columns: Array,
    before: int,
    cval: Any,
    ways: int,
    stride: int,
    flip: Any,
) -> bool:
    """Copy rows of a plane with their borders; return whether one of them holds a NaN.

    The bits of `flip` are inverted, unless it is None.
    """
    width, pitch = x.shape[1], columns.size
    nan = False
    for p in range(rows.size):
        at = (p % ways) * stride + p // ways * pitch
        line = strip[at : at + pitch]
        if rows[p] < 0:
            line[:] = cval
            continue
        source = x[rows[p]]
        middle = line[before : before + width]
        missing = 0
        for j in range(width):
            middle[j] = source[j] if flip is None else source[j] ^ flip
            missing |= source[j] != source[j]
        nan |= missing != 0
        for j in range(before):
            line[j] = middle[columns[j]] if columns[j] >= 0 else cval
        for j in range(before + width, pitch):
            line[j] = middle[columns[j]] if columns[j] >= 0 else cval
    return nan


@jit_helper
def spread(
    result: Array, out: Array, top: int, count: int, pitch: int, ways: int, length: int, flip: Any
) -> None:
    """Copy the medians of a strip into `count` rows of a plane, and turn `flip` back."""
    for i in range(count):
        line = result[(i % ways) * length + i // ways * pitch :]
        target = out[top + i]
        for j in range(target.size):
            target[j] = line[j] if flip is None else line[j] ^ flip
