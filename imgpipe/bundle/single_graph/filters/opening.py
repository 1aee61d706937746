"""Grey opening and closing."""

from collections.abc import Mapping
from typing import Any

from imgpipe.bundle.single_graph.filters.morphology import CLOSING, OPENING, Steps
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph


def opening(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.opening`, equal for every dtype, NaN and infinities included."""
    steps = Steps(graph, plane, "opening", settings)
    return steps.delivered(steps.of(*OPENING))


def closing(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.closing`, equal for every dtype, NaN and infinities included."""
    steps = Steps(graph, plane, "closing", settings)
    return steps.delivered(steps.of(*CLOSING))
