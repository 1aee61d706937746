"""Uniform local binary patterns as ONNX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term
from imgpipe.bundle.single_graph.counting import counted_further, number, sum_of
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.strips import END, Source, over_strips
from imgpipe.features.lbp import CIRCLES, table, taps


def write(image: MeasuredImage) -> str:
    """Append the shares of the patterns of each circle; NaN where no square of its size fits."""
    graph = image.graph
    shares = [
        _shares(image, points, radius)
        if min(image.shape) > 2 * radius
        else graph.constant(np.full(points + 2, np.nan))
        for points, radius in CIRCLES
    ]
    return graph.add("Concat", shares, axis=0)


def _shares(image: MeasuredImage, points: int, radius: int) -> str:
    values, (height, width) = Term(image.graph, image.values), image.shape

    def count(strips: list[Term], counts: Term) -> Term:
        codes = _codes(strips[0], points, radius)
        patterns = number(codes.graph, table(points)).of("Gather", codes)
        return counted_further(patterns.to("int64").shaped(-1), counts)

    centres = (height - 2 * radius, width - 2 * radius)
    sources = [Source(values, 2 * radius)]
    counts = over_strips(sources, centres, np.int32(0), (points + 2,), count)
    return (counts.to("float64") / (centres[0] * centres[1])).name


def _codes(values: Term, points: int, radius: int) -> Term:
    """Code of each pixel whose circle lies inside: a bit for each point as bright or more."""
    around = _Around(values, radius)
    bits = [
        _as_bright(around, offsets.tolist(), weights).to("int32") * np.int32(1 << p)
        for p, (offsets, weights) in enumerate(zip(*taps(points, radius), strict=True))
    ]
    return sum_of(bits)


def _as_bright(around: _Around, offsets: list[list[int]], weights: np.ndarray) -> Term:
    """Whether the point of the circle is at least as bright as the pixel in its centre."""
    if weights[0] == 1:
        return around.shifted(offsets[0]) >= around.centre
    # the same differences and sums as in Python, so that ties are decided alike
    a, b, c, d = (
        around.difference((y, x)) * weight for weight, (y, x) in zip(weights, offsets, strict=True)
    )
    return (a + b) + (c + d) >= 0


class _Around:
    """Pixels around each pixel that is at least `radius` from the edge."""

    def __init__(self, values: Term, radius: int) -> None:
        self._values, self._radius = values, radius
        self.centre = self.shifted([0, 0])
        self._differences: dict[tuple[int, int], Term] = {}

    def shifted(self, offset: Sequence[int]) -> Term:
        """Pixel at an offset (y, x)."""
        first = self._radius + np.array(offset)
        behind = self._radius - np.array(offset)
        return self._values.of("Slice", first, np.where(behind > 0, -behind, END))

    def difference(self, offset: tuple[int, int]) -> Term:
        """Pixel at an offset minus the one in the centre; many points lie between the same."""
        if offset not in self._differences:
            self._differences[offset] = self.shifted(offset) - self.centre
        return self._differences[offset]
