"""Histogram of oriented gradients on a grid of cells that spans the image, whatever its size."""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

GRID = 7
ORIENTATIONS = 9
_CLIP = 0.2
_EPSILON = 1e-5


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
    out = np.empty((len(batch), GRID * GRID * ORIENTATIONS))
    bounds = np.arange(1, ORIENTATIONS) * np.pi / ORIENTATIONS
    _stack(batch.values[:, 0], batch.mask[:, 0], np.cos(bounds), np.sin(bounds), out)
    return out


FAMILY = Family(
    "hog", "Oriented gradients", describe, compute, ibsi=False, default=True, volumes=False
)


@jit
def _stack(
    images: np.ndarray, masks: np.ndarray, cosines: np.ndarray, sines: np.ndarray, out: np.ndarray
) -> None:
    """Descriptor of every image."""
    n, height, width = images.shape
    gx = np.empty(width)
    gy = np.empty(width)
    bins = np.empty(width, np.int64)
    cells = np.empty((GRID, GRID, ORIENTATIONS))
    row_cells = np.empty((GRID, ORIENTATIONS))
    row_shares = np.empty((height, GRID))
    column_shares = np.empty((width, GRID))
    for k in range(n):
        top, bottom, left, right = _box(masks[k])
        _shares(bottom - top, row_shares)
        _shares(right - left, column_shares)
        cells[:] = 0.0
        for y in range(top, bottom):
            _gradients(images[k], masks[k], y, top, bottom, left, right, gx, gy)
            _orient(right - left, cosines, sines, gx, gy, bins)
            row_cells[:] = 0.0
            for x in range(right - left):
                # gx holds the length now
                if gx[x] > 0:
                    for c in range(GRID * x // (right - left), GRID):
                        if column_shares[x, c] == 0:
                            break
                        row_cells[c, bins[x]] += gx[x] * column_shares[x, c]
            for cy in range(GRID):
                if row_shares[y - top, cy] > 0:
                    _add(row_cells, row_shares[y - top, cy], cells[cy])
        _normalise(cells, out[k].reshape(GRID, GRID, ORIENTATIONS))


@jit_helper
def _box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Smallest box that holds the mask: first and last + 1, of rows and of columns."""
    height, width = mask.shape
    top, bottom, left, right = height, 0, width, 0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                top = min(top, y)
                bottom = y + 1
                left = min(left, x)
                right = max(right, x + 1)
    return top, bottom, left, right


@jit_helper
def _shares(n: int, shares: np.ndarray) -> None:
    """Fraction of each cell's length that each of `n` pixels covers."""
    for i in range(n):
        for c in range(GRID):
            # in units of 1 / GRID of a pixel
            overlap = min(GRID * (i + 1), n * (c + 1)) - max(GRID * i, n * c)
            shares[i, c] = max(overlap, 0) / n


@jit_helper
def _gradients(
    image: np.ndarray,
    mask: np.ndarray,
    y: int,
    top: int,
    bottom: int,
    left: int,
    right: int,
    gx: np.ndarray,
    gy: np.ndarray,
) -> None:
    """Central differences along row `y` of the box, zero where one would leave the mask."""
    gx[:] = 0.0
    gy[:] = 0.0
    here = mask[y, left:right]
    if right - left > 2:
        row = image[y, left:right]
        inner = gx[1:]
        for x in range(right - left - 2):
            if here[x] and here[x + 1] and here[x + 2]:
                inner[x] = row[x + 2] - row[x]
    if top < y < bottom - 1:
        above = image[y - 1, left:right]
        below = image[y + 1, left:right]
        above_in = mask[y - 1, left:right]
        below_in = mask[y + 1, left:right]
        for x in range(right - left):
            if here[x] and above_in[x] and below_in[x]:
                gy[x] = below[x] - above[x]


@jit_helper
def _orient(
    n: int, cosines: np.ndarray, sines: np.ndarray, gx: np.ndarray, gy: np.ndarray, bins: np.ndarray
) -> None:
    """Bin of each orientation; the lengths of the gradients replace `gx`."""
    for x in range(n):
        # opposite gradients are one orientation, 0 <= angle < 180
        if gy[x] < 0 or (gy[x] == 0 and gx[x] < 0):
            gx[x] = -gx[x]
            gy[x] = -gy[x]
        bins[x] = 0
    for b in range(cosines.size):
        cosine = cosines[b]
        sine = sines[b]
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


@jit_helper
def _normalise(cells: np.ndarray, out: np.ndarray) -> None:
    """Mean of each cell over its blocks of 2 x 2 cells, each block normalised (L2-Hys)."""
    out[:] = 0.0
    for by in range(GRID - 1):
        for bx in range(GRID - 1):
            block = cells[by : by + 2, bx : bx + 2]
            scale = _scale(block, 1.0, np.inf)
            again = _scale(block, scale, _CLIP)
            for y in range(2):
                for x in range(2):
                    # cells in a corner are in one block, at an edge in two, inside in four
                    rows = 1 if by + y in (0, GRID - 1) else 2
                    columns = 1 if bx + x in (0, GRID - 1) else 2
                    for o in range(ORIENTATIONS):
                        value = min(block[y, x, o] * scale, _CLIP) * again
                        out[by + y, bx + x, o] += value / (rows * columns)


@jit_helper
def _scale(block: np.ndarray, scale: float, clip: float) -> float:
    """1 / length of the scaled and clipped block."""
    total = _EPSILON**2
    for y in range(2):
        for x in range(2):
            for o in range(ORIENTATIONS):
                total += min(block[y, x, o] * scale, clip) ** 2
    return 1 / np.sqrt(total)
