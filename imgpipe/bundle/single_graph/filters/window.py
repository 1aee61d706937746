"""A range of values brought to 0 to 1."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.filters.numbers import single
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.images.windows import OF_THE_FILE, chosen_window
from imgpipe.learn.graphs.graph import Graph


def window(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.images.window`, equal to the last bit but for the exponential of sigmoid.

    Raises
    ------
    InputError
        For the window of each file, which a graph does not see.
    """
    preset = settings.get("preset")
    if preset == OF_THE_FILE:
        raise InputError("window: the window of each file cannot be exported; a preset can")
    function = settings.get("function", "linear")
    chosen = chosen_window(preset, settings.get("center"), settings.get("width"), function)
    half = 0.5 if function == "linear" else 0.0
    center, width = chosen.center - half, chosen.width - 2 * half
    apart = graph.add("Sub", [plane.name, graph.constant(np.float64(center))])
    if function == "sigmoid":
        shown = _sigmoid(graph, apart, width)
    elif width == 0:
        above = graph.add("Greater", [apart, graph.constant(np.float64(0))])
        shown = graph.add("Where", [above, *_constants(graph, 1.0, 0.0)])
    else:
        share = graph.add("Div", [apart, graph.constant(np.float64(width))])
        share = graph.add("Add", [share, graph.constant(np.float64(0.5))])
        shown = graph.add("Clip", [share, *_constants(graph, 0.0, 1.0)])
    # runtimes differ in what they make of NaN
    shown = graph.add("Where", [graph.add("IsNaN", [apart]), apart, shown])
    return replace(plane, name=single(graph, shown), dtype=np.dtype(np.float32))


def _sigmoid(graph: Graph, apart: str, width: float) -> str:
    """Append 1 / (1 + exp(-4 x / width))."""
    four, by, one = _constants(graph, -4.0, width, 1.0)
    exponent = graph.add("Div", [graph.add("Mul", [four, apart]), by])
    return graph.add("Div", [one, graph.add("Add", [one, graph.add("Exp", [exponent])])])


def _constants(graph: Graph, *values: float) -> list[str]:
    return [graph.constant(np.float64(value)) for value in values]
