"""Windows of many cells, ranked one row of the image at a time: memory stays bounded."""

import math

import numpy as np

from imgpipe.kernels.windows.window import Window
from imgpipe.learn.graphs.graph import Graph


def ranked_rows(graph: Graph, padded: str, shape: tuple[int, int], window: Window) -> str:
    """Append a loop over the rows of an image that gives the upper median of every window.

    Parameters
    ----------
    graph : Graph
    padded : str
        The image with its border.
    shape : (int, int)
        Of the image.
    window : Window
    """
    rows, columns = window.sizes
    under = np.arange(columns)[:, np.newaxis] + np.arange(shape[1])
    inner = Graph()
    numbers = graph.constant(np.arange(shape[0])[:, np.newaxis] + np.arange(rows))
    # (rows, columns, x): the cells of each window of one row of the image
    strip = inner.add("Gather", [padded, "rows"], axis=0)
    cells = inner.add("Gather", [strip, inner.constant(under)], axis=1)
    flat = np.array([math.prod(window.sizes), shape[1]])
    cells = inner.add("Reshape", [cells, inner.constant(flat)])
    if window.footprint is not None:
        chosen = np.flatnonzero(window.footprint)
        cells = inner.add("Gather", [cells, inner.constant(chosen)], axis=0)
    rank = window.count // 2
    lowest, _ = inner.several(
        "TopK", [cells, inner.constant(np.array([rank + 1]))], 2, axis=0, largest=0, sorted=1
    )
    found = inner.add("Gather", [lowest, inner.constant(np.array(rank))], axis=0)
    return graph.loop(inner, numbers, ("rows", [rows]), (found, [shape[1]]))
