"""Features of neighbourhood gray tone difference matrices as ONNX."""

from __future__ import annotations

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.counting import (
    added_up,
    counted,
    filled,
    number,
    row_sum,
    sum_of,
)
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.texture.gray import levels_of, neighbours, top_of
from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS
from imgpipe.features.ngtdm import DEFINITIONS

_MOST = 9  # numbers of neighbours, 0 to 8


def write(image: MeasuredImage) -> str:
    """Append the features for each aggregation; NaN for an image of one pixel."""
    codes = image.plan.aggregations(ZONE_AGGREGATIONS)
    if image.n_pixels == 1:
        return image.graph.constant(np.full(len(codes) * len(DEFINITIONS), np.nan))
    top = top_of(image, "ngtdm", lambda bins: 2 * bins * _MOST)
    pixels, sums = _tones(image, top + np.int64(1))
    there = pixels.of("NonZero").shaped(-1)
    level, n, s = (x.of("Gather", there) if x else there for x in (None, pixels, sums))
    features = _formulas(level.to("float64"), n.to("float64"), s, float(image.n_pixels))
    return joined([features] * len(codes)).name


def _tones(image: MeasuredImage, side: Term) -> tuple[Term, Term]:
    """Pixels of each gray level, int64, and their sum of differences from around, (levels,)."""
    graph, levels = image.graph, levels_of(image)
    many = [
        np.minimum(np.arange(n), 1) + np.minimum(np.arange(n)[::-1], 1) + 1 for n in image.shape
    ]
    number_around = number(graph, many[0][:, None]) * many[1] - np.int64(1)
    around = sum_of(neighbours(levels, image.shape))
    difference = abs(levels * number_around - around).shaped(-1)
    places = (levels * np.int64(_MOST) + number_around).shaped(-1)
    # sums of whole numbers, so that the order of the pixels does not touch the last digit
    size = side * np.int64(_MOST)
    sums = added_up(places, difference, filled(np.int64(0), size)).shaped(-1, _MOST)
    pixels = counted([places], size).to("int64").shaped(-1, _MOST)
    each = np.maximum(np.arange(_MOST), 1.0)
    return row_sum(pixels).shaped(-1), row_sum(sums.to("float64") / each).shaped(-1)


def _formulas(level: Term, n: Term, s: Term, total: float) -> Term:
    """Give the five features of the gray levels that are present, (5,)."""
    share = n / total
    weighted, differences = (share * s).total(), s.total()
    (i, p, w), (j, q, v) = (
        [x.shaped(*shape) for x in (level, share, share * s)] for shape in ((-1, 1), (1, -1))
    )
    apart = abs(i - j)
    square = apart * apart
    spread, change = (p * q * square).total(), abs(i * p - j * q).total()
    complexity = (apart * (w + v) / (p + q)).total()
    strength = ((p + q) * square).total()
    present = level.of("Shape").to("float64").of("Squeeze")
    varied, several = weighted > 0, present > 1
    found = [
        varied.where(number(level.graph, np.float64(1)) / weighted, np.nan),
        several.where(spread / (present * (present - 1)) * differences / total, np.nan),
        (change > 0).where(weighted / change, np.nan),
        complexity / total,
        varied.where(strength / differences, np.nan),
    ]
    return joined([x.shaped(1) for x in found])
