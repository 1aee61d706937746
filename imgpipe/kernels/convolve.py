"""Correlation and convolution with any weights."""

from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.kernels._arrays import Array, as_image, converted, limits, real_weights
from imgpipe.kernels._averaging import average
from imgpipe.kernels._jit import jit
from imgpipe.kernels._padding import flat, line_starts, padded
from imgpipe.kernels._rounding import store
from imgpipe.kernels._spectrum import correlate_by_fft, fft_pays
from imgpipe.kernels._threads import run_bands
from imgpipe.kernels._weighted import weighted
from imgpipe.kernels._windows import Window, axes_of, over_all_axes, spread

# taps that one pass over a line adds up
_TAPS = 5


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
    transform, all others tap by tap. Integers of 8 bits and float32 are computed in float32, all
    else in float64.

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
    image = as_image(image)
    chosen = axes_of(axes, image.ndim)
    taps = real_weights(weights, len(chosen))
    box = spread(image.ndim, chosen, taps.shape, origin, mode)
    taps = over_all_axes(taps, chosen, image.ndim)
    if turned:
        box, taps = box.mirrored(), np.flip(taps)
    lines = _factors(taps)

    def compute(x: Array, window: Window, out: Array, cval: float, accumulator: Any) -> None:
        if lines is not None:
            weighted(x, window, window.ordered(lines), out, cval, accumulator)
            return
        order = window.axes or range(x.ndim)
        tap_by_tap = taps.transpose(order)
        if fft_pays(x.shape, tap_by_tap):
            result = correlate_by_fft(x, window, tap_by_tap, cval, accumulator)
            np.copyto(out, converted(result, out.dtype))
        else:
            _correlate(x, window, tap_by_tap, out, cval, accumulator)

    return average(
        image,
        output,
        cval,
        replace(box, cells=taps != 0),
        compute,
        gain=float(np.abs(taps).sum()),
        positive=_part(box, taps > 0),
        negative=_part(box, taps < 0),
    )


def _part(window: Window, cells: Array) -> Window | None:
    return replace(window, cells=cells) if cells.any() else None


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


def _correlate(
    image: Array,
    window: Window,
    weights: Array,
    out: Array,
    cval: float,
    accumulator: np.dtype[Any],
) -> None:
    real = accumulator.type
    source = padded(image, window, real(cval), accumulator)
    where = np.argwhere(weights)
    idle = -len(where) % _TAPS
    low, high = limits(out.dtype)
    run_bands(
        _correlate_lines,
        image.size // image.shape[-1],
        image.size * len(where) * accumulator.itemsize / 4,
        source.ravel(),
        out.reshape(-1, image.shape[-1]),
        line_starts(image.shape, source.shape),
        np.append(flat(where, source.shape), np.zeros(idle, np.int64)),
        np.append(weights[weights != 0], np.zeros(idle)).astype(accumulator),
        real(low) if low is not None else None,
        real(high) if high is not None else None,
    )


# contract: fused multiply-adds, measured at nearly half the time of separate ones
@jit(contract=True)
def _correlate_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    starts: Array,
    taps: Array,
    weights: Array,
    low: Any,
    high: Any,
) -> None:
    width = out.shape[1]
    total = np.empty(width, x.dtype)
    one = x.dtype.type(1)
    for number in range(start, stop):
        source = x[starts[number] :]
        for j in range(width):
            total[j] = 0
        for t in range(0, taps.size, 5):
            a, b, c = source[taps[t] :], source[taps[t + 1] :], source[taps[t + 2] :]
            d, e = source[taps[t + 3] :], source[taps[t + 4] :]
            p, q, r = weights[t], weights[t + 1], weights[t + 2]
            u, v = weights[t + 3], weights[t + 4]
            for j in range(width):
                total[j] += p * a[j] + q * b[j] + r * c[j] + u * d[j] + v * e[j]
        store(total, out[number], width, one, low, high)
