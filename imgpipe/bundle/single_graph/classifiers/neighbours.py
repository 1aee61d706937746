"""Nearest samples: the shares of their classes, and sigmoids of the odds of these."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.single_graph.classifiers.preparation import prepared, unusable
from imgpipe.learn.graphs.arithmetic import logistic, of_two, row_sum
from imgpipe.learn.graphs.graph import Graph
from imgpipe.learn.nearest import LEAST


def neighbours(graph: Graph, features: str, bundled: Bundled) -> str:
    """Append what `imgpipe.bundle.inference.neighbours` computes."""
    told, arrays = bundled.manifest.fitted, bundled.arrays
    x = prepared(graph, features, bundled.arrays)
    shares = _shares(graph, x, bundled)
    classes = told["classes"]
    if classes == 2:
        shares = graph.add("Slice", [shares, *_numbers(graph, [1], [2], [1])])
    least, most = graph.constant(LEAST), graph.constant(1 - LEAST)
    shares = graph.add("Min", [graph.add("Max", [shares, least]), most])
    others = graph.add("Sub", [graph.constant(1.0), shares])
    odds = graph.add("Sub", [graph.add("Log", [shares]), graph.add("Log", [others])])
    slopes, offsets = arrays["neighbours.slopes"], arrays["neighbours.offsets"]
    exponent = graph.add("Mul", [odds, graph.constant(-slopes[None])])
    said = logistic(graph, graph.add("Sub", [exponent, graph.constant(offsets[None])]))
    said = of_two(graph, said) if classes == 2 else _divided(graph, said, classes)
    return graph.add("Add", [said, unusable(graph, x)])


def _shares(graph: Graph, x: str, bundled: Bundled) -> str:
    """Weight of each class among the nearest samples, float64 (1, k)."""
    told, arrays = bundled.manifest.fitted, bundled.arrays
    samples = arrays["neighbours.samples"].astype(np.float64)
    # from differences: products make noise of a distance near zero
    apart = graph.add("Sub", [graph.constant(samples), x])
    squared = graph.add("ReduceSumSquare", [apart], axes=[1], keepdims=0)
    # of samples at one distance the first ones come first
    (asked,) = _numbers(graph, [told["asked"]])
    nearest, which = graph.several("TopK", [squared, asked], 2, axis=0, largest=0, sorted=1)
    one_hot = np.eye(told["classes"])[arrays["neighbours.codes"]]
    votes = graph.add("Gather", [graph.constant(one_hot), which], axis=0)
    total = graph.add("MatMul", [_weights(graph, nearest, told), votes])
    return graph.add("Div", [total, row_sum(graph, total)])


def _weights(graph: Graph, nearest: str, told: Mapping[str, Any]) -> str:
    """Weights of the neighbours, (1, asked); by distance, those at none rule out all others."""
    zero, one = graph.constant(0.0), graph.constant(1.0)
    if told["weights"] == "uniform":
        return graph.constant(np.ones((1, told["asked"])))
    (row,) = _numbers(graph, [0])
    squared = graph.add("Unsqueeze", [nearest, row])
    touching = graph.add("Equal", [squared, zero])
    closest = graph.add("ReduceMin", [squared], axes=[1], keepdims=1)
    alone = graph.add("Where", [touching, one, zero])
    inverse = graph.add("Reciprocal", [graph.add("Sqrt", [squared])])
    return graph.add("Where", [graph.add("Equal", [closest, zero]), alone, inverse])


def _divided(graph: Graph, said: str, classes: int) -> str:
    """Divide sigmoids by their sum; where that is zero, all classes are as probable."""
    total = row_sum(graph, said)
    nothing = graph.add("Equal", [total, graph.constant(0.0)])
    shares = graph.add("Div", [said, total])
    return graph.add("Where", [nothing, graph.constant(1 / classes), shares])


def _numbers(graph: Graph, *values: list[int]) -> list[str]:
    return [graph.constant(np.array(each, np.int64)) for each in values]
