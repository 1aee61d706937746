"""How an image is cut into tiles for the loops of dense weights, and which loop takes them."""

import math
from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.threads import bands_of
from imgpipe.kernels.correlation.column_fft import (
    SIZE,
    TAPS,
    column_fft_time,
    spectrum_of,
    transform_tiles,
)
from imgpipe.kernels.correlation.column_taps import HEIGHTS, SPARE, column_taps, column_time
from imgpipe.kernels.correlation.dense import sum_tiles
from imgpipe.kernels.correlation.layout import PITCH, ROWS, Layout, Tile
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.plans.dtypes import Array, limits
from imgpipe.kernels.windows.borders import sides_of
from imgpipe.kernels.windows.passes import Run
from imgpipe.kernels.windows.window import Window

# the most columns of a tile, and how far its window may reach beyond
BREADTH, REACH = 1024, 256
# lines of a tile: few enough for the second-level cache, many beside the border above and below
_LINES = 64
# cells beside the tiles that vectors and filled up weights may reach
_CLEARED = 64
_SCRATCH = 1 << 19
# columns of a tile of sums that is filtered where it is
_IN_PLACE = 1 << 14
# shorter lines make poor vectors
_SHORT = 16


class _View(NamedTuple):
    """An image and its weights as four axes, with a table of the source index along each.

    Columns of one window are `step` pixels apart.
    """

    sizes: list[int]
    before: list[int]
    tables: list[Array]
    taps: Array
    step: int


def tiled(shape: tuple[int, ...], window: Window, weights: Array, dtypes: Averaging) -> Run | None:
    """Return the loop over tiles, which tells whether it met sums that are not finite.

    None where the window is too wide along the last axis.
    """
    view = _view(shape, window, weights)
    k_rows, k_columns = view.taps.shape[2:]
    if (k_columns - 1) * view.step > REACH:
        return None
    pixel, accumulator, written, border = dtypes
    real = accumulator.type
    planes = np.argwhere(view.taps.any(axis=(2, 3)))
    stack = view.taps[tuple(planes.T)]
    work = math.prod(shape) * (8 + np.count_nonzero(weights) / 4)
    low, high = limits(written)
    ends = None if low is None else (real(low), real(high))
    # taps are filled up to eights, which must not reach beyond the scratch
    fits = (k_columns + TAPS) * view.step + BREADTH // 2 < PITCH - TAPS * 2
    if fits and column_fft_time(stack) < column_time(stack):
        lines = _even(view.sizes[2], SIZE - k_rows + 1, 1)
        layout = _layout(view, planes, lines, real(border), in_place=False)._replace(lines=SIZE)
        spectrum = spectrum_of(stack[0], accumulator)
        return bands_of(
            transform_tiles, len(layout.groups) // 2, work, tuple(layout), spectrum, ends
        )
    floats = pixel == accumulator == written
    square = len(stack) == 1 and view.step == 1 and (k_rows, k_columns) in ((3, 3), (5, 5))
    most = min(_LINES, _SCRATCH // (PITCH * len(planes)) - k_rows)
    lines = _even(view.sizes[2], max(ROWS, most), ROWS)
    in_place = floats and square and view.taps.shape[:2] == (1, 1)
    layout = _layout(view, planes, lines, real(border), in_place)
    raw = np.append(stack[0], np.zeros(SPARE)).astype(accumulator)
    if square and k_rows == 3:
        taps, packed = np.empty((0, 3), np.int64), raw
    else:
        taps, packed = column_taps(stack, view.step, layout.lines)
    parts = taps, packed.astype(accumulator), raw if floats else None, ends
    return bands_of(sum_tiles, len(layout.groups) - 1, work, tuple(layout), *parts)


def direct_time(weights: Array) -> float:
    """Nanoseconds that a pixel takes without a transform of all axes, as measured with float32."""
    planes = weights.reshape(-1, *((1,) * (2 - weights.ndim) + weights.shape)[-2:])
    return min(column_time(planes), column_fft_time(planes))


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


def _view(shape: tuple[int, ...], window: Window, weights: Array) -> _View:
    """View an image as four axes; a last one that is not filtered (colours) joins its neighbour."""
    sizes, before = list(shape), list(window.before)
    tables = [window.table(axis, n) for axis, n in enumerate(shape)]
    step = 1
    if len(shape) > 1 and window.sizes[-1] == 1 and (window.sizes[-2] - 1) * shape[-1] <= REACH:
        step = sizes.pop()
        sizes[-1], before = sizes[-1] * step, before[:-1]
        before[-1] *= step
        columns = tables[-2][:, np.newaxis] * step + np.arange(step)
        columns[tables[-2] < 0] = -1
        tables[-2:] = [columns.ravel()]
        weights = weights[..., 0]
    lead = 4 - len(sizes)
    tables = [np.zeros(1, np.int64)] * lead + tables
    taps = weights.reshape((1,) * lead + weights.shape)
    return _View([1] * lead + sizes, [0] * lead + before, tables, taps, step)


def _layout(view: _View, planes: Array, lines: int, cval: Any, in_place: bool) -> Layout:
    """Cut planes into tiles of at most `lines` lines."""
    tall, wide = view.taps.shape[2] - 1, (view.taps.shape[3] - 1) * view.step
    tiles, groups = _tiles(view, lines, tall, wide, in_place)
    cut = Tile(*tiles.T)
    together = np.diff(groups).max() * (cut.columns.max() + wide)
    # the scratch is cleared for each call: no larger than tiles that are copied need it
    copied = int(cut.rows[cut.in_place == 0].max(initial=0))
    outer, inner, rows, columns = view.tables
    width, before = view.sizes[3], view.before[3]
    sides = sides_of(columns, width, before, wide) if in_place else columns[:0]
    return Layout(
        tiles,
        groups,
        planes,
        outer,
        inner,
        rows,
        columns,
        sides,
        *(view.sizes[1], view.sizes[2], width, view.before[2], before),
        tall,
        wide,
        view.step,
        lines=copied + tall + 1 + max(HEIGHTS),
        cleared=min(PITCH, int(together) + wide + _CLEARED),
        cval=cval,
    )


def _tiles(view: _View, lines: int, tall: int, wide: int, in_place: bool) -> tuple[Array, Array]:
    """Cut planes into tiles; those of one group lie side by side in the scratch."""
    n, width = view.sizes[2:]
    above, before = view.before[2:]
    tiles: list[Array] = []
    groups = [np.zeros(1, np.int64)]

    def cut(top: int, bottom: int, left: int, right: int, breadth: int, in_place: int = 0) -> None:
        if top >= bottom:
            return
        columns = min(_even(right - left, breadth, 16), right - left)
        together = 1 if in_place else max(1, (breadth + wide) // (columns + wide))
        planes = np.arange(view.sizes[0] * view.sizes[1])
        plane, row = map(
            np.ravel, np.meshgrid(planes, np.arange(top, bottom, lines), indexing="ij")
        )
        ends = np.append(np.arange(together, len(row), together), len(row))
        for column in range(left, right, columns):
            size = min(columns, right - column)
            # the last tiles see to the columns beside them all
            mark = in_place + (in_place and column + size == right)
            tile = Tile(plane, row, np.minimum(lines, bottom - row), column, size, mark)
            tiles.append(np.stack(np.broadcast_arrays(*tile), axis=1))
            groups.append(groups[-1][-1] + ends)

    # lines of sums and of pixels should fit the first-level cache
    breadth = BREADTH if tall < 5 else BREADTH // 2
    top, bottom = above, above + (n - tall) // ROWS * ROWS
    if in_place and bottom - top >= 2 * lines and width - wide > _SHORT:
        cut(top, bottom, before, before + width - wide, _IN_PLACE, 1)
        for strip in ((0, top), (bottom, n)):
            cut(*strip, 0, width, breadth)
    else:
        cut(0, n, 0, width, breadth)
    return np.concatenate(tiles), np.concatenate(groups)


def _even(size: int, most: int, multiple: int) -> int:
    """Length of equal parts of `size`, at most `most`, a multiple of a divisor of it."""
    parts = -(-size // most)
    return -(-size // (parts * multiple)) * multiple
