"""What stands between features and classifier, in double: imputation and scaling."""

from typing import Any

import numpy as np

from imgpipe.learn.graphs.graph import Graph


def impute(graph: Graph, imputer: Any, x: str) -> str:
    """Put the training part's median where a number is missing."""
    medians = np.asarray(imputer.statistics_, np.float64)
    return graph.add("Where", [graph.add("IsNaN", [x]), graph.constant(medians), x])


def scale(graph: Graph, scaler: Any, x: str) -> str:
    """Take away the mean, and divide by the deviation."""
    if scaler.with_mean:
        x = graph.add("Sub", [x, graph.constant(np.asarray(scaler.mean_, np.float64))])
    if scaler.with_std:
        x = graph.add("Div", [x, graph.constant(np.asarray(scaler.scale_, np.float64))])
    return x
