"""Uniform local binary patterns as ONNX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgpipe.bundle.single_graph.counting import counted, flattened
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.features.lbp import CIRCLES, table, taps

_DOUBLE = 11  # ONNX's numbers of types
_INT32, _INT64 = 6, 7


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
    graph = image.graph
    patterns = graph.add("Gather", [graph.constant(table(points)), _codes(image, points, radius)])
    numbers = flattened(graph, graph.add("Cast", [patterns], to=_INT64))
    counts = counted(graph, numbers, graph.constant(np.array([points + 2])))
    n = (image.shape[0] - 2 * radius) * (image.shape[1] - 2 * radius)
    return graph.add("Div", [graph.add("Cast", [counts], to=_DOUBLE), graph.constant(float(n))])


def _codes(image: MeasuredImage, points: int, radius: int) -> str:
    """Code of each pixel whose circle lies in the image: a bit for each point as bright or more."""
    graph = image.graph
    around = _Around(image, radius)
    codes = ""
    for p, (offsets, weights) in enumerate(zip(*taps(points, radius), strict=True)):
        bright = graph.add("Cast", [_as_bright(around, offsets, weights)], to=_INT32)
        bit = graph.add("Mul", [bright, graph.constant(np.int32(1 << p))])
        codes = graph.add("Add", [codes, bit]) if p else bit
    return codes


def _as_bright(around: _Around, offsets: np.ndarray, weights: np.ndarray) -> str:
    """Whether the point of the circle is at least as bright as the pixel in its centre."""
    graph = around.graph
    if weights[0] == 1:
        return graph.add("GreaterOrEqual", [around.shifted(offsets[0]), around.centre])
    # the same differences and sums as in Python, so that ties are decided alike
    terms = [
        graph.add("Mul", [graph.constant(weight), around.difference(tuple(offset))])
        for weight, offset in zip(weights, offsets.tolist(), strict=True)
    ]
    more = graph.add("Add", [graph.add("Add", terms[:2]), graph.add("Add", terms[2:])])
    return graph.add("GreaterOrEqual", [more, graph.constant(0.0)])


class _Around:
    """Pixels around each pixel that is at least `radius` from the edge."""

    def __init__(self, image: MeasuredImage, radius: int) -> None:
        self.graph, self.image, self.radius = image.graph, image, radius
        self.centre = self.shifted((0, 0))
        self._differences: dict[tuple[int, int], str] = {}

    def shifted(self, offset: Sequence[int]) -> str:
        """Pixel at an offset (y, x)."""
        image, radius = self.image, self.radius
        first = radius + np.array(offset)
        last = first + np.array(image.shape) - 2 * radius
        return self.graph.add(
            "Slice", [image.values, self.graph.constant(first), self.graph.constant(last)]
        )

    def difference(self, offset: tuple[int, int]) -> str:
        """Pixel at an offset minus the one in the centre; many points lie between the same."""
        if offset not in self._differences:
            pair = [self.shifted(offset), self.centre]
            self._differences[offset] = self.graph.add("Sub", pair)
        return self._differences[offset]
