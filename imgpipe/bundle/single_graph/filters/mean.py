"""Moving average over a box."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.bundle.single_graph.filters.arguments import arguments_of
from imgpipe.bundle.single_graph.filters.axes import axes_in_turn
from imgpipe.bundle.single_graph.filters.borders import padded
from imgpipe.bundle.single_graph.filters.numbers import cast, converted, saturated, wide
from imgpipe.bundle.single_graph.filters.sums import Line, exact_in
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.kernels.plans.averaging import Averaging, averaging
from imgpipe.kernels.windows.window import Window, window_of
from imgpipe.learn.graphs.graph import Graph

# to add and subtract this rounds to 30 binary places: a product that missed a tie hits it again
_SNAP = 1.5 * 2.0**22
# the kernel adds more rows than this in another order, which no graph follows
_IN_ORDER = 6
# rows up to this length are added up in pairs
_SHORT = 192
_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


def mean(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.mean`.

    Integers come out equal. So do floats up to 6 rows; of more rows, to 1e-6 of the largest value
    in the window. NaN and infinities come out as there.
    """
    given, output = arguments_of("mean", plane, settings)
    window = window_of(2, given["size"], given["origin"], given["mode"], None)
    dtypes = averaging(plane.dtype, output, given["cval"], window.constant).with_border_as_pixel()
    order = axes_in_turn(plane)
    work = _sums_dtype(window, dtypes, window.sizes[order[0]])
    x = plane.name if work == _F64 else cast(graph, plane.name, work)
    edge = dtypes.border
    for axis in order:
        k, before, n = window.sizes[axis], window.before[axis], plane.shape[axis]
        ends = before, k - 1 - before
        x = padded(graph, x, axis, n, ends, window.modes[axis], work.type(edge))
        line = Line(graph, x, axis, n, k)
        if axis == order[0]:
            x = line.one_by_one() if k <= _IN_ORDER else line.growing()
        else:
            x = line.in_pairs() if _in_pairs(window, plane, order) else line.growing()
        edge *= k
    x = _divided(graph, x, work, window.count, dtypes)
    x = converted(graph, x, dtypes.written, output)
    return replace(plane, name=x, dtype=output)


def _sums_dtype(window: Window, dtypes: Averaging, rows: int) -> np.dtype:
    """Give the dtype of sums: exact for whole numbers, the kernel's own for floats."""
    if dtypes.pixel.kind in "iu" and math.isfinite(dtypes.border):
        info = np.iinfo(dtypes.pixel)
        return exact_in(max(-int(info.min), int(info.max)) * window.count)
    return _F32 if dtypes.accumulator == _F32 and rows <= _IN_ORDER else _F64


def _in_pairs(window: Window, plane: Plane, order: tuple[int, int]) -> bool:
    """Tell whether the kernel takes the rows of a small box two pixels at a time."""
    (rows, columns), width = (window.sizes[axis] for axis in order), plane.shape[order[1]]
    short = 5 <= width <= _SHORT
    return rows in (3, 5) and columns == 5 and short and not plane.channel_last


def _divided(graph: Graph, x: str, work: np.dtype, count: int, dtypes: Averaging) -> str:
    """Append the division of sums by `count`, as the kernel rounds it."""
    pixel, _, written, _ = dtypes
    if pixel == work == _F32 and written == _F32:
        return wide(graph, graph.add("Mul", [x, graph.constant(np.float32(1 / count))]), _F32)
    scaled = graph.add("Mul", [wide(graph, x, work), graph.constant(1 / count)])
    if written.kind == "f":
        return converted(graph, scaled, _F64, written)
    snap = graph.constant(_SNAP)
    scaled = graph.add("Sub", [graph.add("Add", [scaled, snap]), snap])
    return saturated(graph, scaled, written)
