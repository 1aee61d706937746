"""Pixels beyond the border, and shifts of an image."""

from typing import Any

import numpy as np

from imgpipe.kernels.windows.borders import border_table, mode_of
from imgpipe.learn.graphs.graph import Graph


def padded(
    graph: Graph, x: str, axis: int, length: int, ends: tuple[int, int], mode: str, edge: Any
) -> str:
    """Append to a tensor (y, x), along one axis, what lies beyond its border.

    Parameters
    ----------
    graph : Graph
    x : str
        The tensor.
    axis, length : int
        Of the tensor.
    ends : (int, int)
        Pixels before the first one and after the last one.
    mode : str
        As in `imgpipe.kernels`.
    edge : float32 or float64
        Value beyond the border of ``constant``, of the tensor's dtype.
    """
    before, after = ends
    if before == after == 0:
        return x
    if mode_of(mode) == "constant":
        return _pad(graph, x, axis, before, after, edge)
    table = border_table(length, before, before + after + 1, mode_of(mode))
    parts = [table[:before], None, table[before + length :]]
    named = [
        x if part is None else graph.add("Gather", [x, graph.constant(part)], axis=axis)
        for part in parts
        if part is None or part.size
    ]
    return graph.add("Concat", named, axis=axis)


def part(graph: Graph, x: str, axis: int, start: int, length: int) -> str:
    """Cut `length` pixels from `start` on, along one axis."""
    ends = (np.array([n], np.int64) for n in (start, start + length, axis))
    return graph.add("Slice", [x, *map(graph.constant, ends)])


def region(graph: Graph, x: str, start: tuple[int, int], shape: tuple[int, int]) -> str:
    """Cut a rectangle."""
    ends = np.array([start, np.add(start, shape)], np.int64)
    return graph.add("Slice", [x, *map(graph.constant, ends)])


def shifted(graph: Graph, x: str, step: int, dtype: np.dtype) -> str:
    """Move all rows by `step` pixels to the left; zeros come in from the right."""
    return _pad(graph, x, 1, -step, step, dtype.type(0))


def _pad(graph: Graph, x: str, axis: int, before: int, after: int, edge: Any) -> str:
    pads = np.zeros((2, 2), np.int64)
    pads[:, axis] = before, after
    return graph.add("Pad", [x, graph.constant(pads.ravel()), graph.constant(edge)])
