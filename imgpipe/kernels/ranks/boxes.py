"""The median of square boxes: loops written out for one size, over strips of rows."""

import math
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from imgpipe._runtime.code_cache import written_module
from imgpipe._runtime.threads import bands_of, run_bands
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.ranks.generated import box_source
from imgpipe.kernels.ranks.small_images import marks_of_ends, small_nine, suits_small
from imgpipe.kernels.ranks.three_by_three import nine, strip_count
from imgpipe.kernels.windows.window import Window

# other dtypes are not worth the seconds that it takes to compile a size
_DTYPES = ("uint8", "uint16", "int16", "float32")
# rows at once by the length of the box: those that need the fewest operations for a pixel
_WAYS = {5: 2, 7: 2, 9: 2, 11: 4, 13: 4, 15: 4}
# longer boxes take 6 to 20 s to compile: only where there is enough to filter
_QUICK, _WORTH_IT = 9, 1 << 17
# a strip is read and written many times: it should stay in the cache
_STRIP_BYTES = 1 << 16
_NINE_BYTES, _COPIED_BYTES = 1 << 18, 1 << 14

Square = Callable[[Array, Array], bool]


def square_box(
    shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any
) -> Square | None:
    """Return ``run(image, out)`` for a box over two axes at the end, else None.

    It returns True, and a result without meaning, where the image holds a NaN.
    """
    k = window.sizes[-1]
    flat = window.footprint is None and len(shape) > 1 and math.prod(window.sizes) == k * k
    if not flat or window.sizes[-2] != k or dtype.name not in _DTYPES:
        return None
    if k == 3:
        return _three(shape, dtype, window, cval)
    if k not in _WAYS:
        return None
    if k > _QUICK and math.prod(shape) < _WORTH_IT:
        return None
    planes, height, width = math.prod(shape[:-2]), *shape[-2:]
    table = _table(shape, window)
    before = window.before[-1]
    written = _written(k, dtype.itemsize)
    tall = _tall(height, width + k - 1, k, dtype.itemsize, written.LINE)
    strips = planes * -(-height // tall)
    work = math.prod(shape) * dtype.itemsize * k

    # one compiled loop serves both kinds of 16-bit integers, by their order without a sign
    short = dtype.itemsize == 2
    kind = np.dtype(np.uint16) if short else dtype
    flip = np.uint16(0x8000 if dtype.kind == "i" else 0) if short else None

    edge = np.asarray(cval, dtype).view(kind)[()]
    if flip is not None:
        edge ^= flip

    def run(image: Array, out: Array) -> bool:
        return run_bands(
            written.lines,
            strips,
            work,
            image.view(kind).reshape(planes, height, width),
            out.view(kind).reshape(planes, height, width),
            table,
            tall,
            before,
            edge,
            flip,
        )

    return run


def _three(shape: tuple[int, ...], dtype: np.dtype[Any], window: Window, cval: Any) -> Square:
    planes, height, width = math.prod(shape[:-2]), *shape[-2:]
    table = _table(shape, window)
    above, before = window.before[-2:]
    row = width * dtype.itemsize
    work = math.prod(shape) * dtype.itemsize
    if above == before == 1 and suits_small(height, width, dtype.itemsize):
        ends = marks_of_ends(height, width, dtype.itemsize)
        return bands_of(small_nine, planes, work, table, height, width, cval, ends)
    # a plane that is one strip is copied: only small ones
    tall = max(min(_NINE_BYTES // row, height // 2), _COPIED_BYTES // row, 1)
    lines = planes * strip_count(height, tall)

    def run(image: Array, out: Array) -> bool:
        x, y = image.reshape(planes, height * width), out.reshape(planes, height * width)
        return run_bands(nine, lines, work, x, y, table, width, tall, above, before, cval)

    return run


def _table(shape: tuple[int, ...], window: Window) -> Array:
    """Rows, then columns, of the image at each position that the window can reach."""
    last = len(shape) - 1
    return np.concatenate([window.table(last - 1, shape[-2]), window.table(last, shape[-1])])


@cache
def _written(k: int, itemsize: int) -> ModuleType:
    name = f"median_{k}_{8 * itemsize}"
    return written_module(name, __file__, lambda: box_source(k, itemsize, _WAYS[k]))


def _tall(height: int, pitch: int, k: int, itemsize: int, line: int) -> int:
    """Height of the strips for which a row costs least, in multiples of the rows at once."""
    ways = _WAYS[k]
    most = min(max(_STRIP_BYTES // (pitch * itemsize), ways), height + ways - 1) // ways * ways

    def cost(tall: int) -> float:
        # whole lines of the network, and rows that are copied in and out
        network = -(-tall // ways * pitch // line) * line * ways * 3 * k * k
        return (network + (2 * tall + k - 1) * pitch * 4) / tall

    return min(range(ways, most + 1, ways), key=cost)
