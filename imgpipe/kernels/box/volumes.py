"""Moving averages of volumes: planes are summed a few at a time, and each sum is then filtered.

A volume of sums would pass through memory twice; those of a few planes stay in a core's own cache.
"""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.box.borders import sum_named_rows
from imgpipe.kernels.box.small_images import flat_lines
from imgpipe.kernels.box.strips import strip_lines
from imgpipe.kernels.box.sums import Rows, sum_neighbours
from imgpipe.kernels.plans.dtypes import Array

# pixels of a plane that are summed at a time: three lines of sums fit into the first-level cache
_PIECE = 2048


class Planes(NamedTuple):
    """Volumes of `depth` planes of `n` rows and `area` pixels, `group` planes at a time.

    Windows have `k` planes, `above` of them before their own; `planes` are the source planes that
    they reach, -1 for what lies `outside`.
    """

    depth: int
    n: int
    area: int
    group: int
    k: int
    above: int
    planes: Array
    outside: Array


@jit
def volume_planes(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    stack: tuple[Any, ...],
    layout: tuple[Any, ...],
    border: Array,
    flat: Any,
    strips: Any,
) -> int:
    """Filter planes `begin` to `end` of the flat `x`; return 1 if a mean is not finite.

    `stack` holds the fields of `Planes`. One of the last two arguments holds those of `flat_lines`
    or of `strip_lines` after their `layout` and `border`; the other is None.
    """
    volume = Planes(*stack)
    depth, n, area = volume.depth, volume.n, volume.area
    sums = np.empty(volume.group * area, border.dtype)
    found = 0
    # a literal number would compile a function of its own
    none = np.int64(0)
    number = begin
    while number < end:
        plane = number % depth
        count = min(volume.group, end - number, depth - plane)
        for r in range(count):
            _sum_planes(sums, r * area, x, number - plane, plane + r, volume)
        lines, pixels = count * n, sums[: count * area]
        results = out[number * area : (number + count) * area]
        if flat is not None:
            found |= flat_lines(none, lines, pixels, results, layout, border, *flat)
        if strips is not None:
            found |= strip_lines(none, lines, pixels, results, layout, border, *strips)
        number += count
    return found


@jit_helper(counts=False)
def _sum_planes(
    sums: Array,
    to: int,
    x: Array,
    first: int,
    i: int,
    volume: Planes,
) -> None:
    """Write the sum of the planes under the window at plane `i` of a volume, from plane `first`."""
    area, k, low = volume.area, volume.k, i - volume.above
    for left in range(0, area, _PIECE):
        rows = Rows(first * area + left, area, min(_PIECE, area - left))
        if low >= 0 and low + k <= volume.depth:
            sum_neighbours(sums, to + left, np.int64(0), x, rows, low, k, np.int64(1))
        else:
            sum_named_rows(sums, to + left, x, rows, volume.planes, i, k, volume.outside)
