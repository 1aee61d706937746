"""Sums where a window leaves the image: rows beyond its border, then columns beyond its sides."""

import numpy as np

from imgpipe._runtime.jit import jit_helper
from imgpipe.kernels.box.sums import Rows, add_row, put_row
from imgpipe.kernels.plans.dtypes import Array


@jit_helper(counts=False)
def sum_named_rows(
    line: Array, to: int, x: Array, rows: Rows, names: Array, i: int, k: int, outside: Array
) -> None:
    """Write the sum of `k` rows, named by `names` from entry `i` on: -1 stands for `outside`."""
    for t in range(k):
        row = names[i + t]
        place = rows.base + row * rows.stride
        if row < 0 and t == 0:
            put_row(line, to, outside, np.int64(0), rows.width)
        elif row < 0:
            add_row(line, to, outside, np.int64(0), rows.width)
        elif t == 0:
            put_row(line, to, x, place, rows.width)
        else:
            add_row(line, to, x, place, rows.width)


@jit_helper(counts=False)
def fill_sides(
    line: Array,
    start: int,
    pitch: int,
    rows: int,
    before: int,
    span: int,
    columns: Array,
    head: int,
    length: int,
    border: Array,
) -> None:
    """Write the sums beyond both ends of each row, those of the columns that the border maps to.

    The row holds `span` sums from cell `before` on, those of the image's columns from `head` on.
    """
    for r in range(rows):
        base = start + r * pitch
        real = base + before - head
        for c in range(before):
            line[base + c] = line[real + columns[c]] if columns[c] >= 0 else border[0]
        for c in range(before + span, length):
            line[base + c] = line[real + columns[c]] if columns[c] >= 0 else border[0]
