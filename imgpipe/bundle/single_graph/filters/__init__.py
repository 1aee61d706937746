"""Kernels as ONNX, one a file: an entry a kernel that `imgpipe export` can write."""

from collections.abc import Callable, Mapping
from typing import Any

from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph

FILTERS: dict[str, Callable[[Graph, Plane, Mapping[str, Any]], Plane]] = {}
"""``write(graph, plane, settings)`` appends nodes and gives what comes out."""
