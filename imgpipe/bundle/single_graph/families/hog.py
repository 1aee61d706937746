"""Histogram of oriented gradients as ONNX: sums over pixels are products of matrices."""

import numpy as np

from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.features.hog import CLIP, EPSILON, GRID, ORIENTATIONS, TURNS, shares_along
from imgpipe.learn.graphs.graph import Graph

_INT32 = 6  # ONNX's number of the type
_CELLS = np.arange(GRID * GRID).reshape(GRID, GRID)


def write(image: MeasuredImage) -> str:
    """Append the normalised strength of each cell and orientation."""
    return _normalised(image.graph, _cells(image))


def _cells(image: MeasuredImage) -> str:
    """Strength of each orientation in each cell, (cells, orientations)."""
    graph = image.graph
    length, bins = _oriented(image)
    rows, columns = (shares_along((size,))[0] for size in image.shape)
    share = graph.constant(rows.T)
    parts = []
    for o in range(ORIENTATIONS):
        here = graph.add("Equal", [bins, graph.constant(np.int32(o))])
        lengths = graph.add("Where", [here, length, graph.constant(0.0)])
        parts.append(graph.add("MatMul", [share, lengths]))
    by_row = graph.add("Concat", parts, axis=0)
    sums = graph.add("MatMul", [by_row, graph.constant(columns)])
    shape = graph.constant(np.array([ORIENTATIONS, GRID * GRID]))
    return graph.add("Transpose", [graph.add("Reshape", [sums, shape])], perm=[1, 0])


def _oriented(image: MeasuredImage) -> tuple[str, str]:
    """Length of the gradient of each pixel, and the bin of its orientation, int32."""
    graph = image.graph
    gx, gy = _difference(image, 1), _difference(image, 0)
    # opposite gradients are one orientation, 0 <= angle < 180
    zero = graph.constant(0.0)
    flat = graph.add("And", [graph.add("Equal", [gy, zero]), graph.add("Less", [gx, zero])])
    opposite = graph.add("Or", [graph.add("Less", [gy, zero]), flat])
    sign = graph.add("Where", [opposite, graph.constant(-1.0), graph.constant(1.0)])
    gx, gy = graph.add("Mul", [gx, sign]), graph.add("Mul", [gy, sign])
    bins = ""
    for cosine, sine in TURNS.T:
        turned = [graph.add("Mul", [g, graph.constant(t)]) for g, t in ((gy, cosine), (gx, sine))]
        beyond = graph.add("GreaterOrEqual", [graph.add("Sub", turned), zero])
        one = graph.add("Cast", [beyond], to=_INT32)
        bins = graph.add("Add", [bins, one]) if bins else one
    squares = [graph.add("Mul", [g, g]) for g in (gx, gy)]
    return graph.add("Sqrt", [graph.add("Add", squares)]), bins


def _difference(image: MeasuredImage, axis: int) -> str:
    """Central differences along an axis, zero at the edge."""
    graph, n = image.graph, image.shape[axis]
    if n < 3:
        return graph.constant(np.zeros(image.shape))
    along = graph.constant(np.array([axis]))
    ends = [[graph.constant(np.array([at])) for at in span] for span in ((2, n), (0, n - 2))]
    after, before = (graph.add("Slice", [image.values, *span, along]) for span in ends)
    border = [0, 0, 0, 0]
    border[axis] = border[axis + 2] = 1
    inner = graph.add("Sub", [after, before])
    return graph.add("Pad", [inner, graph.constant(np.array(border))])


def _normalised(graph: Graph, cells: str) -> str:
    """Mean of each cell over its blocks of 2 x 2 cells, each block normalised (L2-Hys)."""
    blocks = graph.add("Gather", [cells, graph.constant(_BLOCKS)], axis=0)
    clipped = graph.add("Min", [_of_length_one(graph, blocks), graph.constant(CLIP)])
    scaled = _of_length_one(graph, clipped)
    shape = graph.constant(np.array([_BLOCKS.size, ORIENTATIONS]))
    places = graph.add("Reshape", [scaled, shape])
    found = graph.add("Gather", [places, graph.constant(_IN_BLOCKS)], axis=0)
    mean = graph.add("ReduceMean", [found], axes=[1], keepdims=0)
    return graph.add("Reshape", [mean, graph.constant(np.array([-1]))])


def _of_length_one(graph: Graph, blocks: str) -> str:
    squares = graph.add("Mul", [blocks, blocks])
    total = graph.add("ReduceSum", [squares, graph.constant(np.array([1, 2]))])
    length = graph.add("Sqrt", [graph.add("Add", [total, graph.constant(EPSILON**2)])])
    return graph.add("Div", [blocks, length])


def _blocks() -> tuple[np.ndarray, np.ndarray]:
    """Cells of each block, (blocks, 4), and four places of each cell in them, (cells, 4).

    A cell that is in fewer than four blocks is named several times: in a corner four times, at an
    edge twice each, so that the mean over the four is the mean over its blocks.
    """
    blocks = np.stack(
        [_CELLS[y : GRID - 1 + y, x : GRID - 1 + x].ravel() for y in (0, 1) for x in (0, 1)], axis=1
    )
    places = [np.resize(np.flatnonzero(blocks == cell), 4) for cell in range(_CELLS.size)]
    return blocks, np.stack(places)


_BLOCKS, _IN_BLOCKS = _blocks()
