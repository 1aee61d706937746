"""What erosion, dilation and everything composed of them share."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import (
    Array,
    as_bits,
    as_image,
    converted,
    deliver,
    exact_cval,
    output_dtype,
    target,
)
from imgpipe.kernels._extremum import extremum
from imgpipe.kernels._finite import ranked
from imgpipe.kernels._windows import Window, window_of


@dataclass(frozen=True)
class Task:
    """The checked arguments of a morphology kernel."""

    image: Array
    window: Window
    cval: Any
    dtype: np.dtype[Any]
    output: Any

    def erode(self, image: Array, out: Array | None = None) -> Array:
        """Return the erosion of an image of the task's shape and dtype."""
        return self._extreme(image, self.window, False, out)

    def dilate(self, image: Array, out: Array | None = None) -> Array:
        """Return the dilation, by the window turned by half a circle as in `scipy.ndimage`."""
        return self._extreme(image, self.window.mirrored(), True, out)

    def target(self) -> Array:
        """Return the array the last step may write."""
        return target(self.output, self.image, self.image.dtype)

    def deliver(self, result: Array) -> Array:
        """Return `result` in the array or dtype that was asked for."""
        return deliver(result, self.output, self.dtype)

    def _extreme(self, image: Array, window: Window, largest: bool, out: Array | None) -> Array:
        out = np.empty_like(image) if out is None else out
        ranked(
            as_bits(image),
            window,
            self.cval,
            as_bits(out),
            lambda x, cval, result: extremum(x, window, cval, largest, result),
        )
        return out


def task(
    image: Any,
    size: Any,
    footprint: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
    output: Any,
) -> Task:
    """Check the arguments of a morphology kernel."""
    image = as_image(image)
    window = window_of(image.ndim, size, origin, mode, axes, footprint)
    value = exact_cval(cval, image.dtype)
    return Task(image, window, value, output_dtype(output, image), output)


def difference(a: Array, b: Array) -> Array:
    """Return ``a - b`` in the dtype of both, saturated where it does not fit."""
    dtype = a.dtype
    if dtype.kind == "f":
        with np.errstate(over="ignore", invalid="ignore"):
            result = a - b
        # equal infinities differ by nothing
        result[a == b] = 0
        return result
    if dtype.kind == "b":
        return a & ~b
    if dtype.itemsize < 8:
        wider = np.dtype(f"i{2 * dtype.itemsize}")
        return converted(np.subtract(a, b, dtype=wider), dtype)
    result = a - b
    if dtype.kind == "u":
        result[a < b] = 0
        return result
    wrapped = ((a ^ b) & (a ^ result)) < 0
    info = np.iinfo(dtype)
    result[wrapped] = np.where(a[wrapped] < 0, info.min, info.max)
    return result
