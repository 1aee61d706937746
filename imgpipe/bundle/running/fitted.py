"""Fitted parts: numbers or pixels in, probabilities out."""

from typing import Any, Protocol

import numpy as np

from imgpipe._common import InputError


class Fitted(Protocol):
    """Gives the probabilities of the codes that were fitted, float64 (n, k)."""

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Probabilities of `inputs`: features (n, f), or pixels for a network."""
        ...


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
