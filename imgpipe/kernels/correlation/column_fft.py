"""Dense weights of many lines: a Fourier transform along the columns, taps along the rows.

In the spectrum of each column a window of k lines is one product, so that a sum costs k complex
products instead of k * k. All transforms of a tile run side by side, a line of columns at a time:
these loops are long and straight, and a transform along the rows, for which the tile would have
to be turned, is spared. Two tiles are filtered at once, as real and imaginary part of one: the
weights are real, so the two come out apart.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.correlation.dense import fill, store
from imgpipe.kernels.correlation.layout import PITCH, ROWS, Layout, tile_at
from imgpipe.kernels.plans.dtypes import Array

# Lines of a transform, a power of 4. With 64, four parts fit the second-level cache.
SIZE = 64
# taps that one pass along a line adds up
TAPS = 8


class Spectrum(NamedTuple):
    """Spectra of the columns of weights, line by line, and the angles of a transform."""

    real: Array
    imaginary: Array
    cosine: Array
    sine: Array


def spectrum_of(plane: Array, dtype: np.dtype[Any]) -> Spectrum:
    """Transform weights; rows are in the order in which the transform of an image leaves them.

    Columns are filled up.
    """
    order = np.zeros(1, np.int64)
    while order.size < SIZE:
        order = (4 * order + np.arange(4)[:, np.newaxis]).ravel()
    spectrum = np.conj(np.fft.fft(plane, SIZE, axis=0))[order] / SIZE
    padded = np.pad(spectrum, ((0, 0), (0, -plane.shape[1] % TAPS)))
    angle = 2 * np.pi * np.arange(SIZE) / SIZE
    parts = padded.real, padded.imag, np.cos(angle), np.sin(angle)
    return Spectrum(*(np.ascontiguousarray(part, dtype) for part in parts))


def column_fft_time(planes: Array) -> float:
    """Nanoseconds that a pixel takes, as measured with float32."""
    tall, wide = planes.shape[1:]
    if len(planes) > 1 or tall >= SIZE:
        return math.inf
    return (0.9 + 0.18 * -(-wide // TAPS)) * SIZE / (SIZE - tall + 1)


@jit
def transform_tiles(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    laid: tuple[Any, ...],
    spectrum: Spectrum,
    limits: Any,
) -> bool:
    """Filter pairs of groups of tiles; return whether a sum of floats was not finite."""
    layout = Layout(*laid)
    groups, real, imaginary = layout.groups, spectrum.real, spectrum.imaginary
    re, im = _zeros(real.dtype), _zeros(real.dtype)
    sums_re, sums_im = _zeros(real.dtype), _zeros(real.dtype)
    bad = False
    for pair in range(start, stop):
        first, middle = groups[2 * pair], groups[2 * pair + 1]
        last = groups[min(2 * pair + 2, groups.size - 1)]
        wide = _gather(x, first, middle, layout, re)
        wide = max(wide, _gather(x, middle, last, layout, im))
        _forward(re, im, spectrum.cosine, spectrum.sine, wide)
        count = (wide - layout.wide + 15) // 16 * 16
        for line in range(SIZE):
            at = line * PITCH
            sums_re[at : at + count] = 0
            sums_im[at : at + count] = 0
            for tap in range(0, real.shape[1], TAPS):
                a, b = real[line, tap : tap + TAPS], imaginary[line, tap : tap + TAPS]
                first_at = at + tap * layout.step
                _add_taps(re, im, first_at, layout.step, sums_re, sums_im, at, a, b, count)
        _backward(sums_re, sums_im, spectrum.cosine, spectrum.sine, count)
        bad |= _scatter(sums_re, out, first, middle, layout, limits)
        bad |= _scatter(sums_im, out, middle, last, layout, limits)
    return bad


@jit_helper
def _zeros(dtype: Any) -> Array:
    scratch = np.empty(SIZE * PITCH, dtype)
    scratch[:] = 0
    return scratch


@jit_helper
def _gather(x: Array, first: int, last: int, layout: Layout, scratch: Array) -> int:
    """Fill a scratch with the tiles of a group; return the columns that they take."""
    if first == last:
        return 0
    fill(x, layout, first, last, scratch)
    at = 0
    for number in range(first, last):
        tile = tile_at(layout.tiles, number)
        size = tile.columns + layout.wide
        # what an earlier transform left is larger than pixels, and would cost digits
        for line in range(tile.rows + layout.tall, SIZE):
            scratch[line * PITCH + at : line * PITCH + at + size] = 0
        at += size
    return at


@jit_helper
def _scatter(sums: Array, out: Array, first: int, last: int, layout: Layout, limits: Any) -> bool:
    bad = False
    for r in range(0, SIZE - layout.tall, ROWS):
        bad |= store(sums, r * PITCH, out, layout, first, last, r, limits)
    return bad


@jit_helper
def _forward(re: Array, im: Array, cosine: Array, sine: Array, count: int) -> None:
    size = SIZE
    while size > 1:
        quarter, angle = size // 4, SIZE // size
        for first in range(0, SIZE, size):
            for m in range(quarter):
                _butterfly(
                    re, im, (first + m) * PITCH, quarter * PITCH, cosine, sine, m * angle, count
                )
        size = quarter


@jit_helper
def _backward(re: Array, im: Array, cosine: Array, sine: Array, count: int) -> None:
    size = 4
    while size <= SIZE:
        quarter, angle = size // 4, SIZE // size
        for first in range(0, SIZE, size):
            for m in range(quarter):
                _inverse_butterfly(
                    re, im, (first + m) * PITCH, quarter * PITCH, cosine, sine, m * angle, count
                )
        size *= 4


# contraction (fused multiply-add), here and below, halves the arithmetic
@jit_helper(contract=True)
def _butterfly(
    re: Array, im: Array, at: int, step: int, cosine: Array, sine: Array, angle: int, count: int
) -> None:
    """Transform four lines, then turn three of them: a step of a transform of radix 4."""
    c1, c2, c3 = cosine[angle], cosine[2 * angle], cosine[3 * angle]
    s1, s2, s3 = sine[angle], sine[2 * angle], sine[3 * angle]
    line0, gap = np.uintp(at), np.uintp(step)
    line1, line2 = line0 + gap, line0 + gap + gap
    line3 = line2 + gap
    for k in range(count):
        j = np.uintp(k)
        a, b, c, d = re[line0 + j], re[line1 + j], re[line2 + j], re[line3 + j]
        e, f, g, h = im[line0 + j], im[line1 + j], im[line2 + j], im[line3 + j]
        even, odd, even_i, odd_i = a + c, b + d, e + g, f + h
        re[line0 + j], im[line0 + j] = even + odd, even_i + odd_i
        p, q = even - odd, even_i - odd_i
        re[line2 + j], im[line2 + j] = c2 * p + s2 * q, c2 * q - s2 * p
        u, v, w, z = a - c, b - d, e - g, f - h
        p, q = u + z, w - v
        re[line1 + j], im[line1 + j] = c1 * p + s1 * q, c1 * q - s1 * p
        p, q = u - z, w + v
        re[line3 + j], im[line3 + j] = c3 * p + s3 * q, c3 * q - s3 * p


@jit_helper(contract=True)
def _inverse_butterfly(
    re: Array, im: Array, at: int, step: int, cosine: Array, sine: Array, angle: int, count: int
) -> None:
    """Undo `_butterfly`, but for a factor of 4."""
    c1, c2, c3 = cosine[angle], cosine[2 * angle], cosine[3 * angle]
    s1, s2, s3 = sine[angle], sine[2 * angle], sine[3 * angle]
    line0, gap = np.uintp(at), np.uintp(step)
    line1, line2 = line0 + gap, line0 + gap + gap
    line3 = line2 + gap
    for k in range(count):
        j = np.uintp(k)
        a, e = re[line0 + j], im[line0 + j]
        p, q = re[line1 + j], im[line1 + j]
        b, f = c1 * p - s1 * q, c1 * q + s1 * p
        p, q = re[line2 + j], im[line2 + j]
        c, g = c2 * p - s2 * q, c2 * q + s2 * p
        p, q = re[line3 + j], im[line3 + j]
        d, h = c3 * p - s3 * q, c3 * q + s3 * p
        even, odd, even_i, odd_i = a + c, b + d, e + g, f + h
        re[line0 + j], im[line0 + j] = even + odd, even_i + odd_i
        re[line2 + j], im[line2 + j] = even - odd, even_i - odd_i
        u, v, w, z = a - c, b - d, e - g, f - h
        re[line1 + j], im[line1 + j] = u - z, w + v
        re[line3 + j], im[line3 + j] = u + z, w - v


@jit_helper(contract=True)
def _add_taps(
    re: Array,
    im: Array,
    at: int,
    step: int,
    sums_re: Array,
    sums_im: Array,
    to: int,
    real: Array,
    imaginary: Array,
    count: int,
) -> None:
    """Add eight complex taps along a line, `step` columns apart."""
    gap = np.uintp(step)
    for k in range(count):
        i, j = np.uintp(at) + np.uintp(k), np.uintp(to) + np.uintp(k)
        p, q = sums_re[j], sums_im[j]
        for t in range(TAPS):
            u, v = re[i], im[i]
            p, q = p + real[t] * u - imaginary[t] * v, q + real[t] * v + imaginary[t] * u
            i += gap
        sums_re[j], sums_im[j] = p, q
