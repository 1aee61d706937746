"""A family with a compiled loop of its own."""

import numba
import numpy as np

from imgpipe.features import Definition, Family

SHARE = Definition(
    "share", None, "1", "Share of equal neighbours in rows.", formula="sum [x = y] / sum 1"
)


def describe(plan):
    return [SHARE.feature("plateaus")]


def compute(batch, plan):
    return _shares(batch.values, batch.inside)[:, None]


@numba.njit(nogil=True, cache=True)
def _shares(values, inside):
    n, depth, height, width = values.shape
    shares = np.full(n, np.nan)
    for k in range(n):
        pairs = equal = 0
        for z in range(depth):
            for y in range(height):
                for x in range(width - 1):
                    if inside[k, z, y, x] and inside[k, z, y, x + 1]:
                        pairs += 1
                        equal += values[k, z, y, x] == values[k, z, y, x + 1]
        if pairs:
            shares[k] = equal / pairs
    return shares


PLATEAUS = Family(
    "plateaus",
    "Plateaus",
    describe,
    compute,
    ibsi=False,
    symbols="x and y are neighbours in a row, both in the mask.",
)
