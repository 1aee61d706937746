"""What erosion, dilation and everything composed of them share."""

from typing import Any

from imgpipe.kernels._arrays import (
    Array,
    as_bits,
    as_image,
    deliver,
    exact_cval,
    output_dtype,
    target,
)
from imgpipe.kernels._extremum import extremum
from imgpipe.kernels._finite import ranked
from imgpipe.kernels._windows import Window, window_of


def moving_extremum(
    image: Any,
    size: Any,
    footprint: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
    output: Any,
    *,
    largest: bool,
) -> Array:
    """Erode, or dilate by the window turned by half a circle, as `scipy.ndimage` does."""
    image = as_image(image)
    window = window_of(image.ndim, size, origin, mode, axes, footprint)
    value = exact_cval(cval, image.dtype)
    dtype = output_dtype(output, image.dtype)
    out = target(output, image, image.dtype)
    extreme(image, window, value, largest, out)
    return deliver(out, output, dtype)


def extreme(image: Array, window: Window, cval: Any, largest: bool, out: Array) -> None:
    """Write the erosion or dilation of a checked image; NaN where a window holds one."""
    window = window.mirrored() if largest else window
    ranked(
        as_bits(image),
        window,
        cval,
        as_bits(out),
        lambda x, value, result: extremum(x, window, value, largest, result),
    )
