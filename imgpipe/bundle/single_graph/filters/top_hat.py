"""Top-hats: what an opening or a closing takes away."""

from collections.abc import Mapping
from typing import Any

from imgpipe.bundle.single_graph.filters.morphology import CLOSING, OPENING, Steps
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph


def white_tophat(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.white_tophat`, equal for every dtype, NaN and infinities included."""
    steps = Steps(graph, plane, "white_tophat", settings)
    return steps.difference(plane, steps.of(*OPENING))


def black_tophat(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.black_tophat`, equal for every dtype, NaN and infinities included."""
    steps = Steps(graph, plane, "black_tophat", settings)
    return steps.difference(steps.of(*CLOSING), plane)
