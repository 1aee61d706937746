"""Strips of rows with their borders, laid end to end: what a median network runs over.

A network that yields `ways` rows of medians at once reads row ``ways * n + w`` of a strip at
position n of its w-th part. So neighbouring rows of one part follow one another in memory, and the
network takes a whole strip as a single line, however short the rows of the image are.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.plans.dtypes import Array

_VECTOR_BYTES = 64


class Strips(NamedTuple):
    """How strips lie in memory."""

    tall: int  # rows of medians of a strip
    ways: int  # parts of a strip
    line: int  # pixels that the network takes at once
    pitch: int  # from row to row of a part
    stride: int  # from part to part
    length: int  # from part to part of the medians
    before: int  # pixels of a row before the image's own


@jit_helper
def aligned_empty(count: int, x: Array) -> Array:
    """Return an array like `x` that starts where a vector does: others take a half longer."""
    lanes = _VECTOR_BYTES // x.itemsize
    space = np.empty(count + lanes, x.dtype)
    return space[-(space.ctypes.data // x.itemsize) % lanes :]


@jit_helper(inline=True)
def fill(strip: Array, x: Array, rows: Array, columns: Array, strips: Strips, cval: Any) -> bool:
    """Copy rows of a plane with their borders; return whether one of them holds a NaN."""
    width, pitch, before = x.shape[1], strips.pitch, strips.before
    nan = False
    for p in range(rows.size):
        at = (p % strips.ways) * strips.stride + p // strips.ways * pitch
        line = strip[at : at + pitch]
        if rows[p] < 0:
            for j in range(pitch):
                line[j] = cval
            continue
        source = x[rows[p]]
        middle = line[before : before + width]
        missing = 0
        for j in range(width):
            middle[j] = source[j]
            missing |= source[j] != source[j]
        nan |= missing != 0
        for j in range(before):
            line[j] = middle[columns[j]] if columns[j] >= 0 else cval
        for j in range(before + width, pitch):
            line[j] = middle[columns[j]] if columns[j] >= 0 else cval
    return nan


@jit_helper(inline=True)
def spread(result: Array, out: Array, top: int, count: int, strips: Strips) -> None:
    """Copy the medians of a strip into `count` rows of a plane."""
    for i in range(count):
        line = result[(i % strips.ways) * strips.length + i // strips.ways * strips.pitch :]
        target = out[top + i]
        for j in range(target.size):
            target[j] = line[j]
