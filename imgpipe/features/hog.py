"""Histogram of oriented gradients on a grid of cells that spans the image, whatever its size."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.boxes import extents
from imgpipe.features.inputs.settings import ExtractionPlan

GRID = 7
ORIENTATIONS = 9
CLIP = 0.2
_BOUNDS = np.arange(1, ORIENTATIONS) * np.pi / ORIENTATIONS
TURNS = np.stack([np.cos(_BOUNDS), np.sin(_BOUNDS)])
EPSILON = 1e-5


def describe(plan: ExtractionPlan) -> list[Feature]:
    """One number per cell and orientation, cells row by row."""
    step = 180 // ORIENTATIONS
    return [
        Feature(
            f"hog_y{y}_x{x}_o{o}",
            "hog",
            None,
            None,
            "1",
            f"Strength of gradients at {step * o} to {step * (o + 1)} degrees in row {y}, column "
            f"{x} of {GRID} x {GRID} cells, relative to the cells around.",
        )
        for y in range(GRID)
        for x in range(GRID)
        for o in range(ORIENTATIONS)
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Oriented gradients of each image.

    Gradients are central differences, zero at the edge. Each pixel adds the length of its gradient
    to its unsigned orientation (0 is a change along x, 90 along y), shared among the cells of the
    7 x 7 grid by the area in which it overlaps them: images smaller than the grid work too. Blocks
    of 2 x 2 cells are normalised (L2, clipped at 0.2, L2 again), and a cell is the mean of what it
    is in the blocks that hold it. An image without gradients gives zeros, which is no undefined
    value: it has no strength in any direction.

    With a mask the grid spans the mask's bounding box, pixels outside the mask add nothing, and a
    difference that would reach outside the mask is zero.

    References
    ----------
    N. Dalal, B. Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.
    """
    images, masks = batch.values[:, 0], batch.mask[:, 0]
    boxes = extents(batch.mask).boxes[:, 1:]
    sizes = boxes[..., 1] - boxes[..., 0]
    cells = np.zeros((len(batch), GRID, GRID, ORIENTATIONS))
    width = images.shape[2]
    gx, gy, bins = np.empty(width), np.empty(width), np.empty(width, np.int64)
    row_cells = np.empty((GRID, ORIENTATIONS))
    _fill_cells(images, masks, boxes, _shares(sizes[:, 0]), _shares(sizes[:, 1]), TURNS, gx, gy,
                bins, row_cells, cells)  # fmt: skip
    out = np.zeros_like(cells)
    _normalise(cells, np.ones((3, GRID - 1)), out)
    return out.reshape(len(batch), -1)


FAMILY = Family(
    "hog",
    "Oriented gradients",
    describe,
    compute,
    ibsi=False,
    default=True,
    volumes=False,
    directional=True,
)


class Shares(NamedTuple):
    """How pixels are shared among the cells along one axis.

    Attributes
    ----------
    size : ndarray of int64, shape (n,)
        Which size each image has.
    parts : ndarray of float64, shape (sizes, longest, GRID)
        Fraction of each cell's length that each pixel covers, for each size.
    """

    size: np.ndarray
    parts: np.ndarray


def _shares(sizes: np.ndarray) -> Shares:
    """Overlaps of pixels and cells for images of these sizes."""
    different = sorted(set(sizes.tolist()))
    return Shares(np.searchsorted(different, sizes), shares_along(tuple(different)))


@lru_cache(maxsize=64)
def shares_along(sizes: tuple[int, ...]) -> np.ndarray:
    """Fraction of each cell's length that each pixel covers, (sizes, longest, GRID)."""
    n = np.array(sizes)[:, None, None]
    i = np.arange(sizes[-1])[:, None]
    c = np.arange(GRID)
    # in units of 1 / GRID of a pixel
    overlap = np.minimum(GRID * (i + 1), n * (c + 1)) - np.maximum(GRID * i, n * c)
    return np.maximum(overlap, 0) / n


@jit
def _fill_cells(
    images: np.ndarray,
    masks: np.ndarray,
    boxes: np.ndarray,
    rows: Shares,
    columns: Shares,
    turns: np.ndarray,
    gx: np.ndarray,
    gy: np.ndarray,
    bins: np.ndarray,
    row_cells: np.ndarray,
    cells: np.ndarray,
) -> None:
    """Add the gradients of every image to its cells."""
    for k in range(images.shape[0]):
        left, right = boxes[k, 1, 0], boxes[k, 1, 1]
        row_shares = rows.parts[rows.size[k]]
        column_shares = columns.parts[columns.size[k]]
        for y in range(boxes[k, 0, 0], boxes[k, 0, 1]):
            _gradients(images[k], masks[k], y, boxes[k], gx, gy)
            _orient(right - left, turns, gx, gy, bins)
            row_cells[:] = 0.0
            first = 0  # cell in which a pixel begins
            for x in range(right - left):
                if GRID * x >= (first + 1) * (right - left):
                    first = GRID * x // (right - left)
                # gx holds the length now
                if gx[x] > 0:
                    for c in range(first, GRID):
                        if column_shares[x, c] == 0:
                            break
                        row_cells[c, bins[x]] += gx[x] * column_shares[x, c]
            for cy in range(GRID):
                share = row_shares[y - boxes[k, 0, 0], cy]
                if share > 0:
                    _add(row_cells, share, cells[k, cy])


@jit_helper
def _gradients(
    image: np.ndarray, mask: np.ndarray, y: int, box: np.ndarray, gx: np.ndarray, gy: np.ndarray
) -> None:
    """Central differences along row `y` of the box, zero where one would leave the mask."""
    left, right = box[1, 0], box[1, 1]
    gx[:] = 0.0
    gy[:] = 0.0
    here = mask[y, left:right]
    row = image[y, left:right]
    inner = gx[1:]
    for x in range(right - left - 2):
        if here[x] and here[x + 1] and here[x + 2]:
            inner[x] = row[x + 2] - row[x]
    if box[0, 0] < y < box[0, 1] - 1:
        above = image[y - 1, left:right]
        below = image[y + 1, left:right]
        above_in = mask[y - 1, left:right]
        below_in = mask[y + 1, left:right]
        for x in range(right - left):
            if here[x] and above_in[x] and below_in[x]:
                gy[x] = below[x] - above[x]


@jit_helper
def _orient(n: int, turns: np.ndarray, gx: np.ndarray, gy: np.ndarray, bins: np.ndarray) -> None:
    """Bin of each orientation; the lengths of the gradients replace those along x."""
    for x in range(n):
        # opposite gradients are one orientation, 0 <= angle < 180
        # without a jump, so that many pixels are turned at once
        opposite = (gy[x] < 0) | ((gy[x] == 0) & (gx[x] < 0))
        sign = -1.0 if opposite else 1.0
        gx[x] *= sign
        gy[x] *= sign
        bins[x] = 0
    for b in range(turns.shape[1]):
        cosine = turns[0, b]
        sine = turns[1, b]
        for x in range(n):
            # beyond a bound where the sine of the angle to it is not negative
            bins[x] += 1 if gy[x] * cosine - gx[x] * sine >= 0 else 0
    for x in range(n):
        gx[x] = np.sqrt(gx[x] * gx[x] + gy[x] * gy[x])


@jit_helper
def _add(cells: np.ndarray, share: float, out: np.ndarray) -> None:
    """Add a share of a row's cells to the row of the grid."""
    for c in range(GRID):
        for o in range(ORIENTATIONS):
            out[c, o] += share * cells[c, o]


@jit
def _normalise(cells: np.ndarray, scales: np.ndarray, out: np.ndarray) -> None:
    """Mean of each cell over its blocks of 2 x 2 cells, each block normalised (L2-Hys)."""
    once, twice = scales[1], scales[2]
    for k in range(cells.shape[0]):
        for by in range(GRID - 1):
            rows = cells[k, by : by + 2]
            _scale(rows, scales[0], np.inf, once)
            _scale(rows, once, CLIP, twice)
            for bx in range(GRID - 1):
                for y in range(2):
                    for x in range(2):
                        # cells in a corner are in one block, at an edge in two, inside in four
                        share = 1.0 if by + y in (0, GRID - 1) else 0.5
                        share *= 1.0 if bx + x in (0, GRID - 1) else 0.5
                        for o in range(ORIENTATIONS):
                            value = min(rows[y, bx + x, o] * once[bx], CLIP) * twice[bx]
                            out[k, by + y, bx + x, o] += value * share


@jit_helper
def _scale(rows: np.ndarray, scales: np.ndarray, clip: float, out: np.ndarray) -> None:
    """1 / length of each block in two rows of cells, scaled and clipped.

    Sums of all blocks grow side by side: one alone would wait for each of its additions.
    """
    out[:] = EPSILON**2
    for y in range(2):
        for x in range(2):
            for o in range(ORIENTATIONS):
                for b in range(GRID - 1):
                    value = min(rows[y, b + x, o] * scales[b], clip)
                    out[b] += value * value
    for b in range(GRID - 1):
        out[b] = 1 / np.sqrt(out[b])
