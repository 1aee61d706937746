"""How an image is cut into blocks, and weights into bricks, for the loop of dense weights."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from imgpipe._runtime.threads import bands_of, run_bands
from imgpipe.kernels.correlation.column_fft import SIZE, TAPS, circle, spectra, upright_blocks
from imgpipe.kernels.correlation.column_taps import HEIGHTS, PITCH, TWO_FIVES
from imgpipe.kernels.correlation.dense import BREADTH, REACH, ROWS, dense_blocks
from imgpipe.kernels.plans.dtypes import Array, limits
from imgpipe.kernels.windows.borders import sides_of
from imgpipe.kernels.windows.window import Window

# lines of a block: few enough for the second-level cache, many beside the border above and below
_LINES = 64
# cells beside the blocks that vectors and filled up weights may reach
_CLEARED = 64
_SCRATCH = 1 << 19
# columns of a block of sums that is filtered where it is
_NEAR = 1 << 14
# shorter lines make poor vectors
_SHORT = 16


def dense(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    written: np.dtype[Any],
    accumulator: np.dtype[Any],
    window: Window,
    weights: Array,
    cval: float,
) -> Callable[[Array, Array], bool] | None:
    """Return ``run(image, out)``, which tells whether it met sums that are not finite.

    None where the window is too wide along the last axis.
    """
    sizes, table, at, before, step, taps = _planes(shape, window, weights)
    *_, ky, kx = taps.shape
    reach = (kx - 1) * step
    if reach > REACH:
        return None
    slabs = np.argwhere(taps.any(axis=(2, 3)))
    planes = [taps[a, b] for a, b in slabs]
    stack = np.array(planes)
    # taps are filled up to eights, which must not reach beyond the scratch
    fits = (kx + TAPS) * step + BREADTH // 2 < PITCH - TAPS * 2
    upright = fits and _upright_time(stack) < _bricks_time(stack)
    square = len(planes) == 1 and taps.shape[2:] == (3, 3) and step == 1
    floats = dtype == accumulator == written
    near = floats and taps.shape in ((1, 1, 3, 3), (1, 1, 5, 5)) and step == 1
    if upright:
        lines = _even(sizes[2], SIZE - ky + 1, 1)
        height = SIZE
    else:
        most = min(_LINES, _SCRATCH // (PITCH * len(slabs)) - ky)
        lines = _even(sizes[2], max(ROWS, most), ROWS)
    blocks, groups = _blocks(sizes, lines, reach, before, ky, near)
    if not upright:
        # the scratch is cleared for each call: no larger than blocks that are copied need it
        height = blocks[blocks[:, 5] == 0, 2].max(initial=0) + ky + max(HEIGHTS)
    together = np.diff(groups).max() * (blocks[:, 4].max() + reach)
    used = min(PITCH, int(together) + reach + _CLEARED)
    tail = [step, len(table), used]
    geometry = np.array([*sizes, before[2], before[3], reach, ky, height, *at, *tail], np.int64)
    if near:
        table = np.append(table, sides_of(table[at[1] :], sizes[3], before[3], reach))
    real = accumulator.type
    low, high = limits(written)
    work = math.prod(shape) * (8 + np.count_nonzero(weights) / 4)
    laid = groups, blocks, table, slabs
    last = geometry, real(cval), real(low or 0), real(high or 0), int(low is not None)
    if upright:
        parts = [a.astype(accumulator) for a in (*spectra(planes[0]), circle())]
        return bands_of(upright_blocks, len(groups) // 2, work, *laid, *parts, *last)
    bricks, packed = _bricks(planes, step, height, square)
    packed = packed.astype(accumulator)
    raw = planes[0].ravel().astype(accumulator)

    def run(image: Array, out: Array) -> bool:
        x, y = image.reshape(-1), out.reshape(-1)
        # the same types whether or not there are such blocks: one loop to compile
        straight = (x, y, raw) if floats else None
        return run_bands(
            dense_blocks, len(groups) - 1, work, x, y, straight, *laid, bricks, packed, *last
        )

    return run


def direct_time(taps: Array) -> float:
    """Nanoseconds that a pixel takes without a transform of all axes, as measured with float32."""
    planes = taps.reshape(-1, *((1,) * (2 - taps.ndim) + taps.shape)[-2:])
    return min(_bricks_time(planes), _upright_time(planes))


def _bricks_time(planes: Array) -> float:
    lines = np.swapaxes(planes, 1, 2).reshape(-1, planes.shape[1])
    return sum(HEIGHTS[k] for line in lines for _, k in _pieces(line)) / 2048


def _upright_time(planes: Array) -> float:
    ky, kx = planes.shape[1:]
    if len(planes) > 1 or ky >= SIZE:
        return math.inf
    return (0.9 + 0.18 * -(-kx // TAPS)) * SIZE / (SIZE - ky + 1)


def line_order(shape: tuple[int, ...], sizes: tuple[int, ...]) -> list[int] | None:
    """Order of axes that puts a long one last where lines are short or the window is too wide."""
    fits = [axis for axis, k in enumerate(sizes) if k <= REACH]
    joins = sizes[-1] == 1 and len(shape) > 1 and (sizes[-2] - 1) * shape[-1] <= REACH
    last = len(shape) - 1
    longest = max(fits, key=shape.__getitem__, default=last)
    long = shape[-1] >= _SHORT or shape[longest] < 2 * shape[-1]
    if longest == last or (last in fits and (long or joins)):
        return None
    return [axis for axis in range(len(shape)) if axis != longest] + [longest]


def _planes(
    shape: tuple[int, ...], window: Window, weights: Array
) -> tuple[list[int], Array, list[int], list[int], int, Array]:
    """View an image and its weights as four axes, with one table of the source index along each.

    A last axis that is not filtered, as that of colours, joins the one before: its columns are
    then `step` pixels apart.
    """
    sizes, before = list(shape), list(window.before)
    tables = [window.table(axis, n) for axis, n in enumerate(shape)]
    taps, step = weights, 1
    if len(shape) > 1 and window.sizes[-1] == 1 and (window.sizes[-2] - 1) * shape[-1] <= REACH:
        step = sizes.pop()
        sizes[-1], before = sizes[-1] * step, before[:-1]
        before[-1] *= step
        columns = tables[-2][:, np.newaxis] * step + np.arange(step)
        columns[tables[-2] < 0] = -1
        tables[-2:] = [columns.ravel()]
        taps = taps[..., 0]
    lead = 4 - len(sizes)
    sizes, before = [1] * lead + sizes, [0] * lead + before
    tables = [np.zeros(1, np.int64)] * lead + tables
    starts = np.cumsum([len(t) for t in tables]).tolist()
    at = [starts[1], starts[2], starts[0]]
    taps = taps.reshape((1,) * lead + taps.shape)
    return sizes, np.concatenate(tables), at, before, step, taps


def _even(size: int, most: int, multiple: int) -> int:
    """Length of equal parts of `size`, at most `most`, a multiple of a divisor of it."""
    parts = -(-size // most)
    return -(-size // (parts * multiple)) * multiple


def _blocks(
    sizes: list[int], lines: int, reach: int, before: list[int], ky: int, near: bool
) -> tuple[Array, Array]:
    """Cut planes into blocks (plane, row, rows, column, columns, near), and group them.

    Blocks of one group lie side by side in the scratch. Those marked as near (1, or 2 where they
    see to the columns at the border, too) are filtered where they are.
    """
    n, width = sizes[2], sizes[3]
    blocks: list[list[int]] = []
    groups = [0]

    def cut(top: int, bottom: int, left: int, right: int, breadth: int, near: int = 0) -> None:
        if top >= bottom:
            return
        wide = min(_even(right - left, breadth, 16), right - left)
        together = 1 if near else max(1, (breadth + reach) // (wide + reach))
        strips = [(p, r) for p in range(sizes[0] * sizes[1]) for r in range(top, bottom, lines)]
        for column in range(left, right, wide):
            for number, (plane, row) in enumerate(strips, 1):
                size = min(wide, right - column)
                blocks.append([plane, row, min(lines, bottom - row), column, size, near])
                if number % together == 0 or number == len(strips):
                    groups.append(len(blocks))

    # lines of sums and of pixels should fit the first-level cache
    breadth = BREADTH if ky <= 5 else BREADTH // 2
    top, bottom = before[2], before[2] + (n - ky + 1) // ROWS * ROWS
    if near and bottom - top >= 2 * lines and width - reach > _SHORT:
        cut(top, bottom, before[3], before[3] + width - reach, _NEAR, 1)
        for block in blocks:
            # the last block of some lines sees to the columns beside them all
            block[5] += block[3] + block[4] == before[3] + width - reach
        for strip in ((0, top), (bottom, n)):
            cut(*strip, 0, width, breadth)
    else:
        cut(0, n, 0, width, breadth)
    return np.array(blocks, np.int64), np.array(groups, np.int64)


def _bricks(planes: list[Array], step: int, height: int, square: bool) -> tuple[Array, Array]:
    """Cut the taps of each plane into upright pieces (height, offset, place of its weights)."""
    if square:
        return np.zeros((1, 3), np.int64), planes[0].ravel()
    bricks, packed = [], []
    at = 0
    for number, plane in enumerate(planes):
        pieces = [(row, k, c) for c, line in enumerate(plane.T) for row, k in _pieces(line)]
        while pieces:
            row, k, column = pieces.pop(0)
            bricks.append((k, (number * height + row) * PITCH + column * step, at))
            columns = [column]
            if k == 5 and step == 1 and (row, k, column + 1) in pieces:
                pieces.remove((row, k, column + 1))
                bricks[-1] = (TWO_FIVES, *bricks[-1][1:])
                columns.append(column + 1)
            for c in columns:
                line = plane[row : row + k, c]
                packed.append(np.pad(line, (0, k - line.size)))
                at += k
    return np.array(bricks, np.int64), np.concatenate(packed)


def _pieces(line: Array) -> list[tuple[int, int]]:
    """Cover the taps of a column that are not 0 by pieces (row, height)."""
    pieces = []
    row, end = 0, len(np.trim_zeros(line, "b"))
    while row < end:
        if line[row] == 0:
            row += 1
            continue
        k = _best(end - row)[1]
        pieces.append((row, k))
        row += k
    return pieces


@cache
def _best(length: int) -> tuple[float, int]:
    """Least time to add up a column of some length, and the piece to begin with."""
    if length <= 0:
        return 0.0, 0
    return min((time + _best(length - k)[0], k) for k, time in HEIGHTS.items())
