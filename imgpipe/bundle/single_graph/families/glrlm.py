"""Features of gray level run length matrices as ONNX."""

from __future__ import annotations

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.strips import END
from imgpipe.bundle.single_graph.texture.averaging import averaged
from imgpipe.bundle.single_graph.texture.counts import count_features
from imgpipe.bundle.single_graph.texture.gray import levels_of, top_of
from imgpipe.features.glrlm import DEFINITIONS
from imgpipe.features.inputs.settings import MATRIX_AGGREGATIONS
from imgpipe.features.texture.volumes import SCHEMES, directions


def write(image: MeasuredImage) -> str:
    """Append the features for each aggregation."""
    columns, n = max(image.shape) + 1, len(DEFINITIONS)
    steps = directions(True)[:, 1:]
    schemes = [SCHEMES[code] for code, _ in image.plan.aggregations(MATRIX_AGGREGATIONS)]
    sizes = [len(steps) if scheme.by_direction else 1 for scheme in schemes]
    n_matrices = sum(sizes)
    top = top_of(image, "glrlm", lambda bins: n_matrices * bins * columns)
    runs = [_runs(image, step, columns) for step in steps]
    places: list[Term] = []
    n_pixels: list[int] = []
    groups = []
    for size in sizes:
        start = len(n_pixels)
        for d, each in enumerate(runs):
            matrix = start + (d if size > 1 else 0)
            places.append(each + (top + np.int64(1)) * np.int64(matrix * columns))
        n_pixels += [len(steps) // size * image.n_pixels] * size
        groups.append((start, len(n_pixels)))
    features = count_features(places, n_matrices, top, columns, n_pixels, n)
    return averaged(features, groups, n).name


def _runs(image: MeasuredImage, step: np.ndarray, columns: int) -> Term:
    """Gray level times `columns` plus length of each run along a direction, int64 (runs,)."""
    pixels = _line(image, step)
    before = pixels.of("Pad", np.array([1, 0])).of("Slice", np.array([0]), np.array([-1]))
    first = (~pixels.equals(before)).of("NonZero").shaped(-1)
    after = joined([first.of("Slice", np.array([1]), np.array([END])), pixels.of("Shape")])
    # those of zeros, which are between the lines, may be longer
    length = (after - first).of("Min", np.int64(columns - 1))
    return pixels.of("Gather", first).to("int64") * np.int64(columns) + length


def _line(image: MeasuredImage, step: np.ndarray) -> Term:
    """All pixels in a line, int32: those along a direction side by side, zeros between lines."""
    levels, (height, width) = levels_of(image).to("int32"), image.shape
    if step[0] == 0:
        return _closed(levels)
    if step[1] == 0:
        return _closed(levels.of("Transpose", perm=[1, 0]))
    if step[1] > 0:
        turned = [np.array(x) for x in ([-1], [-END], [0], [-1])]
        levels = levels.of("Slice", *turned)
    # row y of the flat pixels moves y places to the right, so that diagonals become columns
    padded = levels.of("Pad", np.array([0, 0, 0, height])).shaped(-1)
    skewed = padded.of("Slice", np.array([0]), np.array([height * (width + height - 1)]))
    return _closed(skewed.shaped(height, -1).of("Transpose", perm=[1, 0]))


def _closed(lines: Term) -> Term:
    """Rows behind one another, with a zero behind each."""
    return lines.of("Pad", np.array([0, 0, 0, 1])).shaped(-1)
