"""Morphological gradient."""

from collections.abc import Mapping
from typing import Any

from imgpipe.bundle.single_graph.filters.morphology import Steps
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph


def gradient(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.gradient`, equal for every dtype, NaN and infinities included."""
    steps = Steps(graph, plane, "gradient", settings)
    return steps.difference(steps.of("dilation"), steps.of("erosion"))
