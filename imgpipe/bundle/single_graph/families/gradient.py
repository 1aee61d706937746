"""Statistics of the gradient's magnitude as ONNX."""

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.statistics import Sample, statistics
from imgpipe.features.gradient import DEFINITIONS


def write(image: MeasuredImage) -> str:
    """Append eleven statistics; NaN where no pixel has all its neighbours in the image."""
    height, width = image.shape
    down, across = image.spacing_for("gradient")
    if min(height, width) < 3:
        return image.graph.constant(np.full(len(DEFINITIONS), np.nan))
    values = Term(image.graph, image.values)
    dy = (_cut(values, (2, 1), (height, width - 1)) - _cut(values, (0, 1), (-2, -1))) / (2 * down)
    dx = (_cut(values, (1, 2), (height - 1, width)) - _cut(values, (1, 0), (-1, -2))) / (2 * across)
    steepness = (dy * dy + dx * dx).sqrt()
    found = statistics(Sample.sorted(steepness, (height - 2) * (width - 2)))
    return joined([found[definition.name] for definition in DEFINITIONS]).name


def _cut(values: Term, first: tuple[int, int], stop: tuple[int, int]) -> Term:
    return values.of("Slice", np.array(first), np.array(stop))
