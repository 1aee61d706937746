"""Matrices of all slices of an image as the sum of those of each."""

from __future__ import annotations

import numpy as np

from imgpipe.features.texture.volumes import Counted, Items, Volumes, dense_columns
from imgpipe.features.texture.zones import tabulated


class SumOfSlices:
    """What was counted in each slice, added up by image while the parts of a stack come in.

    Zones, whose columns differ between slices, are tabulated once more.
    """

    def __init__(self, images: Volumes, depth: int) -> None:
        self._images = images
        self._depth = depth
        self._slices = 0
        self._counts = np.zeros((len(images), 1, 1, 0), np.int32)
        self._together = 1
        self._items: list[Items] = []

    def add(self, counted: Counted) -> None:
        """Add the slices that follow those added before."""
        if counted.items is not None:
            self._items.append(counted.items)
            return
        slices = np.arange(self._slices, self._slices + len(counted.counts))
        self._slices += len(slices)
        images = slices // self._depth
        firsts = np.flatnonzero(np.diff(images, prepend=-1))
        sums = np.add.reduceat(counted.counts, firsts, axis=0, dtype=counted.counts.dtype)
        before = self._counts
        if before.shape[3] < sums.shape[3]:
            self._counts = np.zeros((len(before), *sums.shape[1:]), sums.dtype)
            self._counts[..., : before.shape[3]] = before
        self._counts[images[firsts], ..., : sums.shape[3]] += sums
        self._together = counted.together

    def counted(self) -> Counted:
        """Matrices of the images, when all slices are there."""
        if not self._items:
            columns, n_columns = dense_columns(len(self._counts), self._counts.shape[3])
            return Counted(self._counts, columns, n_columns, self._together)
        levels, values = (
            np.concatenate([getattr(items, name) for items in self._items])
            for name in ("levels", "values")
        )
        numbers = np.concatenate([np.diff(items.bounds) for items in self._items])
        bounds = np.append(0, np.cumsum(numbers.reshape(-1, self._depth).sum(axis=1)))
        different = int(np.count_nonzero(np.bincount(values)))
        return tabulated(Items(levels, values, bounds), self._images.top, different)
