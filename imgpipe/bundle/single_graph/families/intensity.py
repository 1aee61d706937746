"""Intensity statistics as ONNX."""

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.bundle.single_graph.statistics import Sample, statistics
from imgpipe.features.first_order.statistics import STATISTICS
from imgpipe.learn.graphs.graph import Graph

_FEW_PIXELS = 2**15  # fewer are sorted in less time than 2^16 gray values are looked through


def write(image: MeasuredImage) -> str:
    """Append eighteen statistics, those of a colour image once per channel."""
    samples = [sample_of(image.graph, plane) for plane in image.channels]
    found = [statistics(sample) for sample in samples]
    return joined([each[s.name] for each in found for s in STATISTICS]).name


def sample_of(graph: Graph, plane: Plane) -> Sample:
    """Count whole numbers where they are few, sort others."""
    pixels, n = Term(graph, plane.name), plane.shape[0] * plane.shape[1]
    if plane.dtype.kind in "iu" and (plane.dtype.itemsize == 1 or n > _FEW_PIXELS):
        ends = np.iinfo(plane.dtype)
        return Sample.counted(pixels.to("int64"), n, int(ends.min), int(ends.max))
    return Sample.sorted(pixels, n)
