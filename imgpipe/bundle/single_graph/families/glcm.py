"""Features of gray level co-occurrence matrices as ONNX."""

from __future__ import annotations

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.texture.averaging import averaged
from imgpipe.bundle.single_graph.texture.gray import levels_of, top_of
from imgpipe.bundle.single_graph.texture.pairs import pair_features
from imgpipe.features.glcm import DEFINITIONS
from imgpipe.features.inputs.settings import MATRIX_AGGREGATIONS
from imgpipe.features.texture.volumes import SCHEMES, directions


def write(image: MeasuredImage) -> str:
    """Append the features for each distance and aggregation, averaged where they are defined.

    Raises
    ------
    InputError
        If the matrices of the number of bins take too much memory.
    """
    matrices, groups = _matrices(image)
    if not matrices:
        return image.graph.constant(np.full(len(groups) * len(DEFINITIONS), np.nan))
    n, f = len(matrices), len(DEFINITIONS)
    top = top_of(image, "glcm", lambda bins: n * bins**2)
    return averaged(pair_features(_places(image, matrices, top), n, top), groups, f).name


def _matrices(image: MeasuredImage) -> tuple[list[np.ndarray], list[tuple[int, int]]]:
    """Steps (steps, 2) between the pixels of each matrix; first and last + 1 of each block.

    Steps beyond the image have no pairs, and matrices without a pair no feature.
    """
    matrices: list[np.ndarray] = []
    groups = []
    for distance in image.plan.settings.distances:
        steps = distance * directions(True)[:, 1:]
        steps = steps[(np.abs(steps) < image.shape).all(axis=1)]
        for code, _ in image.plan.aggregations(MATRIX_AGGREGATIONS):
            own = list(steps[:, None]) if SCHEMES[code].by_direction else [steps]
            start = len(matrices)
            matrices += [each for each in own if len(each)]
            groups.append((start, len(matrices)))
    return matrices, groups


def _places(image: MeasuredImage, matrices: list[np.ndarray], top: Term) -> list[Term]:
    """Where each pair of pixels counts, as `pair_features` takes it."""
    levels, side = levels_of(image), top + np.int64(1)
    places = []
    for m, steps in enumerate(matrices):
        for step in steps:
            here, there = _ends(levels, image.shape, step)
            row = here.of("Min", there) + side * np.int64(m)
            places.append((row * side + here.of("Max", there)).shaped(-1))
    return places


def _ends(levels: Term, shape: tuple[int, int], step: np.ndarray) -> list[Term]:
    """Gray levels of both pixels of each pair."""
    first = np.maximum(-step, 0)
    size = np.array(shape) - np.abs(step)
    return [levels.of("Slice", start, start + size) for start in (first, first + step)]
