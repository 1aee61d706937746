"""What stands between features and a fitted part that is held as arrays."""

from collections.abc import Mapping

import numpy as np

from imgpipe.learn.graphs.arithmetic import row_sum
from imgpipe.learn.graphs.graph import Graph


def prepared(graph: Graph, features: str, arrays: Mapping[str, np.ndarray]) -> str:
    """Append imputation and scaling, in double, as `inference.preparation` does both."""
    median, mean, scale = map(arrays.get, ("impute.median", "scale.mean", "scale.scale"))
    x = features
    if median is not None:
        x = graph.add("Where", [graph.add("IsNaN", [x]), graph.constant(median[None]), x])
    if mean is not None:
        x = graph.add("Sub", [x, graph.constant(mean[None])])
    if scale is not None:
        x = graph.add("Div", [x, graph.constant(scale[None])])
    return x


def unusable(graph: Graph, x: str, *, missing: bool = False) -> str:
    """Append a number, float64 (1, 1): 0, or NaN where a feature is infinite or missing.

    Parameters
    ----------
    graph : Graph
    x : str
        Features, float64 (1, f).
    missing : bool
        Whether one may be missing.
    """
    if missing:
        x = graph.add("Where", [graph.add("IsNaN", [x]), graph.constant(0.0), x])
    return row_sum(graph, graph.add("Sub", [x, x]))
