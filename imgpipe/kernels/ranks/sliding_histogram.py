"""The median of any window, by a histogram that slides along lines."""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.padding import flat, line_starts, padded
from imgpipe.kernels.windows.window import Window


def sliding_histogram_median(image: Array, window: Window, cval: Any, out: Array) -> None:
    """Write the upper median of every window, in a time that grows with its rim only."""
    values, codes = _coded(image, cval if window.constant else image.flat[0])
    source = padded(codes[:-1].reshape(image.shape), window, codes[-1])
    footprint = np.ones(window.sizes, bool) if window.footprint is None else window.footprint
    step = np.eye(image.ndim, dtype=np.int64)[-1]
    rim = np.zeros_like(footprint)
    rim[..., :1] = True
    leaving = np.argwhere(footprint & (rim | ~np.roll(footprint, 1, axis=-1)))
    entering = np.argwhere(footprint & (np.flip(rim) | ~np.roll(footprint, -1, axis=-1))) + step
    medians = np.empty(image.shape, codes.dtype)
    bits = (len(values) - 1).bit_length()
    run_bands(
        _sliding_lines,
        image.size // image.shape[-1],
        image.size * 8 * (len(leaving) + 16),
        source.ravel(),
        medians.reshape(-1, image.shape[-1]),
        line_starts(image.shape, source.shape),
        flat(np.argwhere(footprint), source.shape),
        flat(leaving, source.shape),
        flat(entering, source.shape),
        bits,
    )
    np.take(values, medians, out=out)


def _coded(image: Array, cval: Any) -> tuple[Array, Array]:
    """Return sorted values and, for each pixel and then `cval`, the number of its value."""
    pixels = np.append(image.ravel(), image.dtype.type(cval))
    if image.dtype.kind in "iu" and image.itemsize <= 2:
        low = np.iinfo(image.dtype).min
        unsigned = np.dtype(f"u{image.itemsize}")
        values = np.arange(2 ** (8 * image.itemsize)) + low
        # in two's complement, flipping the sign bit is subtracting the lowest value
        codes = pixels.view(unsigned) ^ unsigned.type(-low)
        return values.astype(image.dtype), codes
    values, codes = np.unique(pixels, return_inverse=True)
    return values, codes.astype(np.int32)


@jit
def _sliding_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    starts: Array,
    window: Array,
    leaving: Array,
    entering: Array,
    bits: int,
) -> None:
    rank = window.size // 2
    shift = bits // 2
    fine = np.zeros(1 << bits, np.int32)
    coarse = np.zeros((1 << bits >> shift) + 1, np.int32)
    for number in range(start, stop):
        base = starts[number]
        bucket = 0
        below = 0
        for t in range(window.size):
            code = np.int64(x[base + window[t]])
            fine[code] += 1
            coarse[code >> shift] += 1
        for j in range(out.shape[1]):
            while below > rank:
                bucket -= 1
                below -= coarse[bucket]
            while below + coarse[bucket] <= rank:
                below += coarse[bucket]
                bucket += 1
            level = bucket << shift
            counted = below + fine[level]
            while counted <= rank:
                level += 1
                counted += fine[level]
            out[number, j] = level
            if j + 1 == out.shape[1]:
                break
            for t in range(leaving.size):
                code = np.int64(x[base + j + leaving[t]])
                fine[code] -= 1
                coarse[code >> shift] -= 1
                below -= int((code >> shift) < bucket)
            for t in range(entering.size):
                code = np.int64(x[base + j + entering[t]])
                fine[code] += 1
                coarse[code >> shift] += 1
                below += int((code >> shift) < bucket)
        for t in range(window.size):
            code = np.int64(x[base + out.shape[1] - 1 + window[t]])
            fine[code] -= 1
            coarse[code >> shift] -= 1
