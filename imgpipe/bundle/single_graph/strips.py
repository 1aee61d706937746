"""Sums over the pixels of large images, a strip of rows at a time.

What a node makes of all pixels is as large as the image, and many of these would be alive at once.
Those of a strip are small, and stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term
from imgpipe.learn.graphs.graph import Graph

END = 2**62
"""Where a slice ends that ends with its tensor."""
_LARGE = 2**16  # pixels; of smaller images the turns of a loop cost more than they save
_STRIP = 2**14


class Source(NamedTuple):
    """Rows that a strip needs.

    Attributes
    ----------
    rows : Term
        Tensor (n + beyond, ...), `n` the same for all sources.
    beyond : int
        Rows that follow the last one of a strip and belong to it as well as to the next strip.
    """

    rows: Term
    beyond: int = 0


def over_strips(
    sources: list[Source],
    shape: tuple[int, int],
    zero: np.generic,
    size: tuple[int, ...],
    add: Callable[[list[Term], Term], Term],
) -> Term:
    """Append what adds the part of each strip to a sum.

    Parameters
    ----------
    sources : list of Source
    shape : (int, int)
        Rows `n`, and pixels in each.
    zero : numpy.generic
        Of the type of the sum.
    size : tuple of int
        Shape of the sum.
    add : callable
        ``add(strips, total)`` appends the nodes for one strip of each source, to the graph that
        these are in, and gives the new sum, of the same type and shape.
    """
    graph = sources[0].rows.graph
    zeros = Term(graph, graph.constant(zero)).of("Expand", np.array(size))
    if shape[0] * shape[1] <= _LARGE:
        return add([source.rows for source in sources], zeros)
    rows = max(1, _STRIP // shape[1])
    body = graph.part()
    turn, before = f"{body.prefix}turn", f"{body.prefix}before"
    first = Term(body, turn).shaped(1) * np.int64(rows)
    # the last strip is shorter: a slice ends where the tensor does
    strips = [
        Term(body, source.rows.name).of(
            "Slice", first, first + np.int64(rows + source.beyond), np.array([0])
        )
        for source in sources
    ]
    after = add(strips, Term(body, before)).name
    turns = graph.constant(np.int64(-(-shape[0] // rows)))
    made = _turn(body, turn, before, after, zero.dtype.name)
    return Term(graph, graph.add("Loop", [turns, "", zeros.name], body=made))


def _turn(body: Graph, turn: str, before: str, after: str, dtype: str) -> Any:
    """Make the graph of a turn: its number, whether to go on, and the sum so far."""
    from onnx import helper

    go, on = f"{body.prefix}go", body.add("Identity", [f"{body.prefix}go"])

    def told(name: str, kind: str, shape: list[int] | None) -> Any:
        return helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), shape
        )

    given = [told(turn, "int64", []), told(go, "bool", []), told(before, dtype, None)]
    return helper.make_graph(
        body.nodes, body.prefix, given, [told(on, "bool", []), told(after, dtype, None)]
    )
