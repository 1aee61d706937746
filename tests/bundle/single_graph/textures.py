"""Families of features as graphs of their own, run by onnxruntime alone."""

from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.features.inputs.settings import ExtractionPlan, settings_from
from imgpipe.learn.graphs.graph import Graph


def measured(pixels: np.ndarray, family: str, **settings: Any) -> np.ndarray:
    """Features of one family of an image (y, x) or (y, x, 3), from a graph."""
    session = _session(pixels.shape, pixels.dtype.name, family, tuple(settings.items()))
    return session.run(None, {"image": pixels})[0]


@lru_cache
def _session(
    shape: tuple[int, ...], dtype: str, family: str, settings: tuple[tuple[str, Any], ...]
) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    graph = graph_of(shape, dtype, family, **dict(settings))
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def graph_of(shape: tuple[int, ...], dtype: str, family: str, **settings: Any) -> bytes:
    """Graph for images (y, x) or (y, x, 3)."""
    graph = Graph()
    wide = graph.add("Cast", ["image"], to=11)
    size, channels = shape[:2], None if len(shape) == 2 else 3
    names = [wide]
    if channels is not None:
        side = graph.constant(np.array(size))
        parts = graph.several("Split", [wide], channels, axis=2)
        names = [graph.add("Reshape", [part, side]) for part in parts]
    planes = [Plane(name, size, np.dtype(dtype)) for name in names]
    plan = ExtractionPlan(settings_from(families=family, **settings), 2, channels)
    write = import_module(f"imgpipe.bundle.single_graph.families.{family}").write
    found = write(MeasuredImage(graph, planes, plan))
    given = ("image", np.dtype(dtype), list(shape))
    return graph.finished(given, (found, "features", "float64", [None]), {})
