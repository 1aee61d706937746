"""Sums over the pixels of large images, a strip of rows at a time.

What a node makes of all pixels is as large as the image, and many of these would be alive at once.
Those of a strip are small, and stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term

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
    first = Term(body, body.turn).shaped(1) * np.int64(rows)
    # the last strip is shorter: a slice ends where the tensor does
    strips = [
        Term(body, source.rows.name).of(
            "Slice", first, first + np.int64(rows + source.beyond), np.array([0])
        )
        for source in sources
    ]
    after = add(strips, Term(body, body.before)).name
    turns = graph.constant(np.int64(-(-shape[0] // rows)))
    return Term(graph, graph.loop(body, turns, after, zero.dtype, start=zeros.name))
