"""Moving sums of floats: each adds up the pixels of its own window only, so nothing drifts.

A sliding sum would keep the rounding errors, and any NaN, of pixels that have left the window.
"""

from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.kernels.box.rounding import finish_clipped, finish_five_real, finish_real
from imgpipe.kernels.box.sums import (
    add,
    add_onto,
    add_three,
    add_two,
    fill_sides,
    put,
    put_outside_row,
    put_sums,
)
from imgpipe.kernels.plans.dtypes import Array

# sums of more rows than this are made of sums over blocks of rows
_DIRECT = 9


@jit
def float_lines(
    begin: int,
    end: int,
    x: Array,
    out: Array,
    layout: Array,
    border: Array,
    scale: Any,
    limits: Any,
) -> int:
    """Filter lines `begin` to `end` of the flat `x`, planes of `n` rows of `stride` pixels.

    Strips and windows are laid out as in `whole_lines`. The result is 1 if a mean is not finite.
    `limits` is None where floats are written.
    """
    n, stride, breadth, height, _, k0, above, k1, before = layout[:9]
    rows = layout[9 : n + k0 + 8]
    columns = layout[n + k0 + 8 : n + k0 + k1 + stride + 7]
    chain = layout[n + k0 + k1 + stride + 7 :].reshape((-1, 2))
    steps = len(chain) - 1
    pitch = (breadth + k1 + 30) // 32 * 32
    size = (height + 1) * pitch + (k1 + 63) // 32 * 32
    line = np.zeros(len(chain) * size + size + 64, border.dtype)
    # sums over the rest of a block of rows, from each of its rows on, and over the next one so far
    blocks = np.empty((k0 + 1) * pitch if k0 > _DIRECT else 0, border.dtype)
    # the first sum of a row lies at the start of a cache line
    aligned = -line.ctypes.data % 64 // line.itemsize
    origin = pitch + aligned + -before % 32
    found = 0
    for left in range(0, stride, breadth):
        width = min(breadth, stride - left)
        # the columns of the image that this stretch's windows reach
        head = max(left - before, 0)
        span = min(left + width + k1 - 1 - before, stride) - head
        top = origin + head - left + before
        number = begin
        while number < end:
            plane = number // n
            first = number - plane * n
            base = plane * n * stride + head
            count = min(height, end - number, n - first)
            done = 0
            while done < count:
                i = first + done
                to = top + done * pitch
                low_row = i - above
                if k0 > _DIRECT:
                    fresh = number + done == begin
                    _block_sum(
                        line, to, blocks, pitch, x, base, stride, span, i, k0, rows, border, fresh
                    )
                    done += 1
                elif low_row >= 0 and low_row + k0 <= n:
                    run = min(count - done, n - k0 - low_row + 1)
                    put_sums(line, to, pitch, x, base + low_row * stride, stride, run, k0, span)
                    done += run
                else:
                    put_outside_row(line, to, x, base, stride, span, rows, i, k0, border)
                    done += 1
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
            five = k1 == 5 and limits is None
            for s in range(0 if five else steps):
                q, third = chain[s, 0], chain[s, 1]
                a = s * size + origin
                if third < 0:
                    add_two(line, a + size, a, a + q, count * pitch)
                else:
                    c = third * size + origin + 2 * q
                    add_three(line, a + size, a, a + q, c, count * pitch)
            a = steps * size + origin
            b, c = len(chain) * size, len(chain) * size
            if chain[steps, 0]:
                b = a + chain[steps, 0]
            if chain[steps, 1] >= 0:
                c = chain[steps, 1] * size + origin + 2 * chain[steps, 0]
            start = base - head + left + first * stride
            if limits is not None:
                finish_clipped(
                    line, a, b, c, pitch, out, start, stride, count, width, scale, limits
                )
            elif five:
                found |= finish_five_real(
                    line, origin, pitch, out, start, stride, count, width, scale
                )
            else:
                found |= finish_real(line, a, b, c, pitch, out, start, stride, count, width, scale)
            number += count
    return found


@jit_helper
def _block_sum(
    line: Array,
    to: int,
    blocks: Array,
    pitch: int,
    x: Array,
    base: int,
    stride: int,
    width: int,
    i: int,
    k0: int,
    rows: Array,
    border: Array,
    fresh: bool,
) -> None:
    """Write the sum of `k0` rows: the rest of one block of `k0` rows and the start of the next.

    Blocks begin at multiples of `k0`, so that bands for several threads give the same sums.
    """
    r = i % k0
    one = np.int64(1)
    if fresh or r == 0:
        put(blocks, (k0 - 1) * pitch, border, one, width)
        if rows[i - r + k0 - 1] >= 0:
            put(blocks, (k0 - 1) * pitch, x, base + rows[i - r + k0 - 1] * stride, width)
        for t in range(k0 - 2, -1, -1):
            row = rows[i - r + t]
            if row >= 0:
                add_onto(blocks, t * pitch, (t + 1) * pitch, x, base + row * stride, width)
            else:
                add_onto(blocks, t * pitch, (t + 1) * pitch, border, one, width)
    if r == 0:
        put(line, to, blocks, one - 1, width)
        return
    for t in range(1 if fresh else r, r + 1):
        row = rows[i - r + k0 - 1 + t]
        if t == 1 and row >= 0:
            put(blocks, k0 * pitch, x, base + row * stride, width)
        elif t == 1:
            put(blocks, k0 * pitch, border, one, width)
        elif row >= 0:
            add(blocks, k0 * pitch, x, base + row * stride, width)
        else:
            add(blocks, k0 * pitch, border, one, width)
    put(line, to, blocks, r * pitch, width)
    add(line, to, blocks, k0 * pitch, width)
