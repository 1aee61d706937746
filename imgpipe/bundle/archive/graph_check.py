"""What an ONNX graph in a bundle may hold: checked before onnxruntime sees a byte of it."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.protobuf import Field, Reader, Schema
from imgpipe.bundle.archive.refusing import excerpt
from imgpipe.bundle.archive.shapes import RULES, TYPES, N, Shape, Tensor, size_of

MOST_NODES = 5000
MOST_TENSORS = 5000
MOST_NOTES = 16
MOST_AXES = 5
MOST_BYTES = 2**28
"""Of all that is computed for one image, and of what is computed once."""
MOST_WORK = {"float32": 2**35, "float64": 2**31}
"""Multiplications for one image, of a network and of a classifier of features: seconds.

Numbers near zero (denormal) cost a dozen times as much: onnxruntime can take them for zero, but
only with its first session, and for all that the process computes from then on.
"""
MOST_FIXED_WORK = 2**26
"""Multiplications of what stands in the file, done as it is opened."""
MOST_DENORMAL = 1024
IR_VERSIONS = (8, 9, 10)
OPSETS = (17,)
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)

_TENSOR: Schema = {
    1: Field("dims", "int", many=True),
    2: Field("data_type", "int"),
    8: Field("name", "text"),
    9: Field("raw_data", "bytes"),
    3: Field("a segment"),
    4: Field("numbers outside raw_data"),
    5: Field("numbers outside raw_data"),
    6: Field("texts"),
    7: Field("numbers outside raw_data"),
    10: Field("numbers outside raw_data"),
    11: Field("numbers outside raw_data"),
    13: Field("external data"),
    14: Field("external data (a data_location)"),
}
_ATTRIBUTE: Schema = {
    1: Field("name", "text"),
    2: Field("f", "float"),
    3: Field("i", "int"),
    8: Field("ints", "int", many=True),
    20: Field("type", "int"),
    4: Field("a text"),
    5: Field("a tensor"),
    6: Field("a subgraph"),
    7: Field("a list of floats"),
    9: Field("texts"),
    10: Field("tensors"),
    11: Field("subgraphs"),
    21: Field("a reference to a function"),
}
_NODE: Schema = {
    1: Field("input", "text", many=True),
    2: Field("output", "text", many=True),
    4: Field("op_type", "text"),
    5: Field("attribute", _ATTRIBUTE, many=True),
    7: Field("a domain of other operators"),
}
_DIM: Schema = {1: Field("value", "int"), 2: Field("symbol", "text")}
_VALUE: Schema = {
    1: Field("name", "text"),
    2: Field(
        "type",
        {
            1: Field(
                "tensor",
                {1: Field("elem_type", "int"), 2: Field("shape", {1: Field("dim", _DIM, True)})},
            )
        },
    ),
}
_GRAPH: Schema = {
    1: Field("node", _NODE, many=True),
    2: Field("name", "text"),
    5: Field("initializer", _TENSOR, many=True),
    11: Field("input", _VALUE, many=True),
    12: Field("output", _VALUE, many=True),
    15: Field("sparse tensors"),
}
_MODEL: Schema = {
    1: Field("ir_version", "int"),
    2: Field("producer_name", "text"),
    7: Field("graph", _GRAPH),
    8: Field("opset_import", {1: Field("domain", "text"), 2: Field("version", "int")}, many=True),
    14: Field("metadata_props", {1: Field("key", "text"), 2: Field("value", "text")}, many=True),
    20: Field("a part for training"),
    25: Field("functions"),
}
_ATTRIBUTE_TYPES = {"float": ("f", 1), "int": ("i", 2), "ints": ("ints", 7)}


class Cost(NamedTuple):
    """What a run takes at most, for one image: bytes, and multiplications."""

    bytes: int
    work: int


def check_graph(
    content: bytes, given: tuple[str, str, Shape], result: tuple[str, str, Shape]
) -> Cost:
    """Refuse a graph that is none of ours, or not from `given` to `result`: name, type, shape.

    Raises
    ------
    InputError
        The message begins with a verb or a place, for the member's name to stand before it.
    """
    model = Reader().message(memoryview(content), _MODEL, "model")
    if model["ir_version"] not in IR_VERSIONS:
        raise InputError(
            f"is of ONNX's IR version {model['ir_version']}; {list(IR_VERSIONS)} will do"
        )
    opsets = [(each["domain"] or "", each["version"]) for each in model["opset_import"]]
    if opsets not in [[("", version)] for version in OPSETS]:
        raise InputError(
            f"needs the operator sets {excerpt(str(opsets))}; ONNX {OPSETS[0]} will do"
        )
    if len(model["metadata_props"]) > MOST_NOTES:
        raise InputError(f"has {len(model['metadata_props'])} notes; {MOST_NOTES} are allowed")
    graph = model["graph"]
    if graph is None:
        raise InputError("has no graph")
    known = _tensors(graph["initializer"])
    _check_door(graph["input"], given, "input")
    _check_door(graph["output"], result, "output")
    if given[0] in known:
        raise InputError(f"has a tensor named as its input, {given[0]}")
    known[given[0]] = Tensor(*given[1:])
    cost = _check_nodes(graph["node"], known, given)
    found = known.get(result[0])
    if found is None or result[0] == given[0]:
        raise InputError(f"computes no {result[0]}")
    if (found.dtype, found.shape) != result[1:]:
        raise InputError(
            f"computes {result[0]} as {excerpt(str(found[:2]))}; {result[1:]} is needed"
        )
    return cost


def _tensors(initializers: list[dict[str, Any]]) -> dict[str, Tensor]:
    """Read what stands in the file, which must be as long as it says, and finite."""
    if len(initializers) > MOST_TENSORS:
        raise InputError(f"has {len(initializers):,} tensors; {MOST_TENSORS:,} are allowed")
    known: dict[str, Tensor] = {}
    for each in initializers:
        name = _named(each["name"], "tensor")
        where, dims = f"tensor {name}", each["dims"]
        if name in known:
            raise InputError(f"{where} stands there twice")
        dtype = TYPES.get(each["data_type"])
        if dtype is None:
            raise InputError(f"{where} is of ONNX's type {each['data_type']}, which no model has")
        raw = b"" if each["raw_data"] is None else each["raw_data"]
        if len(dims) > 4 or any(side < 1 for side in dims):
            raise InputError(f"{where} has the shape {excerpt(str(dims))}")
        taken = size_of(tuple(dims)) * np.dtype(dtype).itemsize
        if taken != len(raw):
            raise InputError(
                f"{where} has {len(raw):,} bytes; its shape {excerpt(str(dims))} takes {taken:,}"
            )
        value = np.frombuffer(raw, np.dtype(dtype).newbyteorder("<")).reshape(dims)
        if dtype == "bool" and value.view(np.uint8).max() > 1:
            raise InputError(f"{where} holds what is neither true nor false")
        if dtype != "bool" and not np.isfinite(value).all():
            raise InputError(f"{where} holds NaN or infinite numbers")
        if value.dtype.kind == "f" and _denormal(value) > MOST_DENORMAL:
            raise InputError(f"{where} holds more than {MOST_DENORMAL:,} numbers next to zero")
        known[name] = Tensor(dtype, tuple(dims), value)
    return known


def _denormal(value: np.ndarray) -> int:
    """Count what is so near zero that computing with it is slow."""
    size = np.abs(value)
    return int(np.count_nonzero((size > 0) & (size < np.finfo(value.dtype).tiny)))


def _check_door(values: list[dict[str, Any]], wanted: tuple[str, str, Shape], what: str) -> None:
    """Accept one input, or output, as it must be."""
    if len(values) != 1:
        raise InputError(f"has {len(values)} {what}s; one is needed")
    tensor = (values[0]["type"] or {}).get("tensor") or {}
    dims = (tensor.get("shape") or {}).get("dim") or []
    shape = tuple(dim["symbol"] if dim["value"] is None else dim["value"] for dim in dims)
    twofold = any(None not in dim.values() for dim in dims)
    found = (values[0]["name"], TYPES.get(tensor.get("elem_type") or 0), shape)
    if found != wanted or twofold:
        raise InputError(f"has the {what} {excerpt(str(found))}; {excerpt(str(wanted))} is needed")


def _check_nodes(
    nodes: list[dict[str, Any]], known: dict[str, Tensor], given: tuple[str, str, Shape]
) -> Cost:
    """Follow the nodes in their order; note of each what it gives in `known`."""
    fixed = set(known) - {given[0]}
    allowed, done = MOST_WORK[given[1]], 0
    if len(nodes) > MOST_NODES:
        raise InputError(f"has {len(nodes):,} nodes; {MOST_NODES:,} are allowed")
    taken, work = 0, 0
    for i, node in enumerate(nodes):
        kind = node["op_type"] or ""
        where = f"node {i} ({excerpt(kind)})"
        operator = RULES.get(kind)
        if operator is None:
            raise InputError(f"{where} is an operator that no model has")
        if len(node["output"]) != 1:
            raise InputError(f"{where} has {len(node['output'])} outputs; one is needed")
        name = _named(node["output"][0], where)
        if name in known:
            raise InputError(f"{where} gives {name}, which is there before it")
        inputs = [_looked_up(each, known, where) for each in node["input"]]
        least, most = operator.inputs
        if not least <= len(inputs) <= most:
            raise InputError(f"{where} has {len(inputs)} inputs; {least} to {most} will do")
        attributes = _attributes(node["attribute"], operator.attributes, where)
        try:
            output = operator.rule(inputs, attributes)
            if output.shape.count(N) > 1:
                raise InputError("combines each image with each")
        except InputError as error:
            raise InputError(f"{where} {error}") from None
        if len(output.shape) > MOST_AXES:
            raise InputError(f"{where} gives {len(output.shape)} axes; {MOST_AXES} are allowed")
        known[name] = output
        taken += size_of(output.shape) * np.dtype(output.dtype).itemsize
        own = operator.work(inputs, output)
        work += own
        if fixed.issuperset(node["input"]):
            fixed.add(name)
            done += own
        if taken > MOST_BYTES or work > allowed or done > MOST_FIXED_WORK:
            raise InputError(f"{where} needs more memory or time than a model may take")
    return Cost(taken, work)


def _attributes(
    found: list[dict[str, Any]], allowed: Mapping[str, str], where: str
) -> dict[str, Any]:
    """Values of a node's attributes, each of which its operator may have."""
    values: dict[str, Any] = {}
    for each in found:
        name = each["name"] or ""
        if name not in allowed or name in values:
            raise InputError(f"{where} has the attribute {excerpt(name)}, which no model has there")
        own, number = _ATTRIBUTE_TYPES[allowed[name]]
        others = [key for key in ("f", "i", "ints") if key != own and each[key] not in (None, [])]
        if each["type"] != number or others or each[own] is None:
            raise InputError(f"{where} has {name} in another type than {allowed[name]}")
        values[name] = each[own]
    return values


def _looked_up(name: str, known: Mapping[str, Tensor], where: str) -> Tensor:
    if name not in known:
        raise InputError(f"{where} takes {excerpt(name)}, which is nowhere before it")
    return known[name]


def _named(name: str | None, what: str) -> str:
    if name is None or not _NAME.fullmatch(name):
        raise InputError(f"{what} has the name {excerpt(name)}")
    return name
