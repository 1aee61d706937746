"""Weighted sums along one axis after the other, rounded where the kernels round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from imgpipe.bundle.single_graph.filters.axes import axes_in_turn
from imgpipe.bundle.single_graph.filters.borders import padded, part
from imgpipe.bundle.single_graph.filters.numbers import cast, converted, saturated, wide
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.kernels.plans.averaging import Averaging
from imgpipe.kernels.windows.window import Window
from imgpipe.learn.graphs.graph import Graph

# taps on one side that the kernel adds up before it goes on to the next, farther ones
_GROUP = 8
_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


def weighted(
    graph: Graph,
    plane: Plane,
    window: Window,
    lines: Sequence[np.ndarray],
    dtypes: Averaging,
    output: np.dtype,
) -> Plane:
    """Append the correlation with the outer product of two lines of weights.

    In single precision each product is added unrounded (fused), as the kernels do it on a
    processor that can: double precision holds it, so every runtime gives the same bits.
    """
    work = dtypes.accumulator
    x = plane.name if work == _F64 else cast(graph, plane.name, work)
    edge = dtypes.border
    for axis in axes_in_turn(plane):
        line, before, n = lines[axis], window.before[axis], plane.shape[axis]
        ends = before, line.size - 1 - before
        x = padded(graph, x, axis, n, ends, window.modes[axis], work.type(edge))
        if line.size > 1 or line[0] != 1:
            taps = _Taps(graph, x, axis, n, line.astype(work))
            x = taps.fused() if work == _F32 else taps.plain()
        edge *= line.sum()
    x = wide(graph, x, work)
    if dtypes.written.kind == "f":
        x = converted(graph, x, work, dtypes.written)
    else:
        x = saturated(graph, x, dtypes.written)
    return replace(plane, name=converted(graph, x, dtypes.written, output), dtype=output)


@dataclass(frozen=True)
class _Taps:
    """A padded tensor of the dtype of `weights`, and what it is summed with along an axis."""

    graph: Graph
    name: str
    axis: int
    length: int
    weights: np.ndarray

    def plain(self) -> str:
        """Add up products in double precision."""
        total = self._product(self.weights.size // 2)
        for pair in self._pairs():
            for i in pair:
                total = self._add(total, self._product(i))
        return total

    def fused(self) -> str:
        """Add up in single precision, with one rounding for a product and the sum it joins."""
        total, even = None, np.array_equal(self.weights, self.weights[::-1])
        middle = self._product(self.weights.size // 2)
        for pair in self._pairs():
            term = self._of_both(*pair) if even else self._rounded(self._of_each(pair))
            if total is None:
                total = self._add(middle, self._rounded(term) if even else term)
            else:
                total = self._add(total, term)
            total = self._rounded(total)
        return cast(self.graph, middle if total is None else total, _F32)

    def _pairs(self) -> Iterator[tuple[int, ...]]:
        """Places of weights as far before the middle as after it, in the order of the kernels."""
        before = self.weights.size // 2
        groups = -(-before // _GROUP)
        size = -(-before // max(groups, 1))
        for group in range(groups):
            for far in range((group + 1) * size, group * size, -1):
                places = before - far, before + far
                if places[0] >= 0:
                    yield tuple(i for i in places if i < self.weights.size)

    def _of_both(self, i: int, j: int) -> str:
        """Two pixels of one weight, added before they are multiplied."""
        both = wide(self.graph, self._add(self._pixels(i), self._pixels(j)), _F32)
        return self.graph.add("Mul", [both, self.graph.constant(np.float64(self.weights[i]))])

    def _of_each(self, pair: tuple[int, ...]) -> str:
        """Two pixels of different weights: the first product is fused to the second."""
        first, *rest = map(self._product, pair)
        return self._add(first, self._rounded(rest[0])) if rest else first

    def _product(self, i: int) -> str:
        """A pixel and its weight, unrounded."""
        pixels = wide(self.graph, self._pixels(i), self.weights.dtype)
        return self.graph.add("Mul", [pixels, self.graph.constant(np.float64(self.weights[i]))])

    def _pixels(self, i: int) -> str:
        return part(self.graph, self.name, self.axis, i, self.length)

    def _add(self, one: str, other: str) -> str:
        return self.graph.add("Add", [one, other])

    def _rounded(self, x: str) -> str:
        """Round float64 to single precision."""
        return wide(self.graph, cast(self.graph, x, _F32), _F32)
