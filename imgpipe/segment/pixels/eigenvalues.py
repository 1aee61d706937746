"""Eigenvalues of a symmetric matrix at each pixel, the largest first."""

import math
from collections.abc import Sequence

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe._runtime.threads import run_bands

_SWEEPS = 6  # of Jacobi's method: three reach float32's precision, as it converges quadratically
_HALF = np.float32(0.5)


def eigenvalues(parts: Sequence[np.ndarray], found: np.ndarray) -> None:
    """Write eigenvalues into `found`, shape (axes, ...).

    `parts` are the entries on and above the diagonal, row by row.
    """
    if len(parts) == 3:
        a, b, c = parts
        middle, half = (a + c) * _HALF, (a - c) * _HALF
        spread = np.sqrt(half * half + b * b)
        found[0], found[1] = middle + spread, middle - spread
        return
    entries = np.stack([part.ravel() for part in parts])
    out = np.empty((3, entries.shape[1]), np.float32)
    run_bands(_of_three, entries.shape[1], 64.0 * entries.nbytes, entries, out)
    found[:] = out.reshape(found.shape)


@jit
def _of_three(start: int, stop: int, entries: np.ndarray, found: np.ndarray) -> None:
    """Turn 3 x 3 matrices until they are diagonal: Jacobi's method.

    The closed formula takes an arc cosine, whose last bits may depend on the place in a vector.
    """
    a = np.empty((3, 3))
    for i in range(start, stop):
        a[0, 0], a[0, 1], a[0, 2] = entries[0, i], entries[1, i], entries[2, i]
        a[1, 0], a[1, 1], a[1, 2] = entries[1, i], entries[3, i], entries[4, i]
        a[2, 0], a[2, 1], a[2, 2] = entries[2, i], entries[4, i], entries[5, i]
        for _ in range(_SWEEPS):
            off = a[0, 1] * a[0, 1] + a[0, 2] * a[0, 2] + a[1, 2] * a[1, 2]
            if off == 0.0:
                break
            for p in range(2):
                for q in range(p + 1, 3):
                    if a[p, q] == 0.0:
                        continue
                    theta = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
                    t = 1.0 / (abs(theta) + math.sqrt(theta * theta + 1.0))
                    if theta < 0.0:
                        t = -t
                    c = 1.0 / math.sqrt(t * t + 1.0)
                    s = t * c
                    r = 3 - p - q
                    shift = t * a[p, q]
                    a[p, p] -= shift
                    a[q, q] += shift
                    a[p, q] = 0.0
                    x, y = a[min(p, r), max(p, r)], a[min(q, r), max(q, r)]
                    a[min(p, r), max(p, r)] = c * x - s * y
                    a[min(q, r), max(q, r)] = s * x + c * y
        high = max(a[0, 0], a[1, 1], a[2, 2])
        low = min(a[0, 0], a[1, 1], a[2, 2])
        found[0, i] = high
        found[1, i] = a[0, 0] + a[1, 1] + a[2, 2] - high - low
        found[2, i] = low
