"""Correlation by Fourier transform, for windows of many cells."""

import math
from typing import Any

import numpy as np

from imgpipe._runtime.threads import thread_count
from imgpipe.kernels.plans.dtypes import Array, converted
from imgpipe.kernels.windows.padding import padded
from imgpipe.kernels.windows.window import Window

# nanoseconds that the transforms take for each pixel, padding included
_TIME = 20.0
# pixels transformed at once, where a stack is filtered image by image
_CHUNK = 1 << 22


def fft_pays(shape: tuple[int, ...], sizes: tuple[int, ...], time: float) -> bool:
    """Tell whether transforms are expected to be faster than `time`, in nanoseconds a pixel."""
    grown = math.prod(_lengths(shape, sizes)) / math.prod(shape)
    return time > _TIME * grown


def correlate_by_fft(
    window: Window,
    weights: Array,
    cval: float,
    accumulator: np.dtype[Any],
    image: Array,
    out: Array,
) -> bool:
    """Correlate an image over the axes longer than one tap; return whether a sum is not finite.

    Integers are transformed in float64, so that they round as they would tap by tap.
    """
    import scipy.fft

    dtype = np.dtype(np.float64) if image.dtype.kind in "iu" else accumulator
    source = padded(image, window, dtype.type(cval), dtype)
    active = [axis for axis, k in enumerate(weights.shape) if k > 1]
    resting = [axis for axis, k in enumerate(weights.shape) if k == 1]
    lengths = _lengths(image.shape, weights.shape)
    shape = [lengths[axis] for axis in active]
    inside = tuple(slice(image.shape[axis]) for axis in active)
    order = [*resting, *active]
    taps = weights.transpose(order).reshape([weights.shape[a] for a in active]).astype(dtype)
    spectrum = np.conj(scipy.fft.rfftn(taps, shape))
    stack = source.transpose(order).reshape([-1, *(source.shape[a] for a in active)])
    result = np.empty([len(stack), *(image.shape[a] for a in active)], dtype)
    axes = tuple(range(1, stack.ndim))
    workers = thread_count()
    step = max(1, _CHUNK // math.prod(shape))
    for first in range(0, len(stack), step):
        part = scipy.fft.rfftn(stack[first : first + step], shape, axes=axes, workers=workers)
        part *= spectrum
        whole = scipy.fft.irfftn(part, shape, axes=axes, workers=workers)
        result[first : first + step] = whole[(slice(None), *inside)]
    full = result.reshape([image.shape[a] for a in order])
    np.copyto(out, converted(full.transpose(np.argsort(order)), out.dtype))
    return not np.isfinite(result).all()


def _lengths(shape: tuple[int, ...], window: tuple[int, ...]) -> list[int]:
    return [_fast_length(n + k - 1) if k > 1 else n for n, k in zip(shape, window, strict=True)]


def _fast_length(n: int) -> int:
    """`scipy.fft.next_fast_len` of real numbers (no prime above 5): planning needs no SciPy."""
    while True:
        rest = n
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 1
