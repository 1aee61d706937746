"""How often numbers occur, inside a graph."""

import numpy as np

from imgpipe.learn.graphs.graph import Graph

FLAT = np.array([-1], np.int64)


def flattened(graph: Graph, x: str) -> str:
    """Give all values of a tensor in one row."""
    return graph.add("Reshape", [x, graph.constant(FLAT)])


def filled(graph: Graph, value: np.generic, shape: str) -> str:
    """Repeat one number over a shape, int64 (axes,), that may be known at run time only."""
    return graph.add("Expand", [graph.constant(value), shape])


def counted(graph: Graph, numbers: str, size: str) -> str:
    """Count each of the numbers 0, 1, ..., int64 (size,), in int32 or int64 (n,).

    Parameters
    ----------
    graph : Graph
    numbers : str
        What is counted.
    size : str
        Tensor int64 (1,): one more than the largest number that may occur.
    """
    each = filled(graph, np.int64(1), graph.add("Shape", [numbers]))
    return added_up(graph, numbers, each, filled(graph, np.int64(0), size))


def added_up(graph: Graph, numbers: str, values: str, zeros: str) -> str:
    """Add each value, (n,), to the place that the number beside it names, one after the other."""
    return graph.add("ScatterElements", [zeros, numbers, values], reduction="add")
