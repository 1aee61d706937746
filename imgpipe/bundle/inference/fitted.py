"""Fitted parts: numbers or pixels in, probabilities out."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.onnx_runtime import onnxruntime
from imgpipe.bundle.inference.preparation import infinite

_GRAPHS = {"graph": "classifier", "network": "network"}
_INPUT_BYTES = 1 << 20  # of rows that pass through a graph at a time
_LONGEST = 160  # letters of what onnxruntime says
_SILENT = 4  # onnxruntime's level of messages: errors become exceptions


class Fitted(Protocol):
    """Gives the probabilities of the codes that were fitted, float64 (n, k)."""

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Probabilities of `inputs`: features (n, f), or pixels for a network."""
        ...


def fitted_of(
    fitted: Mapping[str, Any], graphs: Mapping[str, bytes], arrays: Mapping[str, np.ndarray]
) -> Fitted:
    """Make ready what `imgpipe.bundle.archive` has checked.

    Parameters
    ----------
    fitted : dict
        What the manifest says of the part.
    graphs : dict of str to bytes
        ONNX, by name.
    arrays : dict of str to ndarray
        By name.

    Raises
    ------
    InputError
        If onnxruntime cannot run the graph, or is not there.
    """
    kind = fitted["kind"]
    if kind in _GRAPHS:
        return GraphFitted(graphs[_GRAPHS[kind]], exact=kind == "graph")
    if kind == "trees":
        from imgpipe.bundle.inference.trees import TreesFitted

        return TreesFitted(fitted, arrays)
    from imgpipe.bundle.inference.neighbours import NeighboursFitted

    return NeighboursFitted(fitted, arrays)


class GraphFitted:
    """An ONNX graph with one input and one output, run by onnxruntime on one thread of the CPU.

    Parameters
    ----------
    content : bytes
        The graph.
    exact : bool
        Fuse no nodes: onnxruntime scales a product of matrices by factors in single precision,
        though all of its numbers are in double.
    """

    def __init__(self, content: bytes, exact: bool = True) -> None:
        self._content, self._exact = content, exact
        self._session = _session(content, exact)
        (given,) = self._session.get_inputs()
        self._name = given.name
        self._dtype = np.float32 if given.type == "tensor(float)" else np.float64

    def __reduce__(self) -> tuple[type["GraphFitted"], tuple[bytes, bool]]:
        """Send another process the graph: a session cannot be sent."""
        return GraphFitted, (self._content, self._exact)

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Run the graph, over some rows at a time."""
        given = np.ascontiguousarray(inputs, self._dtype)
        rows = max(1, _INPUT_BYTES * len(given) // max(1, given.nbytes))
        said = [self._run(given[start : start + rows]) for start in range(0, len(given), rows)]
        found = np.concatenate(said) if said else self._run(given)
        if not np.isfinite(found).all():
            raise infinite()
        return found

    def _run(self, given: np.ndarray) -> np.ndarray:
        try:
            (said,) = self._session.run(None, {self._name: given})
        except Exception as error:  # of many types, without a common one
            raise _cannot_run(error) from None
        return np.asarray(said, np.float64)


def _session(content: bytes, exact: bool) -> Any:
    runtime = onnxruntime("the model in this file")
    options = runtime.SessionOptions()
    options.log_severity_level = _SILENT
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    # a row is too little work for two; many images are shared among processes
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    levels = runtime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_BASIC if exact else levels.ORT_ENABLE_ALL
    try:
        return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # of many types, without a common one
        raise _cannot_run(error) from None


def _cannot_run(error: Exception) -> InputError:
    """Say so in one short line: onnxruntime tells of its own sources first, at length."""
    told = " ".join(str(error).split())
    short = told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
    printable = "".join(char if char.isprintable() else "?" for char in short)
    return InputError(f"onnxruntime cannot run the graph of the model: {printable}")
