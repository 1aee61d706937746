"""The loops of the descent: a step of the level set with its sums, and the length of the contour.

An image is a stack of lines, whatever its axes: a volume has planes of them, an image one plane.
Beyond a border stands the pixel at it, so that no difference is taken across. Lines of h = H(phi),
of 1 / |grad h| and of the weights have a column more at each end for it.

Single precision; sums are of blocks of lines, in double precision: neither the number of threads
nor a mirrored image changes them by more than their last digits.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

Lines = np.ndarray[Any, np.dtype[np.float32]]

# lines that are summed together
BLOCK = 16
# below this, differences of H count by their square: where H is flat, the gradient has no direction
BEND = np.float32(0.1)

_BEND_SQUARED = np.float32(0.01)
_HALF, _ONE, _ZERO = np.float32(0.5), np.float32(1), np.float32(0)
_PER_PI = np.float32(1 / np.pi)
# arctan(x) / (pi x) as a polynomial of x**2 on [0, 1]: Chebyshev nodes, off by 6e-8 at most
_A0, _A1, _A2, _A3 = (
    np.float32(v) for v in (0.31830984354, -0.10609845817, 0.06355681270, -0.04457385838)
)
_A4, _A5, _A6, _A7 = (
    np.float32(v) for v in (0.03141357377, -0.01872609183, 0.00756957428, -0.00145142688)
)


class Grid(NamedTuple):
    """How lines lie in the image.

    Parameters
    ----------
    lines, height : int
        Lines in all, and in a plane.
    across, down, along : float32
        Half of one over the squared distance of pixels, from plane to plane, line to line, and in
        a line.
    """

    lines: int
    height: int
    across: Any
    down: Any
    along: Any


class Field(NamedTuple):
    """A level set, and what is known of it.

    Parameters
    ----------
    phi : ndarray of float32, shape (lines, width)
    h : ndarray of float32, shape (lines, width + 2)
        H(phi).
    steepness : ndarray of float32, shape (lines, width + 2)
        1 / |grad h|.
    """

    phi: Lines
    h: Lines
    steepness: Lines


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
    image: Lines,
    weight: Lines,
    old: Field,
    new: Field,
    force: Force,
    sums: np.ndarray[Any, np.dtype[np.float64]],
) -> None:
    """Step from `old` to `new.phi` and `new.h`, in blocks `first` to `last`.

    `sums` of a block become those of h, u h, u**2 h, and of the step times the energy's gradient.
    `weight` is 1 where the image is looked at, else 0; a single line holds for all. Its last line
    is that beyond a border: 0.
    """
    width = image.shape[1]
    pull, damping = np.empty(width, np.float32), np.empty(width, np.float32)
    total = np.empty((4, width))
    for block in range(first, last):
        total[:] = 0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, grid.lines)):
            _tension(grid, i, weight, old, force.mu, pull, damping)
            u, phi = image[i], old.phi[i]
            w = _weight_of(weight, i)[1 : width + 1]
            moved, h = new.phi[i], new.h[i]
            gain = damping
            for j in range(width):
                delta = _PER_PI / (_ONE + phi[j] * phi[j])
                g = pull[j] + (force.square * u[j] + force.linear) * u[j] + force.constant
                change = -force.step * g / (_ONE + force.step * damping[j] * delta) * w[j]
                moved[j] = phi[j] + change
                gain[j] = change * g * delta
            _heaviside(moved, h[1 : width + 1])
            h[0], h[width + 1] = h[1], h[width]
            _add(total[0], total[1], total[2], total[3], h[1 : width + 1], u, w, gain)
        for k in range(4):
            sums[block, k] = total[k].sum()


@jit
def measure(
    first: int,
    last: int,
    grid: Grid,
    weight: Lines,
    field: Field,
    sums: np.ndarray[Any, np.dtype[np.float64]],
) -> None:
    """Find `field.steepness` and the sum of |grad h| of each block."""
    width = field.phi.shape[1]
    squares = np.empty(width, np.float32)
    total = np.empty(width)
    for block in range(first, last):
        total[:] = 0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, grid.lines)):
            squares[:] = _ZERO
            up, down, front, back = _neighbours(grid, i)
            h, w = field.h[i], _weight_of(weight, i)
            middle = h[1 : width + 1]
            ends = h[:width], h[2 : width + 2]
            _square(squares, middle, ends[0], ends[1], w[:width], w[2 : width + 2], grid.along)
            _square_lines(squares, field.h, weight, i, up, down, grid.down)
            if front != back:
                _square_lines(squares, field.h, weight, i, front, back, grid.across)
            steepness = field.steepness[i]
            _lengths(squares, w[1 : width + 1], steepness[1 : width + 1], total)
            steepness[0], steepness[width + 1] = steepness[1], steepness[width]
        sums[block] = total.sum()


@jit_helper
def _weight_of(weight: Lines, i: int) -> Lines:
    return weight[i % (weight.shape[0] - 1)]


@jit_helper
def _weight_beside(weight: Lines, i: int, other: int) -> Lines:
    """Weights of a line beside line `i`, which is the line itself where there is none."""
    return weight[weight.shape[0] - 1] if other == i else _weight_of(weight, other)


@jit_helper
def _neighbours(grid: Grid, i: int) -> tuple[int, int, int, int]:
    """Lines above, below, in front and behind; the line itself where there is none."""
    y = i % grid.height
    up = i - 1 if y > 0 else i
    down = i + 1 if y < grid.height - 1 else i
    front = i - grid.height if i >= grid.height else i
    back = i + grid.height if i + grid.height < grid.lines else i
    return up, down, front, back


@jit_helper
def _tension(
    grid: Grid, i: int, weight: Lines, field: Field, mu: Any, pull: Lines, damping: Lines
) -> None:
    """Gradient of the length with regard to h, and the sum of its weights."""
    width = pull.size
    pull[:] = _ZERO
    damping[:] = _ZERO
    up, down, front, back = _neighbours(grid, i)
    h, r, w = field.h[i], field.steepness[i], _weight_of(weight, i)
    _pull(
        pull,
        damping,
        h[1 : width + 1],
        r[1 : width + 1],
        (h[:width], r[:width], w[:width]),
        (h[2 : width + 2], r[2 : width + 2], w[2 : width + 2]),
        mu * grid.along,
    )
    _pull_lines(pull, damping, field, weight, i, up, down, mu * grid.down)
    if front != back:
        _pull_lines(pull, damping, field, weight, i, front, back, mu * grid.across)


@jit_helper
def _pull_lines(
    pull: Lines,
    damping: Lines,
    field: Field,
    weight: Lines,
    i: int,
    before: int,
    after: int,
    k: Any,
) -> None:
    end = pull.size + 1
    h, r = field.h, field.steepness
    w0, w1 = _weight_beside(weight, i, before), _weight_beside(weight, i, after)
    _pull(
        pull,
        damping,
        h[i][1:end],
        r[i][1:end],
        (h[before][1:end], r[before][1:end], w0[1:end]),
        (h[after][1:end], r[after][1:end], w1[1:end]),
        k,
    )


@jit_helper
def _pull(pull: Lines, damping: Lines, h: Lines, r: Lines, before: Any, after: Any, k: Any) -> None:
    """Add what the two neighbours along an axis do: as a pair, so that mirroring changes no bit."""
    h0, r0, w0 = before
    h1, r1, w1 = after
    for j in range(pull.size):
        a = (r[j] + r0[j]) * w0[j]
        b = (r[j] + r1[j]) * w1[j]
        pull[j] += ((h[j] - h0[j]) * a + (h[j] - h1[j]) * b) * k
        damping[j] += (a + b) * k


@jit_helper
def _square_lines(
    squares: Lines, h: Lines, weight: Lines, i: int, before: int, after: int, k: Any
) -> None:
    end = squares.size + 1
    w0, w1 = _weight_beside(weight, i, before), _weight_beside(weight, i, after)
    _square(squares, h[i][1:end], h[before][1:end], h[after][1:end], w0[1:end], w1[1:end], k)


@jit_helper
def _square(squares: Lines, h: Lines, h0: Lines, h1: Lines, w0: Lines, w1: Lines, k: Any) -> None:
    for j in range(squares.size):
        a, b = h[j] - h0[j], h[j] - h1[j]
        squares[j] += (a * a * w0[j] + b * b * w1[j]) * k


@jit_helper
def _lengths(
    squares: Lines, w: Lines, steepness: Lines, total: np.ndarray[Any, np.dtype[np.float64]]
) -> None:
    for j in range(squares.size):
        length = np.sqrt(squares[j] + _BEND_SQUARED)
        steepness[j] = _ONE / length
        # sqrt(s + b**2) - b, without its cancellation
        total[j] += squares[j] / (length + BEND) * w[j]


@jit_helper
def _heaviside(phi: Lines, h: Lines) -> None:
    """1/2 + arctan(phi) / pi, whose small values keep their digits."""
    for j in range(phi.size):
        size = abs(phi[j])
        x = min(size, _ONE / size)
        t = x * x
        p = _A4 + t * (_A5 + t * (_A6 + t * _A7))
        p = x * (_A0 + t * (_A1 + t * (_A2 + t * (_A3 + t * p))))
        tail = p if size > _ONE else _HALF - p
        h[j] = tail if phi[j] < _ZERO else _ONE - tail


@jit_helper
def _add(
    area: Any, first: Any, second: Any, slope: Any, h: Lines, u: Lines, w: Lines, gain: Lines
) -> None:
    for j in range(h.size):
        share = h[j] * w[j]
        area[j] += share
        first[j] += share * u[j]
        second[j] += share * u[j] * u[j]
        slope[j] += gain[j]
