"""Fitted parts: numbers or pixels in, probabilities out."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from imgpipe._common import InputError


class Fitted(Protocol):
    """Gives the probabilities of the codes that were fitted, float64 (n, k)."""

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Probabilities of `inputs`: features (n, f), or pixels for a network."""
        ...


def fitted_of(
    fitted: Mapping[str, Any], graphs: Mapping[str, bytes], arrays: Mapping[str, np.ndarray]
) -> Fitted:
    """Make ready what `imgpipe.bundle.writing.fitted_part` wrote.

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
        If there is no such kind of part, or what it needs is missing or of no use.
    """
    kind = fitted.get("kind")
    names = {"graph": "classifier", "network": "network"}
    if kind not in names or names[kind] not in graphs:
        raise InputError(f"a fitted part of kind {kind!r} is not known, or not whole")
    return GraphFitted(graphs[names[kind]])


class GraphFitted:
    """An ONNX graph with one input and one output, run by onnxruntime on the CPU."""

    def __init__(self, content: bytes) -> None:
        runtime = _runtime()
        options = runtime.SessionOptions()
        options.log_severity_level = 4
        self._session = runtime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        (given,) = self._session.get_inputs()
        self._name = given.name
        self._dtype = np.float32 if given.type == "tensor(float)" else np.float64

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Run the graph."""
        given = np.ascontiguousarray(inputs, self._dtype)
        (said,) = self._session.run(None, {self._name: given})
        return np.asarray(said, np.float64)


def _runtime() -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError:
        raise InputError("a bundle needs onnxruntime: pip install onnxruntime") from None
    return onnxruntime
