"""What matrices are counted from: the images of a stack, or each slice as an image of its own."""

from __future__ import annotations

from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.boxes import extents

_FLAT_BORDER = np.array([[0], [1], [1]])
# matrices of so many entries or pixels stay in the cache between counting and measuring
_PART = 2**18


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
    morphological_mask : ndarray of bool, shape (m, z, y, x)
        The mask of the shape.
    n_levels, n_pixels : ndarray of int64, shape (m,)
        Highest gray level of the image that each volume belongs to, and its pixels inside.
    top : int
        The highest gray level of the stack.
    flat : bool
        Whether neighbours lie in the same slice only.
    shared : dict
        What several families need and the first of them worked out.
    """

    def __init__(self, batch: Batch, flat: bool, by_slice: bool, part: slice = slice(None)) -> None:
        depth = batch.levels.shape[1] if by_slice else 1

        def cut(values: np.ndarray) -> np.ndarray:
            if depth > 1:
                values = values.reshape(-1, 1, *values.shape[2:])
            return values[part]

        self.levels = cut(batch.levels)
        self.morphological_mask = cut(batch.morphological_mask)
        if depth > 1:
            self.n_levels = np.repeat(batch.n_levels, depth)[part]
            self._boxes, self.n_pixels = extents(cut(batch.inside))
        else:
            self.n_levels = batch.n_levels[part]
            self._boxes, self.n_pixels = batch.extents.boxes[part], batch.counts[part]
        self.top = batch.top
        self.flat = flat
        self.shared: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self.levels)

    @cached_property
    def bordered(self) -> np.ndarray:
        """The levels in a border of zeros, along z only where neighbours lie there.

        With a border every neighbour exists, so that loops step by flat offsets and need no case
        for the edge of the image.
        """
        m, depth, height, width = self.levels.shape
        z = 0 if self.flat else 1
        out = np.zeros((m, depth + 2 * z, height + 2, width + 2), np.int32)
        out[:, z : z + depth, 1:-1, 1:-1] = self.levels
        return out

    @cached_property
    def boxes(self) -> np.ndarray:
        """Smallest box around each volume's pixels in `bordered`: first and last + 1, (m, 3, 2)."""
        return self._boxes + (_FLAT_BORDER if self.flat else 1)

    def steps(self) -> np.ndarray:
        """Flat offsets in `bordered` to one of each pair of opposite neighbours: 4, or 13."""
        height, width = self.bordered.shape[2:]
        return directions(self.flat) @ np.array([height * width, width, 1])


@cache
def directions(flat: bool) -> np.ndarray:
    """One of each pair of opposite neighbours (z, y, x): 4 within a slice, 13 in a volume."""
    steps = [
        (z, y, x) for z in (0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1) if (z, y, x) > (0,) * 3
    ]
    return np.array([s for s in steps if not (flat and s[0])], np.int64)


def volumes_of(batch: Batch, flat: bool, by_slice: bool) -> list[Volumes]:
    """The stack in parts small enough that the matrices of one stay in the cache."""
    key = f"volumes {flat} {by_slice}"
    with batch.lock:
        if key not in batch.shared:
            batch.shared[key] = _parts_of(batch, flat, by_slice)
    parts: list[Volumes] = batch.shared[key]
    return parts


def _parts_of(batch: Batch, flat: bool, by_slice: bool) -> list[Volumes]:
    n, depth, height, width = batch.levels.shape
    pixels = height * width * (1 if by_slice else depth)
    length = max(1, _PART // max(pixels, batch.top**2))
    return [
        Volumes(batch, flat, by_slice, slice(start, start + length))
        for start in range(0, n * depth if by_slice else n, length)
    ]


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


class Items(NamedTuple):
    """Things that were counted, one by one.

    Attributes
    ----------
    levels, values : ndarray of int32, shape (items,)
        Gray level and second number of each.
    bounds : ndarray of int64, shape (m + 1,)
        First item of each volume.
    """

    levels: np.ndarray
    values: np.ndarray
    bounds: np.ndarray


class Counted(NamedTuple):
    """What a family counted in some volumes.

    Attributes
    ----------
    counts : ndarray, shape (m, directions, g + 1, c)
        A matrix for each volume and direction, or one for all directions.
    columns : ndarray of int64, shape (m, c)
        The second number that each column stands for, never 0.
    n_columns : ndarray of int64, shape (m,)
        Columns in use.
    together : int
        Number of directions that a matrix holds.
    items : Items or None
        What was counted, where the columns of two volumes may differ.
    """

    counts: np.ndarray
    columns: np.ndarray
    n_columns: np.ndarray
    together: int = 1
    items: Items | None = None

    def matrices(self, volumes: Volumes, by_direction: bool) -> Matrices:
        """One matrix for each volume, or for each volume and direction."""
        counts, together = self.counts, self.together
        if not by_direction and counts.shape[1] > 1:
            together *= counts.shape[1]
            counts = counts.sum(axis=1, keepdims=True, dtype=counts.dtype)
        times = counts.shape[1]
        each = [self.columns, self.n_columns, volumes.n_levels, together * volumes.n_pixels]
        if times > 1:
            each = [np.repeat(values, times, axis=0) for values in each]
        return Matrices(counts.reshape(-1, *counts.shape[2:]), *each)


@lru_cache(maxsize=32)
def dense_columns(m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns for 1, 2, ..., `n` - 1 behind one that stays empty, all in use in `m` volumes."""
    columns = np.empty((m, n), np.int64)
    columns[:] = np.maximum(np.arange(n), 1)
    return columns, np.full(m, n)
