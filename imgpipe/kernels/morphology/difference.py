"""Differences that saturate where the dtype cannot hold them."""

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.plans.dtypes import Array


def subtract(a: Array, b: Array, out: Array) -> None:
    """Write ``a - b``, saturated where the dtype of both cannot hold it; `out` is neither."""
    kind = a.dtype.kind
    if kind == "i":
        _subtract_signed(a, b, out)
    else:
        loop = _float_difference if kind == "f" else _unsigned_difference
        run_bands(loop, out.size, 3.0 * out.nbytes, a.reshape(-1), b.reshape(-1), out.reshape(-1))


@jit
def _float_difference(start: int, stop: int, a: Array, b: Array, out: Array) -> None:
    zero = out.dtype.type(0)
    x, y, result = a[start:stop], b[start:stop], out[start:stop]
    for j in range(result.size):
        # equal infinities differ by nothing
        result[j] = x[j] - y[j] if x[j] != y[j] else zero


@jit
def _unsigned_difference(start: int, stop: int, a: Array, b: Array, out: Array) -> None:
    x, y, result = a[start:stop], b[start:stop], out[start:stop]
    for j in range(result.size):
        result[j] = max(x[j], y[j]) - y[j]


def _subtract_signed(a: Array, b: Array, out: Array) -> None:
    # the distance of two signed numbers always fits the unsigned dtype
    distance = out.view(f"u{out.itemsize}")
    np.subtract(np.maximum(a, b), np.minimum(a, b), out=out)
    negative = a < b
    # the lowest number is one further from 0 than the highest
    limit = negative.astype(distance.dtype)
    limit += np.iinfo(out.dtype).max
    np.minimum(distance, limit, out=distance)
    np.negative(out, out=out, where=negative)
