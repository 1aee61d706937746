"""Which floats are not finite: found fast, and kept out of loops that compare."""

from collections.abc import Callable
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.kernels.extrema.choice import extremum
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.window import Window

_LANES = 1024


def max_abs(image: Array) -> float:
    """Largest magnitude in an array of floats, NaN if it holds one; 0 for integers."""
    if image.dtype.kind != "f" or not image.size:
        return 0.0
    # without the sign bit, the bits of floats are ordered as their magnitudes, NaN above infinity
    unsigned = np.dtype(f"u{image.itemsize}").type
    mask = unsigned(np.iinfo(unsigned).max >> 1)
    largest = _largest_bits(image.view(unsigned).ravel(), mask, np.zeros(_LANES, unsigned))
    return float(np.array(largest, unsigned).view(image.dtype))


def ranked(
    image: Array,
    window: Window,
    cval: Any,
    out: Array,
    compute: Callable[[Array, Any, Array], None],
) -> None:
    """Run ``compute(image, cval, out)`` without NaN, then write NaN where a window holds one."""
    edge = image.dtype.kind == "f" and bool(np.isnan(cval)) and window.constant
    if not edge and not np.isnan(max_abs(image)):
        compute(image, cval, out)
        return
    hole = np.isnan(image)
    zero = image.dtype.type(0)
    compute(np.where(hole, zero, image), zero if edge else cval, out)
    reached = np.zeros(image.shape, np.uint8)
    extremum(hole.view(np.uint8), window, np.uint8(edge), True, reached)
    out[reached.astype(bool)] = np.nan


@jit
def _largest_bits(bits: Array, mask: Any, lanes: Array) -> Any:
    whole = bits.size // lanes.size * lanes.size
    for start in range(0, whole, lanes.size):
        part = bits[start : start + lanes.size]
        for j in range(lanes.size):
            lanes[j] = max(lanes[j], part[j] & mask)
    tail = bits[whole:]
    for j in range(tail.size):
        lanes[j] = max(lanes[j], tail[j] & mask)
    largest = lanes[0]
    for j in range(lanes.size):
        largest = max(largest, lanes[j])
    return largest
