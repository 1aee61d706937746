"""From fitted steps to the bytes of an ONNX model: which estimator is written by what."""

from collections.abc import Callable, Sequence
from typing import Any

from sklearn.dummy import DummyClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from imgpipe._common import InputError
from imgpipe.learn.classifiers.svm import CalibratedSVM
from imgpipe.learn.graphs.arithmetic import row_sum
from imgpipe.learn.graphs.graph import Graph
from imgpipe.learn.graphs.linear import fixed, regression
from imgpipe.learn.graphs.machines import machine
from imgpipe.learn.graphs.preparation import impute, scale

WRITERS: dict[type, Callable[[Graph, Any, str], str]] = {
    SimpleImputer: impute,
    StandardScaler: scale,
    CalibratedSVM: machine,
    LogisticRegression: regression,
    DummyClassifier: fixed,
}
"""``write(graph, fitted, x)`` appends nodes and gives the name of what comes out."""


def writer_of(step: Any) -> Callable[[Graph, Any, str], str]:
    """Find what writes a fitted step: its own `to_onnx`, or an entry for its class."""
    if hasattr(step, "to_onnx"):
        return lambda graph, fitted, x: fitted.to_onnx(graph, x)
    for kind in type(step).__mro__:
        if kind in WRITERS:
            return WRITERS[kind]
    raise unwritten(step)


def unwritten(step: Any) -> InputError:
    """Make the error for a step that nothing writes."""
    return InputError(
        f"{type(step).__name__} cannot be written as .imgpipe; give its class a method "
        "to_onnx(graph, x), or keep the model in a .joblib file"
    )


def write_steps(steps: Sequence[Any], n_features: int, n_classes: int) -> bytes:
    """Write fitted steps, the last of which gives probabilities.

    Input ``features``: float64 (n, f). Output ``probabilities``: float64 (n, k), NaN where a
    feature is infinite, or missing where no step puts another number in its place.
    """
    graph, x = Graph(), "features"
    *before, last = steps
    for step in before:
        x = writer_of(step)(graph, step, x)
    said = writer_of(last)(graph, last, x)
    # zero, or NaN for what the classifier itself would refuse
    finite = row_sum(graph, graph.add("Sub", [x, x]))
    said = graph.add("Add", [said, finite])
    given = ("features", "float64", ["n", n_features])
    return graph.finished(given, (said, "probabilities", "float64", ["n", n_classes]), {})
