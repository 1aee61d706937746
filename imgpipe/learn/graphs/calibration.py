"""Sigmoids of decision values."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe.learn.graphs.arithmetic import logistic, of_two, row_sum
from imgpipe.learn.graphs.graph import Graph


def sigmoids(graph: Graph, calibration: Any, decisions: str) -> str:
    """Probabilities of a fitted `Sigmoids`: p = 1 / (1 + exp(a f + b)), divided by their sum.

    Where each is zero, all classes are as probable, as in scikit-learn's
    ``CalibratedClassifierCV``.
    """
    slopes, offsets = parameters(calibration)
    exponent = graph.add("Mul", [decisions, graph.constant(-slopes[None])])
    exponent = graph.add("Sub", [exponent, graph.constant(offsets[None])])
    said = logistic(graph, exponent)
    if len(slopes) == 1:
        return of_two(graph, said)
    total = row_sum(graph, said)
    shares = graph.add("Div", [said, total])
    nothing = graph.add("Equal", [total, graph.constant(0.0)])
    return graph.add("Where", [nothing, graph.constant(1 / len(slopes)), shares])


def parameters(calibration: Any) -> tuple[np.ndarray, np.ndarray]:
    """Slopes a and offsets b, of two classes those of the second."""
    (calibrated,) = calibration._fitted.calibrated_classifiers_
    each: Sequence[Any] = calibrated.calibrators
    return np.array([one.a_ for one in each], float), np.array([one.b_ for one in each], float)
