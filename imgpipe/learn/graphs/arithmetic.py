"""What several estimators add to a graph: sums along a row, and the logistic function."""

import numpy as np

from imgpipe.learn.graphs.graph import Graph


def row_sum(graph: Graph, x: str) -> str:
    """Add up each row: (n, k) to (n, 1)."""
    return graph.add("ReduceSum", [x, graph.constant(np.array([1], np.int64))], keepdims=1)


def logistic(graph: Graph, x: str) -> str:
    """Take 1 / (1 + exp(-x)), exact to the last digits also where it is almost 0.

    The operator Sigmoid, as onnxruntime has it, takes a tiny probability from 1.
    """
    power = graph.add("Exp", [graph.add("Neg", [x])])
    return graph.add("Reciprocal", [graph.add("Add", [power, graph.constant(1.0)])])


def of_two(graph: Graph, second: str) -> str:
    """Give both columns from the probabilities of the second class, (n, 1)."""
    first = graph.add("Sub", [graph.constant(1.0), second])
    return graph.add("Concat", [first, second], axis=1)
