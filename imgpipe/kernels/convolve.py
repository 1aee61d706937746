"""Correlation and convolution with any weights."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from imgpipe.kernels.correlation.fft import correlate_by_fft, fft_pays
from imgpipe.kernels.correlation.tiles import direct_time, line_order, tiled
from imgpipe.kernels.nonfinite.averages import averaging_plan
from imgpipe.kernels.plans.averaging import Averaging, averaging
from imgpipe.kernels.plans.dtypes import Array, real_weights
from imgpipe.kernels.plans.plan import KeptArray, Plan, kept_array, planned
from imgpipe.kernels.separable.plan import weighted_plan
from imgpipe.kernels.windows.passes import Run, transposed
from imgpipe.kernels.windows.window import Window, axes_of, over_all_axes, spread

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


def convolve(
    image: Any,
    weights: Any,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    origin: Any = 0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Convolve an image: correlate it with the weights turned by half a circle.

    The meaning is that of `scipy.ndimage.convolve`, except that integer results are rounded to
    nearest even and saturated.

    Parameters
    ----------
    image, weights, mode, cval, origin, axes, output
        As in `correlate`.

    Returns
    -------
    ndarray
        The result, of the image's shape and, by default, dtype.

    Raises
    ------
    InputError
        If an argument cannot be used (a ValueError).
    TypeError
        If a dtype cannot be used; the message names a cast.

    Notes
    -----
    As in `correlate`.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import convolve
    >>> convolve(np.array([0, 0, 1, 0, 0], np.uint8), [1, 2, 3])
    array([0, 1, 2, 3, 0], dtype=uint8)
    """
    return _filter(image, weights, mode, cval, origin, axes, output, turned=True)


def correlate(
    image: Any,
    weights: Any,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    origin: Any = 0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Replace each pixel by a weighted sum of a window around it.

    The meaning is that of `scipy.ndimage.correlate`, except that integer results are rounded to
    nearest even and saturated.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool (with a float `output`), integers of 8 to 64 bits, float32 or float64.
    weights : array_like
        Finite real numbers, with one dimension per filtered axis, in the order of `axes`. A weight
        of 0 takes its cell out of the window.
    mode : str or sequence of str
        Border: ``reflect``, ``nearest``, ``mirror``, ``wrap``, ``constant`` or a ``grid-`` alias.
    cval : float
        Value outside the image for ``constant``.
    origin : int or sequence of int
        Shift of the window; positive values move it towards the start of the axis.
    axes : int or sequence of int, optional
        Axes to filter, all by default; ``axes=(1, 2)`` filters a stack of images one by one.
    output : array or dtype, optional
        Array to fill (it may overlap `image`), or dtype of the result. A float dtype gives the
        unrounded sum.

    Returns
    -------
    ndarray
        The result, of the image's shape and, by default, dtype.

    Raises
    ------
    InputError
        If an argument cannot be used (a ValueError).
    TypeError
        If a dtype cannot be used; the message names a cast.

    Notes
    -----
    Weights that are a product of lines are applied axis by axis, large windows by Fourier
    transform, all others tap by tap. Integers of 8 and 16 bits and float32 are computed in float32,
    all else in float64: an integer result may be off by one where the exact value lies within
    float32's rounding of a tie.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import correlate
    >>> correlate(np.array([0, 0, 1, 0, 0], np.uint8), [1, 2, 3])
    array([0, 3, 2, 1, 0], dtype=uint8)
    """
    return _filter(image, weights, mode, cval, origin, axes, output, turned=False)


def _filter(
    image: Any,
    weights: Any,
    mode: Any,
    cval: float,
    origin: Any,
    axes: Any,
    output: Any,
    *,
    turned: bool,
) -> Array:
    return planned(_plan, image, output, kept_array(weights), mode, cval, origin, axes, turned)


def _plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    output: np.dtype[Any],
    weights: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
    turned: bool,
) -> Plan:
    chosen = axes_of(axes, len(shape))
    values = weights.array() if isinstance(weights, KeptArray) else weights
    taps = real_weights(values, len(chosen))
    window = spread(len(shape), chosen, taps.shape, origin, mode)
    taps = over_all_axes(taps, chosen, len(shape))
    if turned:
        window, taps = window.mirrored(), np.flip(taps)
    window = replace(window, footprint=taps != 0)
    signs = (_part(window, taps > 0), _part(window, taps < 0))
    gain = float(np.abs(taps).sum())
    lines = _factors(taps)
    if lines is not None:
        return weighted_plan(shape, dtype, output, window, lines, cval, gain=gain, signs=signs)
    dtypes = averaging(dtype, output, cval, window.constant)
    dtypes = dtypes._replace(accumulator=_F32 if _single(dtypes, taps) else _F64)

    def build(shape: tuple[int, ...], window: Window, dtypes: Averaging) -> Run:
        return _loop(shape, window, taps, dtypes)

    return averaging_plan(shape, window, dtypes, build, gain=gain, signs=signs)


def _single(dtypes: Averaging, weights: Array) -> bool:
    """Tell whether float32 will do: for pixels that are short, and weights that it can hold."""
    dtype, _, written, border = dtypes
    edge = border if np.isfinite(border) else 0.0
    if written == _F64 or (dtype.itemsize > 2 and dtype != _F32):
        return False
    sizes = np.abs(weights[weights != 0])
    top = max(2.0 ** (8 * min(dtype.itemsize, 2)), abs(edge)) * float(sizes.sum())
    # integers must not be off by more than a rounding of sums near a tie
    room = 1e37 if written == _F32 else 2.0**20
    return bool(top < room and (sizes > 1e-30).all())


def _loop(shape: tuple[int, ...], window: Window, taps: Array, dtypes: Averaging) -> Run:
    """Choose how to correlate finite images; the loop returns true where that went wrong."""
    if not taps.any():
        return _zeros
    loop = None
    if not fft_pays(shape, taps.shape, direct_time(taps)):
        order = line_order(shape, taps.shape)
        loop = _dense(order or list(range(len(shape))), shape, window, taps, dtypes)
        if loop is not None and order is not None:
            loop = transposed(order, loop)
    cval, accumulator = dtypes.border, dtypes.accumulator
    return loop or partial(correlate_by_fft, window, taps, cval, accumulator)


def _zeros(_image: Array, out: Array) -> bool:
    out.fill(0)
    return False


def _dense(
    order: list[int], shape: tuple[int, ...], window: Window, taps: Array, dtypes: Averaging
) -> Run | None:
    """Return the loop over an image with its axes in another order, None if it cannot be used."""
    turned, weights = tuple(shape[axis] for axis in order), taps.transpose(order)
    pixel, accumulator, written, cval = dtypes
    return tiled(turned, pixel, written, accumulator, window.reordered(order), weights, cval)


def _part(window: Window, cells: Array) -> Window | None:
    return replace(window, footprint=cells) if cells.any() else None


def _factors(weights: Array) -> list[Array] | None:
    """Return one line per axis whose outer product is `weights`, or None if there are none."""
    peak = np.unravel_index(np.argmax(np.abs(weights)), weights.shape)
    largest = weights[peak]
    # a pass runs over axes longer than one tap: the scale must go to one of these
    scaled = int(np.argmax(weights.shape))
    if largest == 0 or weights.shape[scaled] == 1:
        return None
    lines = []
    product = np.ones((1,) * weights.ndim)
    for axis, k in enumerate(weights.shape):
        through = tuple(slice(None) if a == axis else p for a, p in enumerate(peak))
        line = weights[through] / (1.0 if axis == scaled else largest)
        product = product * line.reshape([k if a == axis else 1 for a in range(weights.ndim)])
        lines.append(line)
    # a cell that is out of the window must stay out
    same = (weights == 0) == (product == 0)
    close = np.abs(product - weights) <= 4 * np.finfo(float).eps * np.abs(weights)
    return lines if (same & close).all() else None
