"""Values raised to a power, as shares of the full range."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.filters.numbers import single
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.enhance.gamma import powers
from imgpipe.learn.graphs.graph import Graph

_INT64 = 7  # of ONNX


def gamma(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.enhance.gamma`: for integers its table, for floats to rounding of a power.

    Raises
    ------
    InputError
        For pixels of another dtype, which the bundle refuses, too.
    """
    power = float(settings["gamma"])
    if plane.dtype in (np.uint8, np.uint16):
        table = graph.constant(powers(plane.dtype, power).astype(np.float64))
        index = graph.add("Cast", [plane.name], to=_INT64)
        return replace(plane, name=graph.add("Gather", [table, index], axis=0))
    if plane.dtype.kind != "f":
        raise InputError(f"gamma: pixels of {plane.dtype} cannot be exported; uint8, uint16 and "
                         "floats can")  # fmt: skip
    x = plane.name
    zero, one, nan = (graph.constant(np.float64(value)) for value in (0.0, 1.0, np.nan))
    outside = graph.add("Or", [graph.add("Less", [x, zero]), graph.add("Greater", [x, one])])
    raised = graph.add("Pow", [x, graph.constant(np.float64(power))])
    raised = graph.add("Where", [outside, nan, raised])  # such an image the bundle refuses
    return replace(plane, name=single(graph, raised), dtype=np.dtype(np.float32))
