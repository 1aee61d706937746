"""Decision trees, all of which are walked at once: a step is a handful of nodes."""

from typing import NamedTuple

import numpy as np

from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.single_graph.classifiers.preparation import prepared, unusable
from imgpipe.learn.graphs.arithmetic import logistic, of_two
from imgpipe.learn.graphs.graph import DOUBLE, FLOAT, Graph

_ASKED = ("feature", "threshold", "left", "right")


class _Arrays(NamedTuple):
    """Trees whose leaves stand behind the inner nodes, and lead to themselves."""

    roots: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing: np.ndarray
    values: np.ndarray
    steps: int


def trees(graph: Graph, features: str, bundled: Bundled) -> str:
    """Append what `imgpipe.bundle.inference.trees` computes.

    Nodes of the operator TreeEnsemble are read in .6 s, and hold thresholds in single precision
    only where runtimes know the operators of before 2024; arrays are there at once, and exact.
    """
    told = bundled.manifest.fitted
    single = told["precision"] == "float32"
    arrays = _arrays(bundled, single)
    x = prepared(graph, features, bundled.arrays)
    x = graph.add("Cast", [x], to=FLOAT) if single else x
    row = graph.add("Reshape", [x, graph.constant(np.array([-1]))])
    takes_missing = told["missing"] and "impute.median" not in bundled.arrays
    leaves = _leaves(graph, row, arrays, takes_missing)
    said = _combined(graph, leaves, told["combine"], len(arrays.roots), told["classes"])
    wide = graph.add("Cast", [x], to=DOUBLE) if single else x
    return graph.add("Add", [said, unusable(graph, wide, missing=takes_missing)])


def _arrays(bundled: Bundled, single: bool) -> _Arrays:
    held = {name.partition(".")[2]: array for name, array in bundled.arrays.items()
            if name.startswith("trees.")}  # fmt: skip
    values = held["values"].astype(np.float64)
    inner, ends = len(held["feature"]), np.arange(len(values), dtype=np.int32)
    own = inner + ends

    def leading(name: str) -> np.ndarray:
        to = held[name]
        found: np.ndarray = np.where(to >= 0, to, inner + ~to).astype(np.int32)
        return found

    def padded(name: str) -> np.ndarray:
        return np.concatenate([held[name], np.zeros(len(ends), held[name].dtype)])

    left, right = leading("left"), leading("right")
    threshold = padded("threshold")
    return _Arrays(
        leading("roots"),
        padded("feature"),
        _rounded_down(threshold) if single else threshold,
        np.concatenate([left, own]),
        np.concatenate([right, own]),
        padded("missing").astype(bool),
        values,
        _steps(leading("roots"), left, right),
    )


def _rounded_down(threshold: np.ndarray) -> np.ndarray:
    """Give the largest number in single precision that is no larger: it parts these alike."""
    with np.errstate(over="ignore"):
        near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)


def _steps(roots: np.ndarray, left: np.ndarray, right: np.ndarray) -> int:
    """Count the steps of the longest walk; each level of all trees is looked at once."""
    level, steps = roots[roots < len(left)], 0
    while len(level):
        level = np.concatenate([left[level], right[level]])
        level = level[level < len(left)]
        steps += 1
    return steps


def _leaves(graph: Graph, row: str, arrays: _Arrays, takes_missing: bool) -> str:
    """Append the walk; what the leaves say, float64 (t, m)."""
    names = {name: graph.constant(getattr(arrays, name)) for name in _ASKED}
    if takes_missing:
        names["missing"] = graph.constant(arrays.missing)
    steps = graph.constant(np.array(arrays.steps))
    body = graph.part()
    then = _step(body, row, names)
    node = graph.loop(body, steps, then, "int32", start=graph.constant(arrays.roots), shape=["t"])
    leaf = graph.add("Sub", [node, graph.constant(np.int32(len(arrays.left) - len(arrays.values)))])
    return graph.add("Gather", [graph.constant(arrays.values), leaf], axis=0)


def _step(body: Graph, row: str, names: dict[str, str]) -> str:
    """Append to the body of the loop what leads each walk one node on."""
    asked, limit, left, right = (body.add("Gather", [names[each], body.before]) for each in _ASKED)
    value = body.add("Gather", [row, asked])
    goes_left = body.add("LessOrEqual", [value, limit])
    if "missing" in names:
        lacks = body.add("IsNaN", [value])
        sent_left = body.add("And", [lacks, body.add("Gather", [names["missing"], body.before])])
        goes_left = body.add("Or", [goes_left, sent_left])
    return body.add("Where", [goes_left, left, right])


def _combined(graph: Graph, leaves: str, combine: str, n_trees: int, classes: int) -> str:
    """Probabilities, float64 (1, k), of what the leaves say."""
    first = graph.constant(np.array([0]))
    if combine == "mean":
        total = graph.add("ReduceSum", [leaves, first], keepdims=1)
        return graph.add("Div", [total, graph.constant(float(n_trees))])
    columns = 1 if combine == "logistic" else classes
    # trees take turns; the last turn may not be whole
    lacking = graph.constant(np.zeros((-n_trees % columns, 1)))
    rounds = graph.add("Concat", [leaves, lacking], axis=0)
    rounds = graph.add("Reshape", [rounds, graph.constant(np.array([-1, columns]))])
    total = graph.add("ReduceSum", [rounds, first], keepdims=1)
    if combine == "logistic":
        return of_two(graph, logistic(graph, total))
    return graph.add("Softmax", [total], axis=1)
