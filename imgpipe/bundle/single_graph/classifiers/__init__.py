"""Fitted parts as ONNX, a kind a file."""

from collections.abc import Callable

from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.single_graph.classifiers.joined import classifier
from imgpipe.bundle.single_graph.classifiers.neighbours import neighbours
from imgpipe.bundle.single_graph.classifiers.trees import trees
from imgpipe.learn.graphs.graph import Graph

CLASSIFIERS: dict[str, Callable[[Graph, str, Bundled], str]] = {
    "graph": classifier,
    "trees": trees,
    "neighbours": neighbours,
}
"""``write(graph, features, bundled)`` appends nodes that turn features, float64 (1, f), into
probabilities, float64 (1, k), which are NaN where the bundle refuses the features."""
