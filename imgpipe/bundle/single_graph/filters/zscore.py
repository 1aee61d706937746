"""Mean 0 and standard deviation 1."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.bundle.single_graph.filters.numbers import single
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph


def zscore(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.enhance.zscore` of the whole image, to rounding of its deviation.

    An image with a pixel that is not finite becomes NaN everywhere, and its probabilities with it:
    the bundle refuses the pixel where it measures.
    """
    x = plane.name
    both = graph.constant(np.array([0, 1]))
    centred = graph.add("Sub", [x, graph.add("ReduceMean", [x], axes=[0, 1], keepdims=1)])
    squares = graph.add("Mul", [centred, centred])
    count = graph.constant(np.float64(plane.shape[0] * plane.shape[1]))
    variance = graph.add("Div", [graph.add("ReduceSum", [squares, both], keepdims=1), count])
    z = graph.add("Div", [centred, graph.add("Sqrt", [variance])])
    ends = [graph.add(kind, [x], axes=[0, 1], keepdims=1) for kind in ("ReduceMin", "ReduceMax")]
    flat = graph.add("Equal", ends)
    zeros = graph.add("Mul", [graph.add("Sub", [x, x]), graph.constant(np.float64(0))])
    z = graph.add("Where", [flat, zeros, z])
    return replace(plane, name=single(graph, z), dtype=np.dtype(np.float32))
