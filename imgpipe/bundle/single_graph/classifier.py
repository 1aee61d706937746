"""The fitted part behind the features, inside a larger graph."""

from imgpipe._common import InputError
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.learn.graphs.graph import Graph


def probabilities(graph: Graph, features: str, bundled: Bundled) -> str:
    """Append what gives the probabilities, float64 (1, k), of features, float64 (1, f)."""
    kind = bundled.manifest.fitted["kind"]
    if kind != "graph":
        raise InputError(f"a fitted part of the kind {kind} cannot be exported")
    return _joined(graph, features, bundled.graphs["classifier"])


def _joined(graph: Graph, features: str, content: bytes) -> str:
    """Append the nodes of a graph that stands alone, under names of their own."""
    import onnx

    inner = onnx.load_from_string(content).graph
    names = {inner.input[0].name: features, "": ""}
    for tensor in inner.initializer:
        names[tensor.name] = graph.constant(onnx.numpy_helper.to_array(tensor))
    for node in inner.node:
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        given = [names[name] for name in node.input]
        found = graph.several(node.op_type, given, len(node.output), **settings)
        names.update(zip(node.output, found, strict=True))
    return names[inner.output[0].name]
