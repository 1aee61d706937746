"""Sums over a box, in the order in which `imgpipe.kernels.mean` adds up floats."""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from imgpipe.bundle.single_graph.filters.borders import part
from imgpipe.learn.graphs.graph import Graph


@dataclass(frozen=True)
class Line:
    """A tensor whose windows along an axis are added up: `length` of them, of `k` pixels."""

    graph: Graph
    name: str
    axis: int
    length: int
    k: int

    def one_by_one(self) -> str:
        """From the first pixel to the last."""
        parts = [part(self.graph, self.name, self.axis, i, self.length) for i in range(self.k)]
        return reduce(self._add, parts)

    def in_pairs(self) -> str:
        """Five pixels as two pairs and the last."""
        pairs = self._grown(2)
        first, second = (part(self.graph, pairs, self.axis, i, self.length) for i in (0, 2))
        last = part(self.graph, self.name, self.axis, 4, self.length)
        return self._add(self._add(first, second), last)

    def growing(self) -> str:
        """Windows of windows: 7 pixels are two of 3, and one more."""
        return self.one_by_one() if self.k == 5 else self._grown(self.k)

    def _grown(self, k: int) -> str:
        if k == 1:
            return self.name
        q = k // 3 if k % 3 == 0 else k // 2
        less, length = self._grown(q), self.length + self.k - k
        starts = range(0, k - q + 1, q) if k % q == 0 else (0, q)
        parts = [part(self.graph, less, self.axis, i, length) for i in starts]
        if k % q:
            parts.append(part(self.graph, self.name, self.axis, 2 * q, length))
        return reduce(self._add, parts)

    def _add(self, one: str, other: str) -> str:
        return self.graph.add("Add", [one, other])


def exact_in(top: float) -> np.dtype:
    """Give the float that holds whole numbers up to `top`."""
    return np.dtype(np.float32 if top < 2**24 else np.float64)
