"""Graphs: what is none of ours is refused before onnxruntime sees it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from benchmarks.fuzz.mutations import parts_of, repacked
from imgpipe import InputError
from imgpipe.bundle.archive.graph_check import check_graph
from imgpipe.bundle.archive.operators import OPERATORS
from imgpipe.bundle.archive.protobuf import MOST_FIELDS, Reader
from imgpipe.bundle.archive.shapes import RULES

Refusal = Callable[[bytes], str]


def changed(bundle: bytes, change: Callable[[Any], None], name: str = "classifier.onnx") -> bytes:
    """The bundle with its graph changed, and signed."""
    members, told = parts_of(bundle)
    model = onnx.load_from_string(members[name])
    change(model)
    members[name] = model.SerializeToString()
    return repacked(members, told)


def first(model: Any, kind: str) -> Any:
    """First node of a kind."""
    return next(node for node in model.graph.node if node.op_type == kind)


def external(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")


def named_external(model: Any) -> None:
    model.graph.initializer[0].external_data.add(key="location", value="/etc/passwd")


def huge(model: Any) -> None:
    tensor = model.graph.initializer[0]
    del tensor.dims[:]
    tensor.dims.extend([2**31, 2**31])


def negative(model: Any) -> None:
    del model.graph.initializer[0].dims[:]
    model.graph.initializer[0].dims.append(-1)


def no_numbers(model: Any) -> None:
    tensor = model.graph.initializer[0]
    array = numpy_helper.to_array(tensor).copy()
    array.flat[0] = np.nan
    tensor.raw_data = array.tobytes()


def texts(model: Any) -> None:
    model.graph.initializer.append(helper.make_tensor("t", TensorProto.STRING, [1], [b"a"]))


def loose(model: Any) -> None:
    model.graph.initializer.append(helper.make_tensor("t", TensorProto.FLOAT, [1], [1.0]))


def subgraph(model: Any) -> None:
    attribute = first(model, "Sub").attribute.add()
    attribute.name, attribute.type = "body", onnx.AttributeProto.GRAPH
    attribute.g.name = "inner"


def function(model: Any) -> None:
    model.functions.add(name="f", domain="d")


def sparse(model: Any) -> None:
    model.graph.sparse_initializer.add()


def training(model: Any) -> None:
    model.training_info.add()


def unknown(model: Any) -> None:
    first(model, "Sub").op_type = "Loop"


def foreign(model: Any) -> None:
    first(model, "Sub").domain = "com.evil"


def circle(model: Any) -> None:
    model.graph.node[0].input[0] = model.graph.node[-1].output[0]


def twice(model: Any) -> None:
    model.graph.node[1].output[0] = model.graph.node[0].output[0]


def shadow(model: Any) -> None:
    model.graph.initializer[0].name = "features"


def wider(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value += 1


def other_type(model: Any) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT


def two_inputs(model: Any) -> None:
    model.graph.input.append(model.graph.input[0])


def two_outputs(model: Any) -> None:
    model.graph.output.append(model.graph.output[0])


def no_output(model: Any) -> None:
    model.graph.node.pop()


def attribute(model: Any) -> None:
    first(model, "Sub").attribute.append(helper.make_attribute("axis", 1))


def old(model: Any) -> None:
    model.opset_import[0].version = 7


def other_operators(model: Any) -> None:
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))


def later(model: Any) -> None:
    model.ir_version = 99


def notes(model: Any) -> None:
    helper.set_model_props(model, {str(i): "x" for i in range(20)})


def long_note(model: Any) -> None:
    helper.set_model_props(model, {"a": "x" * 5000})


def outer(model: Any) -> None:
    """A product of a column and a row that stand in the file: 10 GB from 0.5 MB."""
    for name, shape in (("column", (33000, 1)), ("row", (1, 33000))):
        tensor = numpy_helper.from_array(np.ones(shape), name)
        model.graph.initializer.append(tensor)
    model.graph.node.insert(0, helper.make_node("Mul", ["column", "row"], ["product"]))


def many_nodes(model: Any) -> None:
    for i in range(6000):
        model.graph.node.insert(0, helper.make_node("Identity", ["features"], [f"copy_{i}"]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (external, "external data"),
        (named_external, "has external data, which no model has"),
        (huge, "its shape '[2147483648, 2147483648]' takes 36,893,488,147,419,103,232"),
        (negative, "has the shape '[-1]'"),
        (no_numbers, "holds NaN or infinite numbers"),
        (texts, "has texts, which no model has"),
        (loose, "has numbers outside raw_data"),
        (subgraph, "has a subgraph, which no model has"),
        (function, "has functions, which no model has"),
        (sparse, "has sparse tensors"),
        (training, "has a part for training"),
        (unknown, "('Loop') is an operator that no model has"),
        (foreign, "a domain of other operators"),
        (circle, "is nowhere before it"),
        (twice, "which is there before it"),
        (shadow, "a tensor named as its input"),
        (wider, "has the input"),
        (other_type, "has the input"),
        (two_inputs, "has 2 inputs; one is needed"),
        (two_outputs, "has 2 outputs; one is needed"),
        (no_output, "computes no probabilities"),
        (attribute, "has the attribute 'axis', which no model has there"),
        (old, "needs the operator sets"),
        (other_operators, "needs the operator sets"),
        (later, "IR version 99"),
        (notes, "has 20 notes"),
        (long_note, "has 5,000 letters"),
        (outer, "needs more memory or time"),
        (many_nodes, "has 6,0"),
    ],
)
def test_graphs_that_no_model_has(
    change: Callable[[Any], None],
    words: str,
    bundles: dict[str, bytes],
    refusal: Refusal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A graph with more in it than ours have is refused, and onnxruntime never meets it."""
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    said = refusal(changed(bundles["logistic-2"], change))
    assert said.startswith("classifier.onnx ")
    assert words in said, said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "IR version None"),
        (b"\x08", "ends within a number"),
        (b"\x08" + b"\xff" * 11, "more than 64 bits"),
        (b"\x0b", "unknown type 3"),
        (b"\x08\x09\x08\x09", "has ir_version twice"),
        (b"\x0a\x01a", "ir_version is written in another type"),
        (b"\x3a\xff\xff\xff\xff\x7f", "ends within a field of 34359738367 bytes"),
        (b"\x12\x02\xc3\xa9", "only ASCII"),
        (b"\x98\x06\x01", "has field 99"),
        (b"\x3a\x02\x0a\x00" * 2, "has graph twice"),
        (b"\x72\x00" * (MOST_FIELDS + 1), f"more than {MOST_FIELDS:,} fields"),
    ],
)
def test_bytes_that_are_no_graph(content: bytes, words: str) -> None:
    """What is not written as protobuf writes our graphs is refused."""
    with pytest.raises(InputError, match=words):
        check_graph(content, ("features", "float64", ("n", 3)), ("y", "float64", ("n", 2)))


def test_a_reader_knows_negative_numbers() -> None:
    """Numbers below zero are read as protobuf writes them."""
    from imgpipe.bundle.archive.protobuf import Field

    content = memoryview(b"\x08" + b"\xff" * 9 + b"\x01")
    assert Reader().message(content, {1: Field("i", "int")}, "x") == {"i": -1}


def network(nodes: list[Any], tensors: dict[str, np.ndarray], out: tuple[Any, ...]) -> bytes:
    """A graph from images (n, 1, 8, 8) to y."""
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 8, 8])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, list(out))
    kept = [numpy_helper.from_array(value, name) for name, value in tensors.items()]
    graph = helper.make_graph(nodes, "g", [given], [result], kept)
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()


ONE = np.ones((1, 1, 3, 3), np.float32)


@pytest.mark.parametrize(
    ("kind", "inputs", "attributes", "words"),
    [
        ("Conv", ["x", "w"], {"pads": [10**6] * 4}, "has pads"),
        ("Conv", ["x", "w"], {"pads": [-1] * 4}, "has pads"),
        ("Conv", ["x", "w"], {"pads": [1, 1]}, "has pads"),
        ("Conv", ["x", "w"], {"strides": [0, 0]}, "has windows"),
        ("Conv", ["x", "w"], {"strides": [2**40, 1]}, "has windows"),
        ("Conv", ["x", "w"], {"group": 2}, "has the attribute 'group'"),
        ("Conv", ["x", "w"], {"dilations": [2**40, 1]}, "has the attribute 'dilations'"),
        ("Conv", ["x", "x"], {}, "convolves"),
        ("Conv", ["x", "big"], {}, "has windows"),
        ("Conv", ["x", "w", "two"], {}, "a bias of another length"),
        ("MaxPool", ["x"], {"kernel_shape": [2**40, 1], "strides": [1, 1]}, "has windows"),
        ("MaxPool", ["x"], {"kernel_shape": [2], "strides": [1, 1]}, "has windows"),
        ("MaxPool", ["x"], {"strides": [1, 1]}, "lacks kernel_shape"),
        ("Transpose", ["x"], {"perm": [0, 1, 2, 9]}, "has the axes"),
        ("Transpose", ["x"], {"perm": [0, 0, 0, 0]}, "has the axes"),
        ("Concat", ["x", "x"], {"axis": 0}, "joins the shapes"),
        ("Concat", ["x", "w"], {"axis": 1}, "joins the shapes"),
        ("Concat", ["x", "x"], {"axis": -7}, "joins the shapes"),
        ("Add", ["x", "big"], {}, "combines the shapes"),
        ("Add", ["x", "axes"], {}, "is given float32, int64"),
        ("Softmax", ["x"], {"axis": 1}, "must be 1 of 2"),
        ("Unsqueeze", ["x", "axes"], {}, "has the axes"),
        ("Unsqueeze", ["x", "x"], {}, "not a short list in the file"),
        ("ReduceSum", ["x", "axes"], {}, "cannot reduce"),
        ("ReduceSum", ["x"], {"axes": [2]}, "has 1 inputs"),
        ("ReduceMax", ["x", "zero"], {}, "has 2 inputs"),
        ("ReduceMax", ["x"], {}, "lacks axes"),
        ("ReduceSum", ["x", "zero"], {}, "cannot reduce"),
        ("ReduceMax", ["x"], {"axes": [-1]}, "cannot reduce"),
        ("ReduceMax", ["x"], {"axes": [1, 1]}, "cannot reduce"),
        ("Cast", ["x"], {"to": 8}, "to names a type"),
        ("Cast", ["x"], {"to": 1.5}, "in another type than int"),
        ("MatMul", ["x", "x"], {}, "multiplies the shapes"),
        ("Gemm", ["x", "w", "two"], {"transB": 1}, "multiplies the shapes"),
        ("Gemm", ["x", "w", "two"], {"transB": 0}, "must have transB"),
        ("Where", ["x", "x", "x"], {}, "is given float32"),
        ("Relu", ["x", "x"], {}, "has 2 inputs; 1 to 1"),
        ("Relu", [], {}, "has 0 inputs"),
    ],
)
def test_nodes_that_do_not_fit(
    kind: str, inputs: list[str], attributes: dict[str, Any], words: str
) -> None:
    """A node whose inputs or settings do not fit is refused, with its place."""
    tensors = {"w": ONE, "big": np.ones((1, 1, 9, 9), np.float32), "two": np.ones(2, np.float32),
               "axes": np.array([9]), "zero": np.array([0])}  # fmt: skip
    content = network([helper.make_node(kind, inputs, ["y"], **attributes)], tensors, ("n", 1))
    with pytest.raises(InputError, match=rf"node 0 \('{kind}'\).*{words}"):
        check_graph(content, ("x", "float32", ("n", 1, 8, 8)), ("y", "float32", ("n", 1)))


def test_work_on_what_stands_in_the_file_is_bounded() -> None:
    """What onnxruntime would compute as it opens a graph takes no time, or it is refused."""
    square = np.eye(512)
    tensors = {"w": np.ones((3, 2)), "s": square, "zero": np.zeros((512, 2))}
    fixed = [helper.make_node("MatMul", ["s", "s"], ["a"]),
             helper.make_node("MatMul", ["x", "w"], ["y"])]  # fmt: skip
    given, result = ("x", "float64", ("n", 3)), ("y", "float64", ("n", 2))
    content = graph_of(fixed, tensors)
    with pytest.raises(InputError, match=r"node 0 \('MatMul'\) needs more memory or time"):
        check_graph(content, given, result)


def test_many_numbers_next_to_zero() -> None:
    """Weights so small that each product takes a dozen times as long are refused."""
    small = np.full((3, 512), 1e-310)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"]),]  # fmt: skip
    content = graph_of(nodes, {"w": np.ones((3, 2)), "small": small})
    with pytest.raises(InputError, match="small holds more than 1,024 numbers next to zero"):
        check_graph(content, ("x", "float64", ("n", 3)), ("y", "float64", ("n", 2)))


def graph_of(nodes: list[Any], tensors: dict[str, np.ndarray]) -> bytes:
    """A graph in double, from ``x`` (n, 3) to ``y`` (n, 2)."""
    doors = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["n", width])
             for name, width in (("x", 3), ("y", 2))]  # fmt: skip
    tensor = [numpy_helper.from_array(value, name) for name, value in tensors.items()]
    graph = helper.make_graph(nodes, "g", doors[:1], doors[1:], tensor)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return bytes(model.SerializeToString())


NETWORK = [
    helper.make_node("Conv", ["x", "w"], ["a"], pads=[1, 0, 2, 1], strides=[2, 1]),
    helper.make_node("MaxPool", ["a"], ["b"], kernel_shape=[2, 3], strides=[1, 2]),
    helper.make_node("AveragePool", ["b"], ["c"], kernel_shape=[1, 2], strides=[2, 1]),
    helper.make_node("Concat", ["c", "c", "c"], ["d"], axis=1),
    helper.make_node("Transpose", ["d"], ["e"], perm=[0, 2, 1, 3]),
    helper.make_node("ReduceMax", ["e"], ["f"], axes=[2], keepdims=0),
    helper.make_node("Unsqueeze", ["f", "one"], ["g"]),
    helper.make_node("GlobalAveragePool", ["e"], ["h"]),
    helper.make_node("Flatten", ["h"], ["i"]),
    helper.make_node("Identity", ["i"], ["y"]),
]


def test_shapes_are_those_of_onnxruntime() -> None:
    """Each node gives the shape that was foreseen, and a graph of another shape is refused."""
    content = network(NETWORK, {"w": ONE, "one": np.array([1])}, ("n", 2))
    given, result = ("x", "float32", ("n", 1, 8, 8)), ("y", "float32", ("n", 2))
    cost = check_graph(content, given, result)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (said,) = session.run(None, {"x": np.ones((5, 1, 8, 8), np.float32)})
    assert said.shape == (5, 2)
    assert 0 < cost.bytes < 10_000
    assert cost.work > 8 * 8
    other = network(NETWORK, {"w": ONE, "one": np.array([1])}, ("n", 3))
    with pytest.raises(InputError, match="computes y as"):
        check_graph(other, given, ("y", "float32", ("n", 3)))


@pytest.mark.parametrize(
    ("kind", "inputs"), [("MatMul", ["column", "row"]), ("Add", ["column", "row"])]
)
def test_images_are_not_combined_with_each_other(kind: str, inputs: list[str]) -> None:
    """Numbers that grow with the square of the number of images have no bound."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["column"]),
        helper.make_node("Transpose", ["column"], ["row"], perm=[1, 0]),
        helper.make_node(kind, inputs, ["y"]),
    ]
    content = graph_of(nodes, {"w": np.ones((3, 1))})
    with pytest.raises(InputError, match=r"node 2 .*combines each image with each"):
        check_graph(content, ("x", "float64", ("n", 3)), ("y", "float64", ("n", 2)))


def test_every_operator_that_is_written_has_a_rule() -> None:
    """What the writers may use, with its attributes, is what the reader knows."""
    for name, attributes in OPERATORS.items():
        assert name in RULES
        assert set(attributes) == set(RULES[name].attributes) or name == "ReduceSum", name


def test_every_seed_passes(bundles: dict[str, bytes]) -> None:
    """A graph as it was written is what the check expects, and its cost is small."""
    seen = set()
    for name, bundle in bundles.items():
        members, told = parts_of(bundle)
        if told["format"] != "imgpipe":
            continue  # no graph of images; of detectors see tests/bundle/test_detector_bundle.py
        k, f = len(told["codes"]), len(told["features"])
        for member, given in (
            ("classifier.onnx", ("features", "float64", ("n", f))),
            ("network.onnx", ("images", "float32", ("n", *told["expected"]["image_shape"]))),
        ):
            if member in members:
                cost = check_graph(members[member], given, ("probabilities", "float64", ("n", k)))
                assert cost.bytes < 10**6, name
                seen.add(name)
    network = {name for name in bundles if "cnn" in name}
    assert seen == {"svm-2", "svm-3", "logistic-2", "logistic-3", "kept-3", *network}
