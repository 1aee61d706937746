"""A graph of ONNX nodes in the making."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError

OPSET = 17
FLOAT, DOUBLE = 1, 11
"""ONNX's numbers of the types."""
IR_VERSION = 9  # what runtimes of the last years read
_SMALL = 64  # elements of a constant that is looked for among those there are


class Graph:
    """Nodes and tensors of a graph; what it is made of brings its part along.

    Parameters
    ----------
    prefix : str, default ""
        What the names that nodes give begin with.

    Raises
    ------
    InputError
        If the package ``onnx`` is not installed.
    """

    def __init__(self, prefix: str = "") -> None:
        self._onnx = require_onnx()
        self.prefix = prefix
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []
        self._shared: dict[tuple[Any, ...], str] = {}

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        """Append a node with one output and return the output's name."""
        (name,) = self.several(kind, inputs, 1, **attributes)
        return name

    def several(self, kind: str, inputs: list[str], n: int, **attributes: Any) -> list[str]:
        """Append a node with `n` outputs and return their names."""
        stem = f"{self.prefix}{kind.lower()}_{len(self.nodes)}"
        names = [stem] if n == 1 else [f"{stem}_{i}" for i in range(n)]
        node = self._onnx.helper.make_node(kind, inputs, names, **attributes)
        self.nodes.append(node)
        return names

    def constant(self, value: Any) -> str:
        """Store a tensor and return its name; a small one that is there already is shared."""
        array = value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)
        array = np.asarray(array, order="C")  # a scalar stays one
        key = (array.dtype.str, array.shape, array.tobytes()) if array.size <= _SMALL else None
        if key is not None and key in self._shared:
            return self._shared[key]
        name = f"tensor_{len(self.tensors)}"
        self.tensors.append(self._onnx.numpy_helper.from_array(array, name))
        if key is not None:
            self._shared[key] = name
        return name

    def part(self) -> "Graph":
        """Begin the body of a loop: it knows the names of this graph, and keeps its constants here.

        The node of the loop comes next in this graph.
        """
        inner = Graph(f"{self.prefix}body_{len(self.nodes)}_")
        inner.tensors, inner._shared = self.tensors, self._shared
        return inner

    @property
    def turn(self) -> str:
        """Number of the turn, int64, in the body of a loop."""
        return f"{self.prefix}turn"

    @property
    def before(self) -> str:
        """What the turn before gave, in the body of a loop that hands it on."""
        return f"{self.prefix}before"

    def loop(
        self,
        body: "Graph",
        turns: str,
        made: str,
        dtype: Any,
        *,
        start: str | None = None,
        shape: list[Any] | None = None,
    ) -> str:
        """Append a loop and return the name of what it gives.

        Parameters
        ----------
        body : Graph
            From `part`, with the nodes of one turn.
        turns : str
            How many, int64.
        made : str
            What a turn gives.
        dtype : dtype
            Its type.
        start : str, optional
            What the first turn takes as `before`; the loop gives what the last turn made. Without
            it no turn knows another, and the loop gives all that they made, along a new axis.
        shape : list, optional
            Of what a turn gives.
        """
        go = f"{body.prefix}go"
        on = body.add("Identity", [go])

        def value(name: str, kind: Any, sides: list[Any] | None) -> Any:
            return _value(self._onnx.helper, name, kind, sides)

        given = [value(body.turn, "int64", []), value(go, "bool", [])]
        given += [] if start is None else [value(body.before, dtype, shape)]
        result = [value(on, "bool", []), value(made, dtype, shape)]
        inner = self._onnx.helper.make_graph(body.nodes, body.prefix, given, result)
        return self.add("Loop", [turns, "", *([] if start is None else [start])], body=inner)

    def finished(
        self,
        given: tuple[str, Any, list[Any]],
        result: tuple[str, str, Any, list[Any]],
        notes: Mapping[str, str],
    ) -> bytes:
        """Give the whole model, checked.

        Parameters
        ----------
        given : tuple of (str, dtype, list)
            Name, type and shape of the input; a text is a length that is open.
        result : tuple of (str, str, dtype, list)
            The node's output that it is, its name, type and shape.
        notes : dict of str to str
            Metadata.
        """
        helper = self._onnx.helper
        source, name, dtype, shape = result
        self.nodes.append(helper.make_node("Identity", [source], [name]))
        made = helper.make_graph(
            self.nodes,
            "imgpipe",
            [_value(helper, *given)],
            [_value(helper, name, dtype, shape)],
            self.tensors,
        )
        whole = helper.make_model(
            made,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="imgpipe",
        )
        helper.set_model_props(whole, dict(notes))
        self._onnx.checker.check_model(whole)
        content: bytes = whole.SerializeToString(deterministic=True)
        return content


def _value(helper: Any, name: str, dtype: Any, shape: list[Any] | None) -> Any:
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, kind, shape)


def require_onnx() -> Any:
    """Import ``onnx``, or say what to install where it is missing."""
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ModuleNotFoundError as error:
        raise InputError(f"ONNX export needs {error.name}: pip install onnx") from None
    return onnx
