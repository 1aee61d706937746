"""Moving averages of volumes: planes are summed a few at a time, and each sum is then filtered.

A volume of sums would pass through memory twice; those of a few planes stay in a core's own cache.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.box.floats import float_lines
from imgpipe.kernels.box.integers import whole_lines
from imgpipe.kernels.box.small_images import flat_lines
from imgpipe.kernels.box.sums import put_outside_row, put_sums
from imgpipe.kernels.plans.dtypes import Array

# pixels of a plane that are summed at a time: three lines of sums fit into the first-level cache
_PIECE = 2048
# what filters the sums, in the order of the last arguments of `volume_planes`
LOOPS = (flat_lines, whole_lines, float_lines)


@jit
def volume_planes(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    stack: Array,
    outside: Array,
    layout: Array,
    border: Array,
    flat: Any,
    whole: Any,
    real: Any,
) -> int:
    """Filter planes `begin` to `end` of the flat `x`, volumes of `depth` planes of `n` rows.

    `stack` holds what belongs to the first axis, `outside` is the `border` of a pass along it. One
    of the last three arguments holds those of `flat_lines`, `whole_lines` or `float_lines` after
    their `layout` and `border`; the others are None. The result is 1 if a mean is not finite.
    """
    depth, n, area, group = stack[:4]
    sums = np.empty(group * area, border.dtype)
    found = 0
    # a literal number would compile a function of its own
    none = np.int64(0)
    number = begin
    while number < end:
        plane = number % depth
        count = min(group, end - number, depth - plane)
        for r in range(count):
            _sum_planes(sums, r * area, x, number - plane, plane + r, stack, outside)
        lines, pixels = count * n, sums[: count * area]
        results = out[number * area : (number + count) * area]
        if flat is not None:
            found |= flat_lines(none, lines, pixels, results, layout, border, *flat)
        if whole is not None:
            whole_lines(none, lines, pixels, results, layout, border, *whole)
        if real is not None:
            found |= float_lines(none, lines, pixels, results, layout, border, *real)
        number += count
    return found


@jit_helper
def _sum_planes(
    sums: Array, to: int, x: Array, volume: int, i: int, stack: Array, outside: Array
) -> None:
    """Write the sum of the planes under the window at plane `i` of the volume."""
    depth, area, k, above = stack[0], stack[2], stack[4], stack[5]
    planes = stack[6:]
    zero = np.int64(0)
    low = i - above
    for left in range(0, area, _PIECE):
        width, start = min(_PIECE, area - left), to + left
        if low >= 0 and low + k <= depth:
            first = (volume + low) * area + left
            one = np.int64(1)
            put_sums(sums, start, zero, x, first, area, one, k, width)
        else:
            base = volume * area + left
            put_outside_row(sums, start, x, base, area, width, planes, i, k, outside)
