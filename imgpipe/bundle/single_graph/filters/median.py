"""Moving median over a box or a footprint."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.filters.arguments import arguments_of
from imgpipe.bundle.single_graph.filters.borders import part, region, shifted
from imgpipe.bundle.single_graph.filters.extrema import bordered, of_window
from imgpipe.bundle.single_graph.filters.networks import box_median, cells_median
from imgpipe.bundle.single_graph.filters.numbers import cast, converted, wide, working_dtype
from imgpipe.bundle.single_graph.filters.row_by_row import ranked_rows
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.kernels.plans.dtypes import exact_cval
from imgpipe.kernels.windows.window import Window, window_of
from imgpipe.learn.graphs.graph import Graph

# a network over more cells would have thousands of nodes
_MOST_CELLS = 121
# rows are ranked by a copy of all windows of a row: of more cells, it would fill memory
_MOST_EVER = 2**14


def median(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.median`, equal for every dtype, NaN and infinities included.

    Up to 121 cells it is a network of ``Min`` and ``Max`` over the whole image; above, each row's
    windows are ranked by ``TopK``, which takes many times longer.
    """
    given, output = arguments_of("median", plane, settings)
    window = window_of(2, given["size"], given["origin"], given["mode"], None, given["footprint"])
    if window.count > _MOST_EVER:
        raise InputError(
            f"median: a window of {window.count} pixels cannot be exported; {_MOST_EVER} can"
        )
    work = working_dtype(plane.dtype)
    edge = work.type(exact_cval(given["cval"], plane.dtype))
    x = plane.name if work == np.float64 else cast(graph, plane.name, work)
    if window.count <= _MOST_CELLS:
        padded = bordered(graph, x, plane.shape, window, edge)
        x = _by_network(graph, padded, plane.shape, window, work)
    else:
        x = _by_rank(graph, x, plane, window, edge)
    x = converted(graph, wide(graph, x, work), plane.dtype, output)
    return replace(plane, name=x, dtype=output)


def _by_network(
    graph: Graph, padded: str, shape: tuple[int, int], window: Window, dtype: np.dtype
) -> str:
    """Append the operations of a network, on the image with its border."""
    cells = window.footprint
    box = cells is None or bool(cells.all())
    if box or cells is None:
        network, value = box_median(*window.sizes)
    else:
        network, value = cells_median([(int(y), int(x)) for y, x in np.argwhere(cells)])
    found: dict[int, str] = {}
    for number in network.needed(value):
        kind, a, b = network.operations[number]
        if kind == "cell" and box:
            # the border to the right stays: shifts bring it in
            found[number] = part(graph, padded, 0, a, shape[0])
        elif kind == "cell":
            found[number] = region(graph, padded, (a, b), shape)
        elif kind == "shift":
            found[number] = shifted(graph, found[a], b, dtype)
        else:
            found[number] = graph.add(kind, [found[a], found[b]])
    return region(graph, found[value], (0, 0), shape) if box else found[value]


def _by_rank(graph: Graph, x: str, plane: Plane, window: Window, edge: Any) -> str:
    """Append a loop over rows, and put NaN where a window has one."""
    padded = bordered(graph, x, plane.shape, window, edge)
    found = ranked_rows(graph, padded, plane.shape, window, edge.dtype)
    if plane.dtype.kind != "f":
        return found
    zero, dtype = edge.dtype.type(0), edge.dtype
    # NaN where a pixel is NaN, else 0: its highest value tells of a whole window
    holes = graph.add("Where", [graph.add("IsNaN", [x]), x, graph.constant(zero)])
    beyond = edge if np.isnan(edge) else zero
    reached = of_window(graph, holes, plane.shape, window, "Max", dtype.type(beyond))
    return graph.add("Where", [graph.add("IsNaN", [reached]), reached, found])
