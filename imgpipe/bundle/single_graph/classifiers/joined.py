"""A graph of the bundle as part of a larger one."""

from typing import Any

from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.learn.graphs.graph import Graph, require_onnx


def classifier(graph: Graph, features: str, bundled: Bundled) -> str:
    """Append a graph of features, which gives NaN itself where one is infinite or missing."""
    return _joined(graph, features, bundled.graphs["classifier"])


def network(graph: Graph, pixels: str, bundled: Bundled) -> str:
    """Append a network, of pixels float32 (1, y, x) or (1, y, x, c)."""
    return _joined(graph, pixels, bundled.graphs["network"])


def _joined(graph: Graph, given: str, content: bytes) -> str:
    """Append the nodes of a graph that stands alone, under names of their own."""
    onnx: Any = require_onnx()
    inner = onnx.load_from_string(content).graph
    names = {inner.input[0].name: given, "": ""}
    for tensor in inner.initializer:
        names[tensor.name] = graph.constant(onnx.numpy_helper.to_array(tensor))
    for node in inner.node:
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        sources = [names[name] for name in node.input]
        found = graph.several(node.op_type, sources, len(node.output), **settings)
        names.update(zip(node.output, found, strict=True))
    return names[inner.output[0].name]
