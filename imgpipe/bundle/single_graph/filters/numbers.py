"""Numbers as NumPy would store them: rounded, saturated, in single precision."""

import numpy as np

from imgpipe.learn.graphs.graph import DOUBLE, FLOAT, Graph

_SINGLE = tuple(np.dtype(kind) for kind in ("u1", "u2", "i1", "i2", "f4"))


def working_dtype(dtype: np.dtype) -> np.dtype:
    """Give the float in which values of `dtype` are exact: single precision where it will do."""
    return np.dtype(np.float32 if dtype in _SINGLE else np.float64)


def cast(graph: Graph, x: str, dtype: np.dtype) -> str:
    """Cast to float32 or float64."""
    return graph.add("Cast", [x], to=FLOAT if dtype == np.float32 else DOUBLE)


def wide(graph: Graph, x: str, dtype: np.dtype) -> str:
    """Give as float64 what is held as `dtype`, float32 or float64."""
    return x if dtype == np.float64 else cast(graph, x, np.dtype(np.float64))


def single(graph: Graph, x: str) -> str:
    """Round float64 to single precision, and hold it as float64."""
    return wide(graph, cast(graph, x, np.dtype(np.float32)), np.dtype(np.float32))


def saturated(graph: Graph, x: str, dtype: np.dtype) -> str:
    """Round float64 to nearest even and keep it between the ends of an integer dtype."""
    info = np.iinfo(dtype)
    ends = [graph.constant(np.float64(end)) for end in (info.min, info.max)]
    return graph.add("Clip", [graph.add("Round", [x]), *ends])


def converted(graph: Graph, x: str, source: np.dtype, goal: np.dtype) -> str:
    """Make of float64, which holds values of `source`, values of `goal`; NaN becomes 0."""
    if np.can_cast(source, goal):
        return x
    if goal.kind == "f":
        return wide(graph, cast(graph, x, goal), goal)
    if source.kind == "f":
        x = graph.add("Where", [graph.add("IsNaN", [x]), graph.constant(0.0), x])
    return saturated(graph, x, goal)
