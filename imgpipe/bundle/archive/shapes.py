"""The operators that a graph may have: their attributes, and which shape and type they give.

A shape is known before anything runs, but for the number of images, `N`. Each rule takes what an
operator is given and says what comes out, or why that cannot be; so nothing that does not fit, and
nothing too large, ever meets onnxruntime.
"""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError

N = "n"
"""Length of the axis of images."""
Shape = tuple[int | str, ...]
TYPES = {1: "float32", 7: "int64", 9: "bool", 11: "float64"}
"""By ONNX's numbers."""
_FLOATS = ("float32", "float64")


class Tensor(NamedTuple):
    """What is known of a tensor before the run; `value` where it stands in the file."""

    dtype: str
    shape: Shape
    value: np.ndarray | None = None


class Operator(NamedTuple):
    """Attributes by name, each ``"int"``, ``"ints"`` or ``"float"``, and the rule.

    ``rule(inputs, attributes)`` gives type and shape of the one output; `inputs` says how many
    there may be. ``work(inputs, output)`` counts multiplications, where they are more than numbers.
    """

    rule: Callable[[Sequence[Tensor], Mapping[str, Any]], Tensor]
    inputs: tuple[int, int]
    attributes: Mapping[str, str] = {}
    work: Callable[[Sequence[Tensor], Tensor], int] = lambda inputs, output: size_of(output.shape)


def size_of(shape: Shape) -> int:
    """Numbers in a tensor, for one image."""
    return prod(1 if side == N else int(side) for side in shape)


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """Shape of what is combined number by number."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    sides: list[int | str] = []
    for column in zip(*padded, strict=True):
        own = {side for side in column if side != 1}
        if len(own) > 1:
            raise InputError(f"combines the shapes {_listed(shapes)}")
        sides.append(own.pop() if own else 1)
    return tuple(sides)


def _same(kind: Sequence[str], result: str | None = None) -> Callable[..., Tensor]:
    """Number by number, of inputs of one type."""

    def rule(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
        dtype = _one_type(inputs, kind)
        return Tensor(result or dtype, broadcast([each.shape for each in inputs]))

    return rule


def _where(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    _one_type(inputs[:1], ("bool",))
    dtype = _one_type(inputs[1:], _FLOATS)
    return Tensor(dtype, broadcast([each.shape for each in inputs]))


def _identity(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    return Tensor(inputs[0].dtype, inputs[0].shape)


def _cast(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    _one_type(inputs, ("bool", *_FLOATS))
    dtype = TYPES.get(_given(attributes, "to"))
    _require(dtype in _FLOATS, "to names a type that is no float")
    return Tensor(str(dtype), inputs[0].shape)


def _reduce(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    """Reduce along axes, from an attribute or from a second input."""
    dtype, shape = _one_type(inputs[:1], _FLOATS), inputs[0].shape
    axes = _whole_numbers(inputs[1]) if len(inputs) == 2 else _given(attributes, "axes")
    keep = attributes.get("keepdims", 1)
    _require(keep in (0, 1), "keepdims must be 0 or 1")
    _require(_distinct(axes, len(shape)) and N not in [shape[a] for a in axes],
             f"cannot reduce the axes {axes} of {_listed([shape])}")  # fmt: skip
    kept = [(1 if a in axes else side) for a, side in enumerate(shape) if keep or a not in axes]
    return Tensor(dtype, tuple(kept))


def _matmul(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    left, right = inputs[0].shape, inputs[1].shape
    good = len(left) == len(right) == 2 and left[1] == right[0] != N
    _require(good, f"multiplies the shapes {_listed([left, right])}")
    return Tensor(_one_type(inputs, _FLOATS), (left[0], right[1]))


def _gemm(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    """Multiply with a transposed matrix and add a vector, as torch's Linear does."""
    left, right, vector = (each.shape for each in inputs)
    _require(attributes.get("transB") == 1, "must have transB = 1")
    good = len(left) == len(right) == 2 and left[1] == right[1] != N and right[0] != N
    _require(
        good and vector == right[:1], f"multiplies the shapes {_listed([left, right, vector])}"
    )
    return Tensor(_one_type(inputs, _FLOATS), (left[0], right[0]))


def _transpose(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    shape, order = inputs[0].shape, _given(attributes, "perm")
    _require(
        sorted(order) == list(range(len(shape))), f"has the axes {order} for {_listed([shape])}"
    )
    return Tensor(_one_type(inputs, _FLOATS), tuple(shape[axis] for axis in order))


def _unsqueeze(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    sides, axes = list(inputs[0].shape), _whole_numbers(inputs[1])
    _require(len(axes) == 1 and 0 <= axes[0] <= len(sides), f"has the axes {axes}")
    sides.insert(axes[0], 1)
    return Tensor(_one_type(inputs[:1], _FLOATS), tuple(sides))


def _concat(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    axis, shapes = _given(attributes, "axis"), [each.shape for each in inputs]
    good = all(0 <= axis < len(shape) and shape[axis] != N for shape in shapes)
    rests = {(*shape[:axis], 0, *shape[axis + 1 :]) for shape in shapes}
    _require(good and len(rests) == 1, f"joins the shapes {_listed(shapes)} at axis {axis}")
    (rest,) = rests
    total = sum(int(shape[axis]) for shape in shapes)
    return Tensor(_one_type(inputs, _FLOATS), (*rest[:axis], total, *rest[axis + 1 :]))


def _softmax(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    shape = inputs[0].shape
    good = len(shape) == 2 and shape[1] != N and attributes.get("axis") == 1
    _require(
        good, f"is along axis {attributes.get('axis')} of {_listed([shape])}; it must be 1 of 2"
    )
    return Tensor(_one_type(inputs, _FLOATS), shape)


def _flatten(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    shape = inputs[0].shape
    _require(len(shape) >= 1 and N not in shape[1:], f"flattens {_listed([shape])}")
    return Tensor(_one_type(inputs, _FLOATS), (shape[0], size_of(shape[1:])))


def _conv(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    image, weights = inputs[0].shape, inputs[1].shape
    _require_maps(image)
    good = len(weights) == 4 and N not in weights and image[1] == weights[1]
    _require(good, f"convolves {_listed([image])} with {_listed([weights])}")
    _require(len(inputs) < 3 or inputs[2].shape == weights[:1], "has a bias of another length")
    sides = [int(side) for side in weights[2:]]
    pads = attributes.get("pads", [0] * 4)
    _require(len(pads) == 4 and all(0 <= pad < max(sides) + 1 for pad in pads), f"has pads {pads}")
    strides = attributes.get("strides", [1, 1])
    padded = [int(image[2 + a]) + pads[a] + pads[2 + a] for a in (0, 1)]
    return Tensor(
        _one_type(inputs, _FLOATS), (image[0], weights[0], *_slid(padded, sides, strides))
    )


def _pool(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    shape = inputs[0].shape
    _require_maps(shape)
    sides, strides = _given(attributes, "kernel_shape"), _given(attributes, "strides")
    slid = _slid([int(side) for side in shape[2:]], sides, strides)
    return Tensor(_one_type(inputs, _FLOATS), (*shape[:2], *slid))


def _average(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    _require_maps(inputs[0].shape)
    return Tensor(_one_type(inputs, _FLOATS), (*inputs[0].shape[:2], 1, 1))


def _normalisation(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
    shape = inputs[0].shape
    _require_maps(shape)
    _require(all(each.shape == (shape[1],) for each in inputs[1:]), "has numbers of another length")
    _require(0 < attributes.get("epsilon", 1e-5) <= 1, "epsilon must lie between 0 and 1")
    return Tensor(_one_type(inputs, _FLOATS), shape)


def _slid(sides: Sequence[int], windows: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Places of a window along both axes."""
    good = len(windows) == len(strides) == 2 and min(*windows, *strides) >= 1
    _require(good, f"has windows {windows} at strides {strides}")
    places = [(n - k) // s + 1 for n, k, s in zip(sides, windows, strides, strict=True)]
    _require(min(places) >= 1 and max(strides) <= max(sides), f"has windows {windows} on {sides}")
    return places


def _one_type(inputs: Sequence[Tensor], kinds: Sequence[str]) -> str:
    found = {each.dtype for each in inputs}
    _require(len(found) == 1 and found <= set(kinds), f"is given {', '.join(sorted(found))}")
    return found.pop()


def _whole_numbers(tensor: Tensor) -> list[int]:
    """Values of a short list that stands in the file."""
    value = tensor.value
    if value is None or tensor.dtype != "int64" or value.ndim != 1 or len(value) > 8:
        raise InputError("has axes that are not a short list in the file")
    return [int(each) for each in value]


def _distinct(axes: Sequence[int], rank: int) -> bool:
    return 0 < len(axes) == len(set(axes)) and all(0 <= axis < rank for axis in axes)


def _require_maps(shape: Shape) -> None:
    _require(
        len(shape) == 4 and N not in shape[1:], f"is given {_listed([shape])}; maps have 4 axes"
    )


def _given(attributes: Mapping[str, Any], name: str) -> Any:
    _require(name in attributes, f"lacks {name}")
    return attributes[name]


def _require(good: bool, message: str) -> None:
    if not good:
        raise InputError(message)


def _listed(shapes: Sequence[Shape]) -> str:
    return " and ".join(f"({', '.join(map(str, shape))})" for shape in shapes[:4])


def _all_given(inputs: Sequence[Tensor], output: Tensor) -> int:
    """Numbers of the first input, of which each is looked at."""
    return size_of(inputs[0].shape)


def _products(inputs: Sequence[Tensor], output: Tensor) -> int:
    """Multiplications where each number that comes out is a sum over the first's second axis."""
    return size_of(output.shape) * size_of(inputs[0].shape[1:2])


def _windows(inputs: Sequence[Tensor], output: Tensor) -> int:
    """Multiplications of a convolution."""
    return size_of(output.shape) * size_of(inputs[1].shape[1:])


def _windows_at_most(inputs: Sequence[Tensor], output: Tensor) -> int:
    """Numbers looked at by a pool: a window is no longer than what its last place leaves."""
    sides = zip(inputs[0].shape[2:], output.shape[2:], strict=True)
    return size_of(output.shape) * prod(int(n) - int(places) + 1 for n, places in sides)


_UNARY = Operator(_same(_FLOATS), (1, 1))
_BINARY = Operator(_same(_FLOATS), (2, 2))
_COMPARED = Operator(_same(_FLOATS, "bool"), (2, 2))
_REDUCED = Operator(_reduce, (1, 1), {"axes": "ints", "keepdims": "int"}, _all_given)
_POOLED = Operator(_pool, (1, 1), {"kernel_shape": "ints", "strides": "ints"}, _windows_at_most)
RULES: Mapping[str, Operator] = {
    **dict.fromkeys(
        ("Abs", "Exp", "Log", "Neg", "Reciprocal", "Relu", "Sigmoid", "Sqrt", "Tanh"), _UNARY
    ),
    **dict.fromkeys(("Add", "Div", "Mul", "Pow", "Sub"), _BINARY),
    **dict.fromkeys(("Max", "Min"), Operator(_same(_FLOATS), (1, 8))),
    **dict.fromkeys(("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"), _COMPARED),
    **dict.fromkeys(("ReduceMax", "ReduceMean", "ReduceSumSquare"), _REDUCED),
    **dict.fromkeys(("AveragePool", "MaxPool"), _POOLED),
    "BatchNormalization": Operator(_normalisation, (5, 5), {"epsilon": "float"}),
    "Cast": Operator(_cast, (1, 1), {"to": "int"}),
    "Concat": Operator(_concat, (1, 64), {"axis": "int"}),
    "Conv": Operator(_conv, (2, 3), {"pads": "ints", "strides": "ints"}, _windows),
    "Flatten": Operator(_flatten, (1, 1)),
    "Gemm": Operator(_gemm, (3, 3), {"transB": "int"}, _products),
    "GlobalAveragePool": Operator(_average, (1, 1)),
    "Identity": Operator(_identity, (1, 1)),
    "IsNaN": Operator(_same(_FLOATS, "bool"), (1, 1)),
    "MatMul": Operator(_matmul, (2, 2), {}, _products),
    "ReduceSum": Operator(_reduce, (2, 2), {"keepdims": "int"}, _all_given),
    "Softmax": Operator(_softmax, (1, 1), {"axis": "int"}),
    "Transpose": Operator(_transpose, (1, 1), {"perm": "ints"}),
    "Unsqueeze": Operator(_unsqueeze, (2, 2)),
    "Where": Operator(_where, (3, 3)),
}
"""ReduceSum has its axes as an input, others as an attribute (opset 17)."""
