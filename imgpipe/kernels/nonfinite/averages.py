"""What mean, Gaussian and convolution share: huge values, NaN and infinities."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from imgpipe.kernels.extrema.choice import extremum
from imgpipe.kernels.nonfinite.rank_filters import max_abs
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array, converted
from imgpipe.kernels.plans.plan import Plan
from imgpipe.kernels.windows.passes import Run
from imgpipe.kernels.windows.window import Window

# build(shape, window, averaging) returns the filter of finite images; what that answers is true
# where a result is not finite
Build = Callable[[tuple[int, ...], Window, Averaging], Run]


class Stage(NamedTuple):
    """Cells of a window by their weights, None where there are none.

    Of weights that are a product of lines each line is a stage: what is reached through one is
    where the next one looks.
    """

    # where a NaN is met
    reach: Window
    positive: Window | None
    negative: Window | None
    # weights of 0 that are in the window: times infinity they are NaN
    zero: Window | None = None


_ROOM = {4: 1e37, 8: 1e306}
_SHRINK = 2.0**-300
_F64 = np.dtype(np.float64)


def averaging_plan(
    shape: tuple[int, ...],
    window: Window,
    averaging: Averaging,
    build: Build,
    *,
    gain: float = 1.0,
    stages: Sequence[Stage] = (),
) -> Plan:
    """Plan a filter so that every dtype, NaN, infinity and value near the limit comes out right.

    `gain` bounds how far sums on the way exceed the largest value. `stages` tell the signs of the
    weights (default: all are positive).
    """
    pixel, plain = averaging.pixel, Stage(window, window, None)
    fast = None
    if 0 not in shape and np.isfinite(averaging.border):
        fast = build(shape, window, averaging)

    def run(image: Array, out: Array) -> None:
        pixels = image if image.dtype is pixel else image.astype(pixel)
        # a sum that is not finite tells of NaN, of infinities or of values near the limit
        if fast is None or fast(pixels, out):
            _repair(pixels, out, window, averaging, build, gain, stages or [plain])

    return Plan(averaging.written, run)


def _repair(
    image: Array,
    out: Array,
    window: Window,
    averaging: Averaging,
    build: Build,
    gain: float,
    stages: Sequence[Stage],
) -> None:
    """Filter an image that may hold NaN, infinities and values near the limit."""
    border = averaging.border
    top = max(max_abs(image), abs(border))
    if not np.isfinite(top) or np.isnan(border):
        clean = np.where(np.isfinite(image), image, image.dtype.type(0))
        finite = averaging._replace(border=border if np.isfinite(border) else 0.0)
        _repair(clean, out, window, finite, build, gain, stages)
        _mark(image, out, border, stages)
    elif max(top, 1.0) * max(gain, 1.0) <= _ROOM[averaging.accumulator.itemsize]:
        build(image.shape, window, averaging)(image, out)
    else:
        # values near the limit would overflow in sums whose average still fits
        small = image.astype(np.float64) * _SHRINK
        wide = np.empty(image.shape, np.float64)
        shrunk = Averaging(_F64, _F64, _F64, border * _SHRINK)
        build(image.shape, window, shrunk)(small, wide)
        with np.errstate(over="ignore"):
            np.copyto(out, converted(wide / _SHRINK, out.dtype))


# pixels of one kind, and whether the border is of it
Met = tuple[Array, bool]


def _mark(image: Array, out: Array, border: float, stages: Sequence[Stage]) -> None:
    """Write NaN and infinities where a window holds them."""
    unknown: Met = np.isnan(image), bool(np.isnan(border))
    up: Met = image == np.inf, border == np.inf
    down: Met = image == -np.inf, border == -np.inf
    for stage in stages:
        lost = [_reached(unknown, stage.reach)]
        lost += [_reached(met, stage.zero) for met in (up, down)]
        higher = _reached(up, stage.positive), _reached(down, stage.negative)
        lower = _reached(down, stage.positive), _reached(up, stage.negative)
        unknown, up, down = _any(*lost), _any(*higher), _any(*lower)
    out[up[0]] = np.inf
    out[down[0]] = -np.inf
    out[unknown[0] | (up[0] & down[0])] = np.nan


def _reached(met: Met, cells: Window | None) -> Met:
    """Tell which windows hold pixels of a kind in these cells."""
    pixels, beyond = met
    reached = np.zeros(pixels.shape, np.uint8)
    # weights that are all 0 make a window without a cell
    if cells is None or not cells.count or not (beyond or pixels.any()):
        return reached.view(bool), False
    extremum(pixels.view(np.uint8), cells, np.uint8(beyond), True, reached)
    return reached.astype(bool), beyond


def _any(*met: Met) -> Met:
    return np.logical_or.reduce([pixels for pixels, _ in met]), any(edge for _, edge in met)
