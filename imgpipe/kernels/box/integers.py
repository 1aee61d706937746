"""Moving sums of whole numbers: exact, so they slide from row to row."""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.kernels.box.rounding import (
    finish_bytes,
    finish_double,
    finish_five_bytes,
    finish_five_single,
    finish_real,
    finish_single,
    finish_whole,
)
from imgpipe.kernels.box.sums import add, add_three, add_two, fill_sides, put, slide, subtract
from imgpipe.kernels.plans.dtypes import Array

BYTES, SINGLE, DOUBLE, REAL, TOTAL = range(5)


def finish_of(how: int, scale: Any, factors: Any) -> tuple[Any, Any, Any, Any]:
    """Return `factors`, `real`, `rounded` and `total` for the loops: all but one are None."""
    return (
        factors if how == BYTES else None,
        scale if how == REAL else None,
        scale if how in (SINGLE, DOUBLE) else None,
        True if how == TOTAL else None,
    )


@jit
def whole_lines(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    layout: Array,
    border: Array,
    factors: Any,
    real: Any,
    rounded: Any,
    total: Any,
) -> None:
    """Filter lines `begin` to `end` of the flat `x`, planes of `n` rows of `stride` pixels.

    A strip of `height` rows is summed down the columns, then along the rows, by windows that
    grow by the `chain`; each row of the strip lies `pitch` cells after the one above. The
    last four arguments are those of `finish_of`: what belongs to None is not compiled.
    """
    n, stride, breadth, height, how, k0, above, k1, before = layout[:9]
    rows = layout[9 : n + k0 + 8]
    columns = layout[n + k0 + 8 : n + k0 + k1 + stride + 7]
    chain = layout[n + k0 + k1 + stride + 7 :].reshape((-1, 2))
    steps = len(chain) - 1
    # a literal number would compile a function of its own
    one = np.int64(1)
    pitch = (breadth + k1 + 30) // 32 * 32
    # one more row, for the sum above the first, and room for the shifts of the last row
    size = (height + 1) * pitch + (k1 + 63) // 32 * 32
    line = np.zeros(len(chain) * size + size + 64, border.dtype)
    # the first sum of a row lies at the start of a cache line
    aligned = -line.ctypes.data % 64 // line.itemsize
    origin = pitch + aligned + -before % 32
    for left in range(0, stride, breadth):
        width = min(breadth, stride - left)
        # the columns of the image that this stretch's windows reach
        head = max(left - before, 0)
        span = min(left + width + k1 - 1 - before, stride) - head
        top = origin + head - left + before
        number, last = begin, top
        while number < end:
            plane = number // n
            first = number - plane * n
            base = plane * n * stride + head
            count = min(height, end - number, n - first)
            done = 0
            if k0 == 1:
                for r in range(count):
                    put(line, top + r * pitch, x, base + (first + r) * stride, span)
                done = count
            elif number == begin or first == 0:
                put(line, top, border, one, span)
                if rows[first] >= 0:
                    put(line, top, x, base + rows[first] * stride, span)
                for r in range(first + 1, first + k0):
                    if rows[r] >= 0:
                        add(line, top, x, base + rows[r] * stride, span)
                    else:
                        add(line, top, border, one, span)
                done = 1
            else:
                put(line, top - pitch, line, last, span)
            while done < count:
                i = first + done
                to = top + done * pitch
                old = i - 1 - above
                if old >= 0 and old + k0 < n:
                    run = min(count - done, n - k0 - old)
                    new = base + (old + k0) * stride
                    slide(line, to, pitch, x, new, base + old * stride, stride, run, span)
                    done += run
                    continue
                put(line, to, line, to - pitch, span)
                if rows[i + k0 - 1] >= 0:
                    add(line, to, x, base + rows[i + k0 - 1] * stride, span)
                else:
                    add(line, to, border, one, span)
                if rows[i - 1] >= 0:
                    subtract(line, to, x, base + rows[i - 1] * stride, span)
                else:
                    subtract(line, to, border, one, span)
                done += 1
            last = top + (count - 1) * pitch
            fill_sides(
                line,
                origin,
                pitch,
                count,
                top - origin,
                span,
                columns[left:],
                head,
                width + k1 - 1,
                border,
            )
            five = k1 == 5 and how <= SINGLE
            for s in range(0 if five else steps):
                q, third = chain[s, 0], chain[s, 1]
                a = s * size + origin
                if third < 0:
                    add_two(line, a + size, a, a + q, count * pitch)
                else:
                    c = third * size + origin + 2 * q
                    add_three(line, a + size, a, a + q, c, count * pitch)
            a = steps * size + origin
            # where a window has fewer than three parts, the others are zeros
            b, c = len(chain) * size, len(chain) * size
            if chain[steps, 0]:
                b = a + chain[steps, 0]
            if chain[steps, 1] >= 0:
                c = chain[steps, 1] * size + origin + 2 * chain[steps, 0]
            start = base - head + left + first * stride
            if factors is not None:
                if five:
                    finish_five_bytes(
                        line, origin, pitch, out, start, stride, count, width, factors
                    )
                else:
                    finish_bytes(line, a, b, c, pitch, out, start, stride, count, width, factors)
            if real is not None:
                finish_real(line, a, b, c, pitch, out, start, stride, count, width, real)
            if rounded is not None:
                if five:
                    finish_five_single(
                        line, origin, pitch, out, start, stride, count, width, rounded
                    )
                elif how == SINGLE:
                    finish_single(line, a, b, c, pitch, out, start, stride, count, width, rounded)
                else:
                    finish_double(line, a, b, c, pitch, out, start, stride, count, width, rounded)
            if total is not None:
                finish_whole(line, a, b, c, pitch, out, start, stride, count, width)
            number += count
