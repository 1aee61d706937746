"""The whole graph of a bundle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.steps import Filters
from imgpipe.bundle.single_graph.classifiers import CLASSIFIERS
from imgpipe.bundle.single_graph.classifiers.joined import network
from imgpipe.bundle.single_graph.families import FAMILIES
from imgpipe.bundle.single_graph.filters import FILTERS
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.bundle.single_graph.refusals import refused, steps_of
from imgpipe.features.registry import families_of
from imgpipe.learn.graphs.graph import DOUBLE, FLOAT, Graph

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Assembled:
    """A graph, and the name of its tensor of features, float64 (f,); None of a network."""

    content: bytes
    features: str | None


def assembled(bundled: Bundled, notes: Mapping[str, str]) -> Assembled:
    """Write a bundle's model as one graph.

    Input ``image``: (y, x), or (y, x, 3) for colour, of the dtype and size that the model was
    trained on. Output ``probabilities``: float64 (k,), NaN where the bundle refuses the image.

    Parameters
    ----------
    bundled : Bundled
    notes : dict of str to str
        Metadata of the file.

    Raises
    ------
    InputError
        If parts of the model cannot be written; all of them are named.
    """
    filters, plan = steps_of(bundled)
    graph, told = Graph(), bundled.manifest
    planes = _Planes(graph, told.expected)
    lacking: list[str] = []
    channels = planes.filtered(filters, lacking)
    image = None if plan is None else _noting(lacking, MeasuredImage, graph, channels, plan)
    features = None if image is None else _measured(image, lacking)
    if lacking:
        raise refused(lacking)
    if features is None:
        said = network(graph, planes.pixels(channels), bundled)
    else:
        row = graph.add("Unsqueeze", [features, graph.constant(np.array([0]))])
        said = CLASSIFIERS[str(told.fitted["kind"])](graph, row, bundled)
    said = _of_classes(graph, said, told.codes, len(told.classes))
    for channel in channels:
        if channel.dtype.kind == "f":
            said = graph.add("Add", [said, _unusable(graph, channel)])
    if image is not None and image.valid is not None:
        said = graph.add("Where", [image.valid, said, graph.constant(np.nan)])
    result = (said, "probabilities", "float64", [len(told.classes)])
    given = ("image", told.expected.dtype, list(told.expected.image_shape))
    return Assembled(graph.finished(given, result, notes), features)


def fitted_part(bundled: Bundled) -> bytes:
    """Write what stands behind the features alone: ``features`` float64 (1, f) to probabilities."""
    graph, told = Graph(), bundled.manifest
    said = CLASSIFIERS[str(told.fitted["kind"])](graph, "features", bundled)
    n, k = len(told.features), len(told.codes)
    result = (said, "probabilities", "float64", [1, k])
    return graph.finished(("features", "float64", [1, n]), result, {})


class _Planes:
    """Channels of the image that is given."""

    def __init__(self, graph: Graph, expected: Expected) -> None:
        self._graph, self._colour = graph, expected.channel_axis is not None
        self._shape = expected.image_shape
        kind = np.dtype(expected.dtype)
        self._wide = graph.add("Cast", ["image"], to=DOUBLE)
        size = (self._shape[0], self._shape[1])
        self._given = [Plane(name, size, kind, self._colour) for name in self._names(size)]

    def _names(self, size: tuple[int, int]) -> list[str]:
        if not self._colour:
            return [self._wide]
        graph, side = self._graph, graph_shape(self._graph, size)
        parts = graph.several("Split", [self._wide], self._shape[-1], axis=2)
        return [graph.add("Reshape", [part, side]) for part in parts]

    def filtered(self, filters: Filters, lacking: list[str]) -> list[Plane]:
        """Append filters of each channel; note of which settings cannot be written."""
        planes = self._given
        for name, settings in filters:
            own = {key: value for key, value in settings.items() if key != "channel_axis"}
            made = [_noting(lacking, FILTERS[name], self._graph, each, own) for each in planes]
            planes = [new or old for new, old in zip(made, planes, strict=True)]
        return planes

    def pixels(self, channels: list[Plane]) -> str:
        """Append channels as a network takes them, float32 (1, y, x) or (1, y, x, c)."""
        graph = self._graph
        axes = graph.constant(np.array([0, 3] if self._colour else [0]))
        single = [graph.add("Cast", [each.name], to=FLOAT) for each in channels]
        parts = [graph.add("Unsqueeze", [each, axes]) for each in single]
        return graph.add("Concat", parts, axis=3) if self._colour else parts[0]


def _unusable(graph: Graph, channel: Plane) -> str:
    """Append a number, (1,): 0, or NaN where a filtered pixel is none or infinite."""
    apart = graph.add("Sub", [channel.name, channel.name])
    flat = graph.add("Reshape", [apart, graph.constant(np.array([-1]))])
    return graph.add("ReduceSum", [flat, graph.constant(np.array([0]))], keepdims=1)


def graph_shape(graph: Graph, sides: tuple[int, ...]) -> str:
    """Store a shape."""
    return graph.constant(np.array(sides, np.int64))


def _measured(image: MeasuredImage, lacking: list[str]) -> str | None:
    """Append the features; note of which settings cannot be written."""
    names = [family.name for family in families_of(image.plan)]
    parts = [part for part in (_noting(lacking, FAMILIES[each], image) for each in names) if part]
    return image.graph.add("Concat", parts, axis=0) if len(parts) == len(names) else None


def _noting(lacking: list[str], write: Callable[..., _Made], *given: Any) -> _Made | None:
    """Append a part of the graph, or note why it cannot be."""
    try:
        return write(*given)
    except InputError as error:
        if str(error) not in lacking:
            lacking.append(str(error))
        return None


def _of_classes(graph: Graph, said: str, codes: tuple[int, ...], n: int) -> str:
    """Give every class its place, (k,); those that were not in the training have none to share."""
    said = graph.add("Reshape", [said, graph.constant(np.array([-1]))])
    if codes == tuple(range(n)):
        return said
    known = graph.add("Concat", [said, graph.constant(np.zeros(1))], axis=0)
    places = np.full(n, len(codes))
    places[list(codes)] = np.arange(len(codes))
    return graph.add("Gather", [known, graph.constant(places)], axis=0)
