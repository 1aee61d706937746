"""Graphs around filters, and images to run them on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from imgpipe.bundle.single_graph.filters import FILTERS
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph

Steps = Sequence[tuple[str, Mapping[str, Any]]]


def filtered(
    image: np.ndarray, *steps: tuple[str, Mapping[str, Any]], channel_last: bool = False
) -> np.ndarray:
    """Run filters in onnxruntime, one after the other; the result has the dtype they promise."""
    import onnxruntime

    graph = Graph()
    wide = graph.add("Cast", ["image"], to=11)
    plane = Plane(wide, (image.shape[0], image.shape[1]), image.dtype, channel_last)
    for name, settings in steps:
        plane = FILTERS[name](graph, plane, settings)
    sides = list(image.shape)
    given = ("image", image.dtype, sides)
    content = graph.finished(given, (plane.name, "out", "float64", sides), {})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
    (values,) = session.run(None, {"image": image})
    found = values.astype(plane.dtype)
    np.testing.assert_array_equal(found, values)  # nothing that the dtype does not hold
    return found


def noise(shape: tuple[int, int], dtype: Any, seed: int = 0) -> np.ndarray:
    """Pixels all over the range of a dtype."""
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return rng.normal(20, 100, shape).astype(kind)
    info = np.iinfo(kind)
    return rng.integers(info.min, info.max, shape, dtype=kind, endpoint=True)
