"""Means around bright pixels as ONNX: sums along rows, from sums up to a column."""

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.features.local_intensity import Sphere, sphere_of


def write(image: MeasuredImage) -> str:
    """Append the peak at the maximum and the highest of all."""
    values = Term(image.graph, image.values)
    spacing = image.spacing_for("local_intensity")
    disc = sphere_of((1.0, *spacing), (1, *image.shape), True)
    # against the maximum, so that the mean of a flat image is exact
    reference = values.highest()
    means = _sums(values - reference, disc, image.shape) / _numbers(disc, image.shape)
    local = values.equals(reference).where(means, -np.inf).highest()
    peaks = [(reference + peak).shaped(1) for peak in (local, means.highest())]
    return joined(peaks).name


def _sums(values: Term, disc: Sphere, shape: tuple[int, int]) -> Term:
    """Add up the pixels of the image that lie in the disc around each, (y, x)."""
    height, width = shape
    _, down, across = (int(reach) for reach in disc.margin)
    # one column more, since sums begin at zero
    padded = values.of("Pad", np.array([down, across + 1, down, across]))
    prefix = padded.of("CumSum", np.array(1))
    total = None
    for _, y, half in disc.rows.tolist():
        top = down + y
        after, before = (
            prefix.of("Slice", np.array([top, x]), np.array([top + height, x + width]))
            for x in (across + half + 1, across - half)
        )
        row = after - before
        total = row if total is None else total + row
    assert total is not None
    return total


def _numbers(disc: Sphere, shape: tuple[int, int]) -> np.ndarray:
    """Count the pixels of the image that lie in the disc around each, (y, x)."""
    height, width = shape
    y, x = np.arange(height)[:, None], np.arange(width)
    found = np.zeros(shape)
    for _, away, half in disc.rows.tolist():
        columns = np.minimum(x + half, width - 1) - np.maximum(x - half, 0) + 1
        found += ((y + away >= 0) & (y + away < height)) * columns
    return found
