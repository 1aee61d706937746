"""What matrices are counted from: the images of a stack, or each slice as an image of its own."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.boxes import bounding_boxes

# matrices of so many entries or pixels stay in the cache between counting and measuring
_PART = 2**14


class Scheme(NamedTuple):
    """What one aggregation says of the matrices."""

    flat: bool
    by_slice: bool
    by_direction: bool


SCHEMES = {
    "BTW3": Scheme(flat=True, by_slice=True, by_direction=True),
    "SUJT": Scheme(flat=True, by_slice=True, by_direction=False),
    "JJUI": Scheme(flat=True, by_slice=False, by_direction=True),
    "ZW7Z": Scheme(flat=True, by_slice=False, by_direction=False),
    "ITBB": Scheme(flat=False, by_slice=False, by_direction=True),
    "IAZD": Scheme(flat=False, by_slice=False, by_direction=False),
    "8QNN": Scheme(flat=True, by_slice=True, by_direction=False),
    "62GR": Scheme(flat=True, by_slice=False, by_direction=False),
    "KOBO": Scheme(flat=False, by_slice=False, by_direction=False),
}


class Volumes:
    """Part of a stack, each of its volumes the ground of one set of matrices.

    Attributes
    ----------
    levels : ndarray of int32, shape (m, z, y, x)
        Gray levels from 1 up, 0 outside.
    n_levels : ndarray of int64, shape (m,)
        Highest gray level of the image that each volume belongs to.
    top : int
        The highest of all.
    flat : bool
        Whether neighbours lie in the same slice only.
    shared : dict
        What several families need and the first of them worked out.
    """

    def __init__(self, batch: Batch, flat: bool, by_slice: bool, part: slice) -> None:
        self._batch, self._by_slice, self._part = batch, by_slice, part
        self.levels = self._of(batch.levels)
        depth = batch.levels.shape[1] if by_slice else 1
        self.n_levels = np.repeat(batch.n_levels, depth)[part]
        self.top = int(self.n_levels.max())
        self.flat = flat
        self.shared: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self.levels)

    @cached_property
    def n_pixels(self) -> np.ndarray:
        """Number of pixels inside, int64 (m,)."""
        return np.count_nonzero(self.levels.reshape(len(self), -1), axis=1)

    @cached_property
    def bordered(self) -> np.ndarray:
        """The levels in a border of zeros, along z only where neighbours lie there.

        With a border every neighbour exists, so that loops step by flat offsets and need no case
        for the edge of the image.
        """
        return self.in_border(self.levels)

    @cached_property
    def boxes(self) -> np.ndarray:
        """Smallest box around each volume's pixels in `bordered`: first and last + 1, (m, 3, 2)."""
        boxes = bounding_boxes(self._of(self._batch.inside))
        boxes += np.array([0 if self.flat else 1, 1, 1])[:, None]
        return boxes

    @property
    def morphological_mask(self) -> np.ndarray:
        """The mask of the shape."""
        return self._of(self._batch.morphological_mask)

    def in_border(self, values: np.ndarray) -> np.ndarray:
        """Copy volumes into a border of zeros, as `bordered` has it."""
        m, depth, height, width = values.shape
        z = 0 if self.flat else 1
        out = np.zeros((m, depth + 2 * z, height + 2, width + 2), values.dtype)
        out[:, z : z + depth, 1:-1, 1:-1] = values
        return out

    def steps(self) -> np.ndarray:
        """Flat offsets in `bordered` to one of each pair of opposite neighbours: 4, or 13."""
        height, width = self.bordered.shape[2:]
        return directions(self.flat) @ np.array([height * width, width, 1])

    def _of(self, values: np.ndarray) -> np.ndarray:
        if self._by_slice:
            values = values.reshape(-1, 1, *values.shape[2:])
        return values[self._part]


def directions(flat: bool) -> np.ndarray:
    """One of each pair of opposite neighbours (z, y, x): 4 within a slice, 13 in a volume."""
    steps = [
        (z, y, x) for z in (0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1) if (z, y, x) > (0,) * 3
    ]
    return np.array([s for s in steps if not (flat and s[0])], np.int64)


def volumes_of(batch: Batch, flat: bool, by_slice: bool) -> list[Volumes]:
    """The stack in parts small enough that the matrices of one stay in the cache."""
    key = f"volumes {flat} {by_slice}"
    if key not in batch.shared:
        n, depth, height, width = batch.levels.shape
        pixels = height * width * (1 if by_slice else depth)
        length = max(1, _PART // max(pixels, int(batch.n_levels.max()) ** 2))
        batch.shared[key] = [
            Volumes(batch, flat, by_slice, slice(start, start + length))
            for start in range(0, n * depth if by_slice else n, length)
        ]
    parts: list[Volumes] = batch.shared[key]
    return parts


class Matrices(NamedTuple):
    """Matrices as loops take them; gray level i is row i, row 0 is passed over.

    Attributes
    ----------
    counts : ndarray, shape (m, g + 1, c)
        The matrices, zero where nothing was counted.
    columns : ndarray of int64, shape (m, c)
        The second number that each column stands for, never 0.
    n_columns, n_levels, n_pixels : ndarray of int64, shape (m,)
        Columns and gray levels in use; number of pixels, once for each direction.
    """

    counts: np.ndarray
    columns: np.ndarray
    n_columns: np.ndarray
    n_levels: np.ndarray
    n_pixels: np.ndarray


class Counted(NamedTuple):
    """What a family counted in some volumes.

    Attributes
    ----------
    counts : ndarray, shape (m, directions, g + 1, c)
        A matrix for each volume and direction, or one for all directions.
    columns : ndarray of int64, shape (m, c) or (c,)
        The second number that each column stands for, never 0.
    n_columns : ndarray of int64, shape (m,), or int
        Columns in use.
    together : int
        Number of directions that a matrix holds.
    """

    counts: np.ndarray
    columns: np.ndarray
    n_columns: np.ndarray | int
    together: int = 1

    def matrices(self, volumes: Volumes, by_direction: bool) -> Matrices:
        """One matrix for each volume, or for each volume and direction."""
        counts, together = self.counts, self.together
        if not by_direction and counts.shape[1] > 1:
            together *= counts.shape[1]
            counts = counts.sum(axis=1, keepdims=True)
        m, times, *shape = counts.shape
        columns = np.broadcast_to(self.columns, (m, shape[-1]))
        n_columns = np.broadcast_to(self.n_columns, (m,))
        each = (columns, n_columns, volumes.n_levels, together * volumes.n_pixels)
        return Matrices(counts.reshape(m * times, *shape), *(np.repeat(a, times, 0) for a in each))
