"""Histogram of oriented gradients as ONNX: sums over pixels are products of matrices."""

from __future__ import annotations

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.counting import number, sum_of
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.strips import END, Source, over_strips
from imgpipe.features.hog import CLIP, EPSILON, GRID, ORIENTATIONS, TURNS, shares_along

_CELLS = np.arange(GRID * GRID).reshape(GRID, GRID)


def write(image: MeasuredImage) -> str:
    """Append the normalised strength of each cell and orientation."""
    return _normalised(_cells(image)).name


def _cells(image: MeasuredImage) -> Term:
    """Strength of each orientation in each cell, (cells, orientations)."""
    graph, (_, width) = image.graph, image.shape
    rows, columns = (shares_along((size,))[0] for size in image.shape)
    sources = [Source(_bordered(image), 2), Source(number(graph, rows))]
    size = (ORIENTATIONS * GRID, width)
    by_row = over_strips(sources, image.shape, np.float64(0), size, _add_rows)
    sums = by_row.of("MatMul", columns).shaped(ORIENTATIONS, GRID * GRID)
    return sums.of("Transpose", perm=[1, 0])


def _bordered(image: MeasuredImage) -> Term:
    """Pixels with a border of those across the edge, so that differences at the edge are zero."""
    values = Term(image.graph, image.values)
    for axis, n in enumerate(image.shape):
        border = np.zeros(4, np.int64)
        border[[axis, axis + 2]] = 1
        values = values.of("Pad", border, mode="reflect" if n > 1 else "edge")
    return values


def _add_rows(strips: list[Term], total: Term) -> Term:
    """Add up the lengths of gradients of each orientation within rows of cells, by column."""
    pixels, shares = strips
    length, bins = _oriented(pixels)
    share = shares.of("Transpose", perm=[1, 0])
    own = [bins.equals(np.int32(o)).where(length, 0.0) for o in range(ORIENTATIONS)]
    return total + joined([share.of("MatMul", each) for each in own])


def _oriented(pixels: Term) -> tuple[Term, Term]:
    """Length of the gradient of each pixel in a border, and the bin of its orientation, int32."""
    gy, gx = (
        pixels.of("Slice", np.array(after), np.array(end))
        - pixels.of("Slice", np.array(before), np.array(stop))
        for after, end, before, stop in (
            ([2, 1], [END, -1], [0, 1], [-2, -1]),
            ([1, 2], [-1, END], [1, 0], [-1, -2]),
        )
    )
    # opposite gradients are one orientation, 0 <= angle < 180
    opposite = (gy < 0).of("Or", gy.equals(0) & (gx < 0))
    sign = opposite.where(-1.0, 1.0)
    gx, gy = gx * sign, gy * sign
    beyond = [gy * cosine - gx * sine >= 0 for cosine, sine in TURNS.T]
    return (gx * gx + gy * gy).sqrt(), sum_of([each.to("int32") for each in beyond])


def _normalised(cells: Term) -> Term:
    """Mean of each cell over its blocks of 2 x 2 cells, each block normalised (L2-Hys)."""
    blocks = cells.of("Gather", _BLOCKS, axis=0)
    scaled = _of_length_one(_of_length_one(blocks).of("Min", CLIP))
    places = scaled.shaped(_BLOCKS.size, ORIENTATIONS).of("Gather", _IN_BLOCKS, axis=0)
    return places.of("ReduceMean", axes=[1], keepdims=0).shaped(-1)


def _of_length_one(blocks: Term) -> Term:
    squares = (blocks * blocks).of("ReduceSum", np.array([1, 2]))
    return blocks / (squares + EPSILON**2).sqrt()


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
