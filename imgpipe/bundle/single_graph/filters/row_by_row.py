"""Windows of many cells, ranked one row of the image at a time: memory stays bounded."""

import math

import numpy as np

from imgpipe.kernels.windows.window import Window
from imgpipe.learn.graphs.graph import Graph


def ranked_rows(
    graph: Graph, padded: str, shape: tuple[int, int], window: Window, dtype: np.dtype
) -> str:
    """Append a loop over the rows of an image that gives the upper median of every window.

    Parameters
    ----------
    graph : Graph
    padded : str
        The image with its border.
    shape : (int, int)
        Of the image.
    window : Window
    dtype : numpy.dtype
        Of the tensor.
    """
    body = graph.part()
    found = _ranked(graph, body, padded, window, shape[1])
    turns = graph.constant(np.int64(shape[0]))
    return graph.loop(body, turns, found, dtype, shape=[shape[1]])


def _ranked(graph: Graph, body: Graph, padded: str, window: Window, width: int) -> str:
    """Append to the body of the loop what ranks the windows of one row of the image."""
    rows, columns = window.sizes
    named = body.add("Add", [body.turn, graph.constant(np.arange(rows))])
    strip = body.add("Gather", [padded, named], axis=0)
    # (rows, columns, x): the cells of each window
    under = np.arange(columns)[:, np.newaxis] + np.arange(width)
    cells = body.add("Gather", [strip, graph.constant(under)], axis=1)
    flat = np.array([math.prod(window.sizes), width])
    cells = body.add("Reshape", [cells, graph.constant(flat)])
    if window.footprint is not None:
        chosen = np.flatnonzero(window.footprint)
        cells = body.add("Gather", [cells, graph.constant(chosen)], axis=0)
    rank = window.count // 2
    most = graph.constant(np.array([rank + 1]))
    lowest, _ = body.several("TopK", [cells, most], 2, axis=0, largest=0, sorted=1)
    return body.add("Gather", [lowest, graph.constant(np.int64(rank))], axis=0)
