"""Plans of Gaussians and of their derivatives."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.nonfinite.averages import Stage
from imgpipe.kernels.plans.averaging import averaging
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import Plan
from imgpipe.kernels.separable.plan import weighted_plan
from imgpipe.kernels.windows.window import Window, axes_of, check_length, per_axis, spread, whole

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


def gaussian_plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    sigma: Any,
    order: Any,
    truncate: Any,
    radius: Any,
    mode: Any,
    cval: Any,
    axes: Any,
) -> Plan:
    """Plan a Gaussian, or a derivative of it."""
    chosen = axes_of(axes, len(shape))
    orders = orders_of(order, len(chosen))
    lines = gaussian_lines(sigma, truncate, radius, len(chosen), orders)
    window = spread(len(shape), chosen, [len(line) for line in lines], 0, mode)
    weights = [np.ones(1)] * len(shape)
    for axis, line in zip(chosen, lines, strict=True):
        weights[axis] = line
    if not any(orders):
        return weighted_plan(shape, dtype, output, window, weights, cval)
    gain = float(np.prod([max(np.abs(line).sum(), 1.0) for line in weights]))
    stages = [_stage(window, axis, line) for axis, line in enumerate(weights) if line.size > 1]
    return weighted_plan(shape, dtype, output, window, weights, cval, gain=gain, stages=stages)


def gaussian_laplace_plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    sigma: Any,
    truncate: Any,
    radius: Any,
    mode: Any,
    cval: Any,
    axes: Any,
) -> Plan:
    """Plan the sum of a Gaussian's second derivatives along each axis."""
    count = len(axes_of(axes, len(shape)))
    # the parts are floats: what an integer output cannot hold is refused here
    averaging(dtype, output, cval, constant=True)
    written = _F32 if output == _F32 else _F64
    parts = [
        gaussian_plan(shape, dtype, written, sigma, order, truncate, radius, mode, cval, axes)
        for order in (2 * np.eye(count, dtype=int)).tolist()
    ]

    def run(image: Array, out: Array) -> None:
        if not parts:
            out.fill(0)
            return
        parts[0].run(image, out)
        part = np.empty_like(out)
        for each in parts[1:]:
            each.run(image, part)
            # infinities of both signs make NaN, which is no mistake
            with np.errstate(invalid="ignore", over="ignore"):
                np.add(out, part, out=out)

    return Plan(written, run)


def _stage(window: Window, axis: int, line: Array) -> Stage:
    """Tell which cells along one axis weigh more than nothing, which less, and which nothing."""
    cells = (np.ones(line.size, bool), line > 0, line < 0, line == 0)
    reach, *signs = [window.along(axis, each) for each in cells]
    assert reach is not None
    return Stage(reach, *signs)


def gaussian_lines(
    sigma: Any, truncate: Any, radius: Any, count: int, orders: Sequence[int] = ()
) -> list[Array]:
    """Give weights for each filtered axis: a Gaussian whose sum is 1, or a derivative of it."""
    widths, reach = reach_of(sigma, truncate, radius, count)
    lines = []
    for s, r, order in zip(widths, reach, orders or [0] * count, strict=True):
        # as in SciPy, a width below 1e-15 is none
        if order and (s <= 1e-15 or r < 1):
            raise InputError(
                f"sigma {sigma!r} makes a window of one pixel, which has no derivative (order "
                f"{order}): take a larger sigma, or order 0 along that axis"
            )
        x = np.arange(-r, r + 1) / s if s > 1e-15 else np.zeros(1)
        weights = np.exp(-0.5 * x * x)
        line = weights / weights.sum()
        with np.errstate(over="ignore", invalid="ignore"):
            lines.append(line * _hermite(x, order) / np.float64(s) ** order if order else line)
        if not np.isfinite(lines[-1]).all():
            raise InputError(f"order {order} is too high for sigma {sigma!r}: weights overflow")
    return lines


def _hermite(x: Array, order: int) -> Array:
    """Give what a derivative multiplies a Gaussian of width 1 by, turned by half a circle."""
    before, polynomial = np.zeros_like(x), np.ones_like(x)
    for n in range(order):
        before, polynomial = polynomial, x * polynomial - n * before
        if not np.isfinite(polynomial).all():  # nor will a higher order be
            break
    return polynomial


def orders_of(order: Any, count: int) -> list[int]:
    """Check orders of derivatives, one per filtered axis."""
    orders = [whole(o, "order") for o in per_axis(order, "order", count)]
    if min(orders, default=0) < 0:
        raise InputError(f"order must be 0 (no derivative) or more, got {order!r}")
    return orders


def reach_of(sigma: Any, truncate: Any, radius: Any, count: int) -> tuple[list[float], list[int]]:
    """Check the widths of a Gaussian, and give with them its reach along each filtered axis."""
    widths = [_not_negative(s, "sigma") for s in per_axis(sigma, "sigma", count)]
    if radius is None:
        reach = _not_negative(truncate, "truncate")
        for s in widths:
            check_length(2 * reach * s, "sigma", sigma)
        radii = [int(reach * s + 0.5) for s in widths]
    else:
        radii = [whole(r, "radius") for r in per_axis(radius, "radius", count)]
        if min(radii, default=0) < 0:
            raise InputError(f"radius must not be negative, got {radius!r}")
        check_length(2 * max(radii, default=0), "radius", radius)
    return widths, radii


def _not_negative(value: Any, name: str) -> float:
    try:
        number = -1.0 if isinstance(value, (str, bytes)) else float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not (0 <= number < np.inf):
        raise InputError(f"{name} must be a finite number, 0 or more, got {value!r}")
    return number
