"""The last step of an averaging loop: scale, round to nearest even, saturate."""

from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array
from imgpipe.kernels._jit import jit


@jit
def store(total: Array, out: Array, count: int, scale: Any, low: Any, high: Any) -> None:
    """Write `count` times ``total * scale``; `low` and `high` are None if `out` holds floats."""
    if low is None:
        for j in range(count):
            out[j] = total[j] * scale
    else:
        for j in range(count):
            out[j] = np.int32(min(max(np.rint(total[j] * scale), low), high))


@jit
def store_quotient(total: Array, out: Array, count: int, divisor: Any, low: Any, high: Any) -> None:
    """Write ``total / divisor`` to integers: unlike a product, it hits ties exactly."""
    for j in range(count):
        out[j] = np.int32(min(max(np.rint(total[j] / divisor), low), high))
