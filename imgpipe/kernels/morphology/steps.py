"""What erosion, dilation and everything composed of them share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.extrema.choice import extremum, extremum_filter
from imgpipe.kernels.nonfinite.rank_filters import ranked
from imgpipe.kernels.plans.dtypes import Array, exact_cval, loop_dtype
from imgpipe.kernels.plans.plan import Plan, kept_array, planned
from imgpipe.kernels.windows.window import window_of

# step(image, out) writes the erosion, or whatever it may be, of an image into another array
Step = Callable[[Array, Array], None]


def morphology(
    build: Callable[..., Plan], image: Any, output: Any, footprint: Any, *arguments: Any
) -> Array:
    """Run a kernel of which `build` makes plans from a footprint and the other arguments."""
    return planned(build, image, output, kept_array(footprint, bool), *arguments)


def erosion_step(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    footprint: Any,
    size: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
) -> Step:
    """Check the arguments of a morphology kernel and return the erosion."""
    return _step(False, shape, dtype, footprint, size, mode, cval, origin, axes)


def dilation_step(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    footprint: Any,
    size: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
) -> Step:
    """Return the dilation, by the window turned by half a circle as in `scipy.ndimage`."""
    return _step(True, shape, dtype, footprint, size, mode, cval, origin, axes)


def _step(
    largest: bool,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    footprint: Any,
    size: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
) -> Step:
    window = window_of(len(shape), size, origin, mode, axes, footprint)
    value = exact_cval(cval, dtype)
    if largest:
        window = window.mirrored()
    edge = dtype.kind == "f" and bool(np.isnan(value)) and window.constant
    fast = (
        None
        if edge or 0 in shape
        else extremum_filter(shape, loop_dtype(dtype), window, value, largest)
    )

    def slow(image: Array, value: Any, out: Array) -> None:
        extremum(image, window, value, largest, out)

    def step(image: Array, out: Array) -> None:
        # the fast way finds a NaN only once it has met it
        if fast is None or fast(image, out):
            ranked(image, window, value, out, slow)

    return step


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
    one, two, result = a[start:stop], b[start:stop], out[start:stop]
    for j in range(result.size):
        # equal infinities differ by nothing
        result[j] = one[j] - two[j] if one[j] != two[j] else zero


@jit
def _unsigned_difference(start: int, stop: int, a: Array, b: Array, out: Array) -> None:
    one, two, result = a[start:stop], b[start:stop], out[start:stop]
    for j in range(result.size):
        result[j] = max(one[j], two[j]) - two[j]


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
