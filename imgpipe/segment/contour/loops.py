"""The loops of the descent: a step of the level set with its sums, and the length of the contour.

Images of any number of axes are flat, with a border of weight 0 that takes no part: a neighbour is
a fixed distance away, and a loop runs over blocks of pixels, whatever lines they are of. Beyond the
last pixel there is room, so that all blocks are whole.

Single precision; sums are in double precision, and of blocks, so that the number of threads changes
none.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

Flat = np.ndarray[Any, np.dtype[np.float32]]
Sums = np.ndarray[Any, np.dtype[np.float64]]

# pixels; what a block needs stays in the cache of a core
BLOCK = 2048
# below this, differences of H count by their square: where H is flat, the gradient has no direction
_BEND_SQUARED = np.float32(0.01)
BEND = np.sqrt(_BEND_SQUARED)
# from 0, of a level set: its fourth power is a number
FARTHEST = np.float32(1e6)

# sums that are added up one by one
_LANES = 32
_HALF, _ONE, _ZERO = np.float32(0.5), np.float32(1), np.float32(0)
_PI = np.float32(np.pi)
# arctan(x) / (pi x) as a polynomial of x**2 on [0, 1]: Chebyshev nodes, off by 6e-8 at most
_A0, _A1, _A2, _A3 = (
    np.float32(v) for v in (0.31830984354, -0.10609845817, 0.06355681270, -0.04457385838)
)
_A4, _A5, _A6, _A7 = (
    np.float32(v) for v in (0.03141357377, -0.01872609183, 0.00756957428, -0.00145142688)
)


class Grid(NamedTuple):
    """Where neighbours are.

    Parameters
    ----------
    strides : ndarray of int64
        Of each axis; the first is the longest, and as many pixels of the border come first.
    pulls : ndarray of float32
        Half of one over the squared distance of neighbours.
    """

    strides: Any
    pulls: Any


class Field(NamedTuple):
    """A level set, and what is known of it.

    Parameters
    ----------
    phi : ndarray of float32
    h : ndarray of float32
        H(phi).
    steepness : ndarray of float32
        1 / |grad h|.
    """

    phi: Flat
    h: Flat
    steepness: Flat


class Force(NamedTuple):
    """What moves the contour.

    Parameters
    ----------
    square, linear, constant : float32
        Of the gray value u: lambda1 (u - c1)**2 - lambda2 (u - c2)**2.
    mu, step : float32
    """

    square: Any
    linear: Any
    constant: Any
    mu: Any
    step: Any


@jit
def move(
    first: int,
    last: int,
    grid: Grid,
    image: Flat,
    weight: Flat,
    old: Field,
    new: Field,
    force: Force,
    sums: Sums,
) -> None:
    """Step from `old` to `new.phi` and `new.h`, in blocks `first` to `last`.

    `sums` of a block become those of h, u h, u**2 h, and of the step times the energy's gradient.
    `weight` is 1 where the image is looked at, else 0.
    """
    pull, damping = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    area, first_moment = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    second_moment = np.empty(BLOCK, np.float32)
    for block in range(first, last):
        begin = grid.strides[0] + block * BLOCK
        end = begin + BLOCK
        pull[:] = _ZERO
        damping[:] = _ZERO
        for axis in range(grid.strides.size):
            k = force.mu * grid.pulls[axis]
            _pull(pull, damping, old, weight, begin, grid.strides[axis], k)
        u, w = image[begin:end], weight[begin:end]
        phi, moved, h = old.phi[begin:end], new.phi[begin:end], new.h[begin:end]
        gain = pull
        for j in range(BLOCK):
            g = pull[j] + (force.square * u[j] + force.linear) * u[j] + force.constant
            # 1 / delta, and both quotients by one division
            wide = _PI * (_ONE + phi[j] * phi[j])
            damped = wide + force.step * damping[j]
            share = _ONE / (wide * damped)
            change = -force.step * g * w[j] * (wide * wide * share)
            moved[j] = min(max(phi[j] + change, -FARTHEST), FARTHEST)
            gain[j] = (moved[j] - phi[j]) * g * (damped * share)
        _heaviside(moved, h)
        _weigh(h, u, w, area, first_moment, second_moment)
        sums[block, 0] = _sum(area)
        sums[block, 1] = _sum(first_moment)
        sums[block, 2] = _sum(second_moment)
        sums[block, 3] = _sum(gain)


@jit
def measure(first: int, last: int, grid: Grid, weight: Flat, field: Field, sums: Sums) -> None:
    """Find `field.steepness` and the sum of |grad h| of each block."""
    squares = np.empty(BLOCK, np.float32)
    for block in range(first, last):
        begin = grid.strides[0] + block * BLOCK
        end = begin + BLOCK
        squares[:] = _ZERO
        for axis in range(grid.strides.size):
            _square(squares, field.h, weight, begin, grid.strides[axis], grid.pulls[axis])
        _lengths(squares, weight[begin:end], field.steepness[begin:end])
        sums[block] = _sum(squares)


@jit_helper
def _pull(
    pull: Flat, damping: Flat, field: Field, weight: Flat, begin: int, stride: int, k: Any
) -> None:
    """Add the gradient of the length by h, and its weights, of the neighbours along an axis.

    They are added as a pair, so that a mirrored image has the mirrored gradient to the last bit.
    """
    end = begin + pull.size
    before, after = begin - stride, begin + stride
    h, r = field.h[begin:end], field.steepness[begin:end]
    h0, h1 = field.h[before : end - stride], field.h[after : end + stride]
    r0, r1 = field.steepness[before : end - stride], field.steepness[after : end + stride]
    w0, w1 = weight[before : end - stride], weight[after : end + stride]
    for j in range(pull.size):
        a = (r[j] + r0[j]) * w0[j]
        b = (r[j] + r1[j]) * w1[j]
        pull[j] += ((h[j] - h0[j]) * a + (h[j] - h1[j]) * b) * k
        damping[j] += (a + b) * k


@jit_helper
def _square(squares: Flat, flat: Flat, weight: Flat, begin: int, stride: int, k: Any) -> None:
    end = begin + squares.size
    h = flat[begin:end]
    h0, h1 = flat[begin - stride : end - stride], flat[begin + stride : end + stride]
    w0, w1 = weight[begin - stride : end - stride], weight[begin + stride : end + stride]
    for j in range(squares.size):
        a, b = h[j] - h0[j], h[j] - h1[j]
        squares[j] += (a * a * w0[j] + b * b * w1[j]) * k


@jit_helper
def _lengths(squares: Flat, w: Flat, steepness: Flat) -> None:
    """Turn squares of the gradient into its lengths."""
    for j in range(squares.size):
        length = np.sqrt(squares[j] + _BEND_SQUARED)
        steepness[j] = _ONE / length
        squares[j] = (length - BEND) * w[j]


@jit_helper
def _heaviside(phi: Flat, h: Flat) -> None:
    """1/2 + arctan(phi) / pi, whose small values keep their digits."""
    for j in range(phi.size):
        size = abs(phi[j])
        x = min(size, _ONE) / max(size, _ONE)
        t = x * x
        p = _A4 + t * (_A5 + t * (_A6 + t * _A7))
        p = x * (_A0 + t * (_A1 + t * (_A2 + t * (_A3 + t * p))))
        tail = p if size > _ONE else _HALF - p
        h[j] = tail if phi[j] < _ZERO else _ONE - tail


@jit_helper
def _weigh(h: Flat, u: Flat, w: Flat, area: Flat, first: Flat, second: Flat) -> None:
    """Powers of the gray value, by how much of a pixel is inside."""
    for j in range(h.size):
        share = h[j] * w[j]
        area[j] = share
        first[j] = share * u[j]
        second[j] = share * u[j] * u[j]


@jit_helper
def _sum(values: Flat) -> float:
    """Sum of a block, half on half; it writes over the values."""
    n = values.size
    while n > _LANES:
        n //= 2
        front, back = values[:n], values[n : 2 * n]
        for j in range(n):
            front[j] += back[j]
    total = 0.0
    for j in range(n):
        total += values[j]
    return total
