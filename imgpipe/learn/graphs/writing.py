"""From fitted steps to the bytes of an ONNX model: which estimator is written by what."""

from collections.abc import Callable, Sequence
from typing import Any

from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from imgpipe._common import InputError
from imgpipe.learn.classifiers.svm import CalibratedSVM
from imgpipe.learn.graphs.graph import Graph
from imgpipe.learn.graphs.machines import radial_machine
from imgpipe.learn.graphs.preparation import impute, scale

WRITERS: dict[type, Callable[[Graph, Any, str], str]] = {
    SimpleImputer: impute,
    StandardScaler: scale,
    CalibratedSVM: radial_machine,
}
"""``write(graph, fitted, x)`` appends nodes and gives the name of what comes out."""


def writer_of(step: Any) -> Callable[[Graph, Any, str], str]:
    """Find what writes a fitted step: its own `to_onnx`, or an entry for its class."""
    if hasattr(step, "to_onnx"):
        return lambda graph, fitted, x: fitted.to_onnx(graph, x)
    for kind in type(step).__mro__:
        if kind in WRITERS:
            return WRITERS[kind]
    raise InputError(
        f"{type(step).__name__} cannot be written as ONNX; give its class a method "
        "to_onnx(graph, x), or keep the model in a .joblib file"
    )


def write_steps(steps: Sequence[Any], n_features: int, n_classes: int) -> bytes:
    """Write fitted steps, the last of which gives probabilities.

    Input ``features``: float64 (n, f). Output ``probabilities``: float64 (n, k).
    """
    graph, x = Graph(), "features"
    for step in steps:
        x = writer_of(step)(graph, step, x)
    given = ("features", "float64", ["n", n_features])
    return graph.finished(given, (x, "probabilities", "float64", ["n", n_classes]), {})
