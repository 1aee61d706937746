"""Lowest and highest value of a window."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.bundle.single_graph.filters.arguments import arguments_of
from imgpipe.bundle.single_graph.filters.borders import padded, part, region
from imgpipe.bundle.single_graph.filters.numbers import cast, converted, wide, working_dtype
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.kernels.plans.dtypes import exact_cval
from imgpipe.kernels.windows.window import Window, window_of
from imgpipe.learn.graphs.graph import Graph


def extremum(graph: Graph, plane: Plane, name: str, settings: Mapping[str, Any]) -> Plane:
    """Append the erosion or the dilation (`name`) of a plane."""
    given, output = arguments_of(name, plane, settings)
    window = _window(given)
    edge = exact_cval(given["cval"], plane.dtype)
    kind = "Min" if name == "erosion" else "Max"
    work = working_dtype(plane.dtype)
    x = plane.name if work == np.float64 else cast(graph, plane.name, work)
    x = of_window(graph, x, plane.shape, window if kind == "Min" else window.mirrored(), kind,
                  work.type(edge))  # fmt: skip
    x = converted(graph, wide(graph, x, work), plane.dtype, output)
    return replace(plane, name=x, dtype=output)


def _window(given: Mapping[str, Any]) -> Window:
    return window_of(2, given["size"], given["origin"], given["mode"], None, given["footprint"])


def of_window(
    graph: Graph, x: str, shape: tuple[int, int], window: Window, kind: str, edge: Any
) -> str:
    """Append the ``Min`` or ``Max`` of every window of a tensor of the dtype of `edge`.

    NaN in a window gives NaN.
    """
    cells = window.footprint
    if cells is not None and not cells.all():
        return _of_cells(graph, bordered(graph, x, shape, window, edge), shape, cells, kind)
    for axis in (0, 1):
        x = _bordered(graph, x, axis, shape[axis], window, edge)
        x = _running(graph, x, axis, shape[axis], window.sizes[axis], kind)
    return x


def bordered(graph: Graph, x: str, shape: tuple[int, int], window: Window, edge: Any) -> str:
    """Append a copy that reaches as far as the window does beyond each border."""
    for axis in (0, 1):
        x = _bordered(graph, x, axis, shape[axis], window, edge)
    return x


def _bordered(graph: Graph, x: str, axis: int, length: int, window: Window, edge: Any) -> str:
    before = window.before[axis]
    ends = before, window.sizes[axis] - 1 - before
    return padded(graph, x, axis, length, ends, window.modes[axis], edge)


def _running(graph: Graph, x: str, axis: int, length: int, k: int, kind: str) -> str:
    """Append the extreme of every `k` neighbours: of two, of four and so on, then of two runs."""
    run, count = 1, length + k - 1
    while 2 * run <= k:
        count -= run
        halves = [part(graph, x, axis, start, count) for start in (0, run)]
        x, run = graph.add(kind, halves), 2 * run
    if run == k:
        return x
    return graph.add(kind, [part(graph, x, axis, start, length) for start in (0, k - run)])


def _of_cells(graph: Graph, x: str, shape: tuple[int, int], cells: np.ndarray, kind: str) -> str:
    """Append the extreme of the cells of a footprint: each run along a row is two shorter ones."""
    width = shape[1] + cells.shape[1] - 1
    levels, places = [x], _runs(cells)
    for level in range(max(level for level, _, _ in places)):
        run = 1 << level
        width -= run
        halves = [part(graph, levels[-1], 1, start, width) for start in (0, run)]
        levels.append(graph.add(kind, halves))
    found = [region(graph, levels[level], (y, x0), shape) for level, y, x0 in places]
    return graph.add(kind, found)


def _runs(cells: np.ndarray) -> list[tuple[int, int, int]]:
    """Runs of 1, 2, 4 ... cells that make up a footprint: power of two, row and first column."""
    places = set()
    for y, row in enumerate(cells):
        edges = np.flatnonzero(np.diff(np.r_[0, row.astype(np.int8), 0]))
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            level = (end - first).bit_length() - 1
            places |= {(level, y, first), (level, y, end - (1 << level))}
    return sorted(places)
