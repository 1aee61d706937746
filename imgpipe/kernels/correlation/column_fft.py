"""Dense weights of many lines: a Fourier transform along the columns, taps along the rows.

In the spectrum of each column a window of k lines is one product, so that a sum costs k complex
products instead of k * k. All transforms of a block run side by side, a line of columns at a time:
these loops are long and straight, and a transform along the rows, for which the block would have
to be turned, is spared. Two blocks are filtered at once, as real and imaginary part of one: the
weights are real, so the two come out apart.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.correlation.column_taps import PITCH
from imgpipe.kernels.correlation.dense import ROWS, fill, store
from imgpipe.kernels.plans.dtypes import Array

# Lines of a transform, a power of 4. With 64, four parts fit the second-level cache.
SIZE = 64
# taps that one pass along a line adds up
TAPS = 8


def spectra(plane: Array) -> tuple[Array, Array]:
    """Return real and imaginary part of the spectra of the columns of weights, line by line.

    Rows are in the order in which the transform of the image leaves them. Columns are filled up.
    """
    order = np.zeros(1, np.int64)
    while order.size < SIZE:
        order = (4 * order + np.arange(4)[:, np.newaxis]).ravel()
    spectrum = np.conj(np.fft.fft(plane, SIZE, axis=0))[order] / SIZE
    padded = np.pad(spectrum, ((0, 0), (0, -plane.shape[1] % TAPS)))
    return np.ascontiguousarray(padded.real), np.ascontiguousarray(padded.imag)


def circle() -> Array:
    """Cosine and sine of the angles of a transform."""
    angle = 2 * np.pi * np.arange(SIZE) / SIZE
    return np.stack([np.cos(angle), np.sin(angle)])


@jit
def upright_blocks(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    groups: Array,
    blocks: Array,
    table: Array,
    slabs: Array,
    real: Array,
    imaginary: Array,
    turns: Array,
    shape: Array,
    cval: Any,
    low: Any,
    high: Any,
    rounds: int,
) -> bool:
    """Filter pairs of groups of blocks; return whether a sum of floats was not finite."""
    re = np.zeros(SIZE * PITCH, real.dtype)
    im = np.zeros(SIZE * PITCH, real.dtype)
    sums_re = np.zeros(SIZE * PITCH, real.dtype)
    sums_im = np.zeros(SIZE * PITCH, real.dtype)
    bad = False
    for pair in range(start, stop):
        first, middle = groups[2 * pair], groups[2 * pair + 1]
        last = groups[min(2 * pair + 2, groups.size - 1)]
        wide = _gather(x, blocks, first, middle, table, slabs, shape, cval, re)
        wide = max(wide, _gather(x, blocks, middle, last, table, slabs, shape, cval, im))
        _forward(re, im, turns, wide)
        count = (wide - shape[6] + 15) // 16 * 16
        for line in range(SIZE):
            at = line * PITCH
            sums_re[at : at + count] = 0
            sums_im[at : at + count] = 0
            for tap in range(0, real.shape[1], TAPS):
                _add_eight(
                    re,
                    im,
                    at + tap * shape[12],
                    shape[12],
                    sums_re,
                    sums_im,
                    at,
                    real[line],
                    imaginary[line],
                    tap,
                    count,
                )
        _backward(sums_re, sums_im, turns, count)
        bad |= _scatter(sums_re, out, blocks, first, middle, shape, low, high, rounds)
        bad |= _scatter(sums_im, out, blocks, middle, last, shape, low, high, rounds)
    return bad


@jit_helper
def _gather(
    x: Array,
    blocks: Array,
    first: int,
    last: int,
    table: Array,
    slabs: Array,
    shape: Array,
    cval: Any,
    scratch: Array,
) -> int:
    """Fill a scratch with the blocks of a group; return the columns that they take."""
    if first == last:
        return 0
    pitch = blocks[first, 4] + shape[6]
    rows = blocks[first, 2]
    for number in range(first, last):
        fill(x, blocks, number, table, slabs, shape, cval, scratch, (number - first) * pitch)
        rows = min(rows, blocks[number, 2])
    wide = (last - first) * pitch
    # what an earlier transform left is larger than pixels, and would cost digits
    for r in range(rows + shape[7] - 1, SIZE):
        for number in range(first, last):
            if r >= blocks[number, 2] + shape[7] - 1:
                at = r * PITCH + (number - first) * pitch
                scratch[at : at + pitch] = 0
    return wide


@jit_helper
def _scatter(
    sums: Array,
    out: Array,
    blocks: Array,
    first: int,
    last: int,
    shape: Array,
    low: Any,
    high: Any,
    rounds: int,
) -> bool:
    bad = False
    for number in range(first, last):
        pitch = blocks[first, 4] + shape[6]
        for r in range(0, blocks[number, 2], ROWS):
            at = r * PITCH + (number - first) * pitch
            bad |= store(sums, at, out, blocks, number, r, shape, low, high, rounds)
    return bad


@jit_helper
def _forward(re: Array, im: Array, turns: Array, count: int) -> None:
    size = SIZE
    while size > 1:
        quarter, angle = size // 4, SIZE // size
        for first in range(0, SIZE, size):
            for m in range(quarter):
                _split(re, im, (first + m) * PITCH, quarter * PITCH, turns, m * angle, count)
        size = quarter


@jit_helper
def _backward(re: Array, im: Array, turns: Array, count: int) -> None:
    size = 4
    while size <= SIZE:
        quarter, angle = size // 4, SIZE // size
        for first in range(0, SIZE, size):
            for m in range(quarter):
                _join(re, im, (first + m) * PITCH, quarter * PITCH, turns, m * angle, count)
        size *= 4


# contraction (fused multiply-add), here and below, halves the arithmetic
@jit_helper(contract=True)
def _split(re: Array, im: Array, at: int, step: int, turns: Array, angle: int, count: int) -> None:
    """Transform four lines, then turn three of them: a step of a transform of radix 4."""
    c1, c2, c3 = turns[0, angle], turns[0, 2 * angle], turns[0, 3 * angle]
    s1, s2, s3 = turns[1, angle], turns[1, 2 * angle], turns[1, 3 * angle]
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
def _join(re: Array, im: Array, at: int, step: int, turns: Array, angle: int, count: int) -> None:
    """Undo `_split`, but for a factor of 4."""
    c1, c2, c3 = turns[0, angle], turns[0, 2 * angle], turns[0, 3 * angle]
    s1, s2, s3 = turns[1, angle], turns[1, 2 * angle], turns[1, 3 * angle]
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
def _add_eight(
    re: Array,
    im: Array,
    at: int,
    step: int,
    sums_re: Array,
    sums_im: Array,
    sums_at: int,
    real: Array,
    imaginary: Array,
    tap: int,
    count: int,
) -> None:
    """Add eight complex taps along a line, `step` columns apart."""
    a0, a1, a2, a3 = real[tap], real[tap + 1], real[tap + 2], real[tap + 3]
    a4, a5, a6, a7 = real[tap + 4], real[tap + 5], real[tap + 6], real[tap + 7]
    b0, b1, b2, b3 = imaginary[tap], imaginary[tap + 1], imaginary[tap + 2], imaginary[tap + 3]
    b4, b5, b6, b7 = imaginary[tap + 4], imaginary[tap + 5], imaginary[tap + 6], imaginary[tap + 7]
    line, sums, gap = np.uintp(at), np.uintp(sums_at), np.uintp(step)
    for k in range(count):
        j = np.uintp(k)
        i = line + j
        p, q = sums_re[sums + j], sums_im[sums + j]
        u, v = re[i], im[i]
        p, q = p + a0 * u - b0 * v, q + a0 * v + b0 * u
        i += gap
        u, v = re[i], im[i]
        p, q = p + a1 * u - b1 * v, q + a1 * v + b1 * u
        i += gap
        u, v = re[i], im[i]
        p, q = p + a2 * u - b2 * v, q + a2 * v + b2 * u
        i += gap
        u, v = re[i], im[i]
        p, q = p + a3 * u - b3 * v, q + a3 * v + b3 * u
        i += gap
        u, v = re[i], im[i]
        p, q = p + a4 * u - b4 * v, q + a4 * v + b4 * u
        i += gap
        u, v = re[i], im[i]
        p, q = p + a5 * u - b5 * v, q + a5 * v + b5 * u
        i += gap
        u, v = re[i], im[i]
        p, q = p + a6 * u - b6 * v, q + a6 * v + b6 * u
        i += gap
        u, v = re[i], im[i]
        p, q = p + a7 * u - b7 * v, q + a7 * v + b7 * u
        sums_re[sums + j], sums_im[sums + j] = p, q
