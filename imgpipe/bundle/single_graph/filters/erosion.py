"""Grey erosion."""

from collections.abc import Mapping
from typing import Any

from imgpipe.bundle.single_graph.filters.extrema import extremum
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph


def erosion(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.erosion`, equal for every dtype, NaN and infinities included."""
    return extremum(graph, plane, "erosion", settings)
