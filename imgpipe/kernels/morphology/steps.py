"""What erosion, dilation and everything composed of them share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from imgpipe.kernels.extrema.choice import extremum, extremum_filter
from imgpipe.kernels.morphology.difference import subtract
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


def erosion_step(shape: tuple[int, ...], dtype: np.dtype[Any], *arguments: Any) -> Step:
    """Check the arguments of a morphology kernel and return the erosion."""
    return _step(False, shape, dtype, *arguments)


def dilation_step(shape: tuple[int, ...], dtype: np.dtype[Any], *arguments: Any) -> Step:
    """Return the dilation, by the window turned by half a circle as in `scipy.ndimage`."""
    return _step(True, shape, dtype, *arguments)


def opening_step(*arguments: Any) -> Step:
    """Return the erosion followed by the dilation."""
    return _in_turn(erosion_step(*arguments), dilation_step(*arguments))


def closing_step(*arguments: Any) -> Step:
    """Return the dilation followed by the erosion."""
    return _in_turn(dilation_step(*arguments), erosion_step(*arguments))


def _in_turn(first: Step, second: Step) -> Step:
    def run(image: Array, out: Array) -> None:
        between = np.empty_like(out)
        first(image, between)
        second(between, out)

    return run


def difference_of(first: Step | None, second: Step | None) -> Step:
    """Return what the first leaves of an image less what the second does; None leaves all."""

    def run(image: Array, out: Array) -> None:
        subtract(_result(first, image), _result(second, image), out)

    return run


def _result(step: Step | None, image: Array) -> Array:
    if step is None:
        return image
    result = np.empty_like(image)
    step(image, result)
    return result


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
