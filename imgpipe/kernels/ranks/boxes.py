"""The median of square boxes over two axes at the end, strip by strip."""

import math
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe._runtime.threads import bands_of, run_bands
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.ranks.generated import WAYS, box_layout, run_network
from imgpipe.kernels.ranks.small_images import marks_of_ends, small_median_3x3, suits_small
from imgpipe.kernels.ranks.strips import Strips, aligned_empty, fill, spread
from imgpipe.kernels.ranks.three_by_three import median_3x3, strip_count
from imgpipe.kernels.windows.passes import Run
from imgpipe.kernels.windows.window import Window

# a strip is read and written many times: it should stay in the cache
_STRIP_BYTES = 1 << 16
_STRIP_BYTES_3X3, _COPIED_BYTES = 1 << 18, 1 << 14


def square_filter(
    shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any
) -> Run | None:
    """Return ``run(image, out)`` for a box over two axes at the end, else None.

    It returns True, and a result without meaning, where the image holds a NaN.
    """
    k = window.sizes[-1]
    flat = window.footprint is None and len(shape) > 1 and math.prod(window.sizes) == k * k
    if not flat or window.sizes[-2] != k:
        return None
    if k == 3:
        return _filter_3x3(shape, dtype, window, cval)
    return _network_filter(shape, dtype, window, cval) if k in WAYS else None


def _filter_3x3(shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any) -> Run:
    planes, height, width = math.prod(shape[:-2]), *shape[-2:]
    table = _table(shape, window)
    above, before = window.before[-2:]
    row = width * dtype.itemsize
    work = math.prod(shape) * dtype.itemsize
    if above == before == 1 and suits_small(height, width, dtype.itemsize):
        ends = marks_of_ends(height, width, dtype.itemsize)
        return bands_of(small_median_3x3, planes, work, table, height, width, cval, ends)
    # a plane that is one strip is copied: only small ones
    tall = max(min(_STRIP_BYTES_3X3 // row, height // 2), _COPIED_BYTES // row, 1)
    lines = planes * strip_count(height, tall)

    def run(image: Array, out: Array) -> bool:
        x, y = image.reshape(planes, height * width), out.reshape(planes, height * width)
        return run_bands(median_3x3, lines, work, x, y, table, width, tall, above, before, cval)

    return run


def _network_filter(shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any) -> Run:
    planes, height, width = math.prod(shape[:-2]), *shape[-2:]
    k = window.sizes[-1]
    layout = box_layout(k, dtype.itemsize)
    ways, line, pitch = layout.ways, layout.line, width + k - 1
    tall = _tall(height, pitch, k, dtype.itemsize, line)
    length = -(-(tall // ways * pitch) // line) * line
    stride = length + (k + ways - 2) // ways * pitch + layout.margin
    strips = np.array(Strips(tall, ways, line, pitch, stride, length, window.before[-1]))
    arguments = _table(shape, window), strips, layout.slots * layout.spacing, cval, (0,) * k
    work = math.prod(shape) * dtype.itemsize * k

    def run(image: Array, out: Array) -> bool:
        x, y = image.reshape(planes, height, width), out.reshape(planes, height, width)
        return run_bands(_network_strips, planes * -(-height // tall), work, x, y, *arguments)

    return run


def _table(shape: tuple[int, ...], window: Window) -> Array:
    """Rows, then columns, of the image at each position that the window can reach."""
    last = len(shape) - 1
    return np.concatenate([window.table(last - 1, shape[-2]), window.table(last, shape[-1])])


def _tall(height: int, pitch: int, k: int, itemsize: int, line: int) -> int:
    """Height of the strips for which a row costs least, in multiples of the rows at once."""
    ways = WAYS[k]
    most = min(max(_STRIP_BYTES // (pitch * itemsize), ways), height + ways - 1) // ways * ways

    def cost(tall: int) -> float:
        # whole lines of the network, and rows that are copied in and out
        network = -(-tall // ways * pitch // line) * line * ways * 3 * k * k
        return (network + (2 * tall + k - 1) * pitch * 4) / tall

    return min(range(ways, most + 1, ways), key=cost)


@jit
def _network_strips(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    table: Array,
    layout: Array,
    scratch_size: int,
    cval: Any,
    box: tuple[int, ...],
) -> bool:
    """Filter the strips `start` to `stop`, laid out as `Strips`; return whether one holds a NaN.

    `table` holds the source rows that the windows reach, then the source columns, -1 for `cval`.
    """
    tall, ways, line, pitch, stride, length, before = layout
    strips = Strips(tall, ways, line, pitch, stride, length, before)
    height, reach = out.shape[1], pitch - out.shape[2]
    rows, columns = table[: height + reach], table[height + reach :]
    strip, result = aligned_empty(ways * stride, x), aligned_empty(ways * length, x)
    scratch = aligned_empty(scratch_size, x)
    strips_of_plane = (height + tall - 1) // tall
    nan = False
    for number in range(start, stop):
        plane = number // strips_of_plane
        top = (number - plane * strips_of_plane) * tall
        count = min(tall, height - top)
        nan |= fill(strip, x[plane], rows[top : top + count + reach], columns, strips, cval)
        for at in range(0, (count + ways - 1) // ways * pitch, line):
            run_network(strip, at, pitch, stride, scratch, result, length, box)
        spread(result, out[plane], top, count, strips)
    return nan
