"""A filtered image inside a graph, and what several families of features need of it."""

from collections.abc import Sequence
from functools import cached_property

from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.features.inputs.settings import ExtractionPlan
from imgpipe.learn.graphs.graph import Graph

REC_709 = (0.2126, 0.7152, 0.0722)


class MeasuredImage:
    """Pixels whose features a graph takes; each tensor is made when it is first asked for.

    Parameters
    ----------
    graph : Graph
    channels : sequence of Plane
        One, or three of a colour image.
    plan : ExtractionPlan
        Checked settings of the extraction.
    """

    def __init__(self, graph: Graph, channels: Sequence[Plane], plan: ExtractionPlan) -> None:
        self.graph, self.channels, self.plan = graph, tuple(channels), plan
        self.shape = channels[0].shape

    @property
    def n_pixels(self) -> int:
        """Pixels of the image."""
        return self.shape[0] * self.shape[1]

    @cached_property
    def values(self) -> str:
        """Gray values (luminance of a colour image), float64 (y, x)."""
        if len(self.channels) == 1:
            return self.channels[0].name
        graph = self.graph
        parts = [
            graph.add("Mul", [plane.name, graph.constant(weight)])
            for plane, weight in zip(self.channels, REC_709, strict=True)
        ]
        return graph.add("Add", [graph.add("Add", parts[:2]), parts[2]])

    @cached_property
    def levels(self) -> str:
        """Gray levels from 1 up, int64 (y, x)."""
        raise NotImplementedError

    @cached_property
    def n_levels(self) -> str:
        """Highest gray level, int64 scalar."""
        raise NotImplementedError
