"""The last step of an averaging loop: scale, round to nearest even, saturate."""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit


@jit
def store(total: Array, out: Array, scale: Any, low: Any, high: Any) -> None:
    """Write ``total * scale``; `low` and `high` are None where `out` holds floats."""
    if low is None:
        for j in range(out.size):
            out[j] = total[j] * scale
    else:
        for j in range(out.size):
            out[j] = np.int32(min(max(np.rint(total[j] * scale), low), high))


@jit
def store_quotient(total: Array, out: Array, count: Any, low: Any, high: Any) -> None:
    """Write ``total / count`` to integers: unlike a product with 1/count, it hits ties exactly."""
    for j in range(out.size):
        out[j] = np.int32(min(max(np.rint(total[j] / count), low), high))
