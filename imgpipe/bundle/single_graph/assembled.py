"""The whole graph of a bundle."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.steps import from_settings
from imgpipe.bundle.single_graph.classifier import probabilities
from imgpipe.bundle.single_graph.families import FAMILIES
from imgpipe.bundle.single_graph.filters import FILTERS
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.features.inputs.settings import ExtractionPlan, settings_from
from imgpipe.features.registry import families_of
from imgpipe.learn.graphs.graph import Graph

_DOUBLE = 11  # ONNX's number of the type
_DTYPES = ("uint8", "uint16", "float32")


def assembled(bundled: Bundled) -> bytes:
    """Write a bundle's model as one graph.

    Input ``image``: (y, x), or (y, x, 3) for colour, of the dtype and size that the model was
    trained on. Output ``probabilities``: float64 (k,).

    Raises
    ------
    InputError
        If a part of the model cannot be written; it is named.
    """
    told = bundled.manifest
    expected = told.expected
    filters, extraction = from_settings(told.steps, expected, told.features)
    if expected.dtype not in _DTYPES:
        raise InputError(f"images of {expected.dtype} cannot be exported; {_DTYPES} can")
    if extraction is None:
        raise InputError("a network cannot be exported yet")
    graph = Graph()
    planes = _planes(graph, expected.image_shape, expected.channel_axis, expected.dtype)
    for name, settings in filters:
        planes = [_filtered(graph, plane, name, settings) for plane in planes]
    channels = None if expected.channel_axis is None else len(planes)
    own = {k: v for k, v in extraction.items() if k != "channel_axis"}
    plan = ExtractionPlan(settings_from(**own), 2, channels)
    image = MeasuredImage(graph, planes, plan)
    parts = [_measured(image, family.name) for family in families_of(plan)]
    features = graph.add("Concat", parts, axis=0)
    row = graph.add("Unsqueeze", [features, graph.constant(np.array([0]))])
    said = probabilities(graph, row, bundled)
    k = len(told.classes)
    said = graph.add("Reshape", [said, graph.constant(np.array([k]))])
    return graph.finished(
        ("image", expected.dtype, list(expected.image_shape)),
        (said, "probabilities", "float64", [k]),
        {"classes": json.dumps(list(told.classes))},
    )


def _planes(
    graph: Graph, shape: tuple[int, ...], channel_axis: int | None, dtype: str
) -> list[Plane]:
    """Channels of the image that is given."""
    wide = graph.add("Cast", ["image"], to=_DOUBLE)
    kind = np.dtype(dtype)
    if channel_axis is None:
        return [Plane(wide, (shape[0], shape[1]), kind)]
    sides = list(shape)
    count = sides.pop(channel_axis)
    size = (sides[0], sides[1])
    named = [graph.constant(np.array(c)) for c in range(count)]
    return [Plane(graph.add("Gather", [wide, i], axis=channel_axis), size, kind) for i in named]


def _filtered(graph: Graph, plane: Plane, name: str, settings: Mapping[str, Any]) -> Plane:
    if name not in FILTERS:
        raise InputError(f"the filter {name} cannot be exported; {', '.join(FILTERS)} can")
    return FILTERS[name](graph, plane, settings)


def _measured(image: MeasuredImage, family: str) -> str:
    if family not in FAMILIES:
        raise InputError(f"the features {family} cannot be exported; {', '.join(FAMILIES)} can")
    return FAMILIES[family](image)
