"""What erosion and dilation are composed to, in the dtype of the image."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.bundle.single_graph.filters.arguments import arguments_of
from imgpipe.bundle.single_graph.filters.extrema import extremum
from imgpipe.bundle.single_graph.filters.numbers import cast, converted, saturated, wide
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph

OPENING, CLOSING = ("erosion", "dilation"), ("dilation", "erosion")


class Steps:
    """Erosions and dilations of one plane by the settings of the kernel `name`."""

    def __init__(self, graph: Graph, plane: Plane, name: str, settings: Mapping[str, Any]) -> None:
        _, self._output = arguments_of(name, plane, settings)
        self._settings = {key: value for key, value in settings.items() if key != "output"}
        self._graph, self.plane = graph, plane

    def of(self, *names: str) -> Plane:
        """Append one after the other."""
        made = self.plane
        for name in names:
            made = extremum(self._graph, made, name, self._settings)
        return made

    def delivered(self, made: Plane) -> Plane:
        """Give the dtype that was asked for."""
        x = converted(self._graph, made.name, made.dtype, self._output)
        return replace(made, name=x, dtype=self._output)

    def difference(self, first: Plane, second: Plane) -> Plane:
        """Append a difference that saturates; equal infinities differ by nothing."""
        graph, dtype = self._graph, first.dtype
        x = graph.add("Sub", [first.name, second.name])
        if dtype.kind != "f":
            return self.delivered(replace(first, name=saturated(graph, x, dtype)))
        same = graph.add("Equal", [first.name, second.name])
        x = graph.add("Where", [same, graph.constant(np.float64(0)), x])
        x = x if dtype == np.float64 else wide(graph, cast(graph, x, dtype), dtype)
        return self.delivered(replace(first, name=x))
