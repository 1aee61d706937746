"""Write a network as ONNX, checked against PyTorch before the file appears."""

# The graph is written layer by layer with the `onnx` package: torch's new exporter needs one more
# package, its old one is deprecated, and our networks are made of a dozen kinds of layers; those
# that torch does not have bring their part of the graph along.

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from torch import nn

from imgpipe._common import InputError, atomic_path
from imgpipe._runtime.onnx_runtime import onnxruntime
from imgpipe.learn.graphs.graph import DOUBLE, Graph
from imgpipe.learn.networks.checks import network_of
from imgpipe.learn.networks.layers.network import Network

_TOLERANCE = 1e-4
_CHECKED = 8  # random images


def save_onnx(model: Any, path: str | os.PathLike[str], images: Any = None) -> float:
    """Write a fitted classifier as an ONNX file that runs without torch.

    Input ``images``: float32 of shape (n, h, w), or (n, h, w, c) in the order trained on; raw
    pixels, since the graph standardises them. Output ``probabilities``: float64 (n, k). The file's
    metadata hold ``classes`` and ``channel_axis`` as JSON.

    Parameters
    ----------
    model : ConvNetClassifier, or a Pipeline of nothing else
        Fitted.
    path : path-like
        Where to write; appears only once the check has passed.
    images : ndarray, optional
        Images for the check; None takes random ones around the training part's mean.

    Returns
    -------
    float
        Largest difference of a probability between onnxruntime and torch.

    Raises
    ------
    InputError
        If ``onnx`` or ``onnxruntime`` is not installed, or `images` do not fit.
    RuntimeError
        If the difference exceeds 1e-4; nothing is written then.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn.networks import ConvNetClassifier, save_onnx
    >>> images = np.random.default_rng(0).random((8, 8, 8))
    >>> model = ConvNetClassifier(epochs=1, patience=None).fit(images, [0, 1] * 4)
    >>> save_onnx(model, "model.onnx") < 1e-4  # doctest: +SKIP
    True
    """
    runtime = onnxruntime("ONNX export")
    model = network_of(model)
    content = network_bytes(model)
    shown = _examples(model) if images is None else np.asarray(images)
    expected = model.predict_proba(shown)
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"images": shown.astype(np.float32)})
    difference = float(np.abs(found - expected).max())
    if not difference <= _TOLERANCE:
        raise RuntimeError(
            f"the exported network differs from torch by {difference:.1e} (at most "
            f"{_TOLERANCE:g} is allowed); nothing was written"
        )
    with atomic_path(path) as scratch:
        scratch.write_bytes(content)
    return difference


def _examples(model: Any) -> np.ndarray:
    """Random images in the training part's range, laid out as the user's are."""
    standardise = model.network_.standardise.cpu()
    drawn = np.random.default_rng(0).normal(size=(_CHECKED, *model.image_shape_))
    planes = drawn * standardise.scale.numpy() + standardise.mean.numpy()
    planes = planes.astype(np.float32)
    if model.channel_axis is None:
        return planes[:, 0]
    return np.moveaxis(planes, 1, _stacked_axis(model.channel_axis))


def _stacked_axis(channel_axis: int) -> int:
    """Find the channels' axis in a stack of images, from 1 to 3."""
    return channel_axis + 1 if channel_axis >= 0 else channel_axis + 4


class _Graph(Graph):
    """A graph that knows the layers of networks."""

    def layer(self, layer: nn.Module, x: str) -> str:
        """Append what `layer` does to `x`."""
        if isinstance(layer, nn.Sequential):
            for child in layer:
                x = self.layer(child, x)
            return x
        if hasattr(layer, "to_onnx"):
            return layer.to_onnx(self, x)
        if type(layer) not in _LAYERS:
            raise InputError(
                f"the layer {type(layer).__name__} cannot be exported; give its class a method "
                "to_onnx(graph, x)"
            )
        return _LAYERS[type(layer)](self, layer, x)


def network_bytes(model: Any) -> bytes:
    """Build the whole model: layout, standardisation, network, softmax."""
    graph = _Graph()
    network: Network = model.network_
    channels, h, w = model.image_shape_
    if model.channel_axis is None:
        shape: list[Any] = ["n", h, w]
        x = graph.add("Unsqueeze", ["images", graph.constant(np.array([1], np.int64))])
    else:
        axis = _stacked_axis(model.channel_axis)
        shape = ["n", h, w]
        shape.insert(axis, channels)
        rest = [a for a in (1, 2, 3) if a != axis]
        x = graph.add("Transpose", ["images"], perm=[0, axis, *rest])
    for layer in (network.standardise, network.features, network.head):
        x = graph.layer(layer, x)
    # in single precision a probability is 1 long before torch's is
    x = graph.add("Cast", [x], to=DOUBLE)
    x = graph.add("Softmax", [x], axis=1)
    notes = {
        "classes": json.dumps(model.classes_.tolist()),
        "channel_axis": json.dumps(model.channel_axis),
        "network": str(model.network),
    }
    result = (x, "probabilities", np.float64, ["n", len(model.classes_)])
    return graph.finished(("images", np.float32, shape), result, notes)


def _conv(graph: _Graph, layer: nn.Conv2d, x: str) -> str:
    inputs = [x, graph.constant(layer.weight)]
    if layer.bias is not None:
        inputs.append(graph.constant(layer.bias))
    p, q = (int(side) for side in layer.padding)
    return graph.add("Conv", inputs, pads=[p, q, p, q], strides=list(layer.stride))


def _norm(graph: _Graph, layer: nn.BatchNorm2d, x: str) -> str:
    tensors = (layer.weight, layer.bias, layer.running_mean, layer.running_var)
    inputs = [x, *(graph.constant(tensor) for tensor in tensors if tensor is not None)]
    return graph.add("BatchNormalization", inputs, epsilon=layer.eps)


def _linear(graph: _Graph, layer: nn.Linear, x: str) -> str:
    return graph.add(
        "Gemm", [x, graph.constant(layer.weight), graph.constant(layer.bias)], transB=1
    )


def _pool(kind: str) -> Callable[[_Graph, Any, str], str]:
    def add(graph: _Graph, layer: Any, x: str) -> str:
        sides = [
            [size, size] if isinstance(size, int) else list(size)
            for size in (layer.kernel_size, layer.stride)
        ]
        return graph.add(kind, [x], kernel_shape=sides[0], strides=sides[1])

    return add


def _simple(kind: str, **attributes: Any) -> Callable[[_Graph, Any, str], str]:
    return lambda graph, layer, x: graph.add(kind, [x], **attributes)


_LAYERS: dict[type, Callable[[_Graph, Any, str], str]] = {
    nn.Conv2d: _conv,
    nn.BatchNorm2d: _norm,
    nn.Linear: _linear,
    nn.MaxPool2d: _pool("MaxPool"),
    nn.AvgPool2d: _pool("AveragePool"),
    nn.ReLU: _simple("Relu"),
    nn.Tanh: _simple("Tanh"),
    nn.Sigmoid: _simple("Sigmoid"),
    nn.Flatten: _simple("Flatten"),
    nn.Dropout: lambda graph, layer, x: x,
}
