"""Feature families as ONNX, one a file: an entry a family that `imgpipe export` can write."""

from collections.abc import Callable

from imgpipe.bundle.single_graph.families import histogram, hog, intensity, lbp
from imgpipe.bundle.single_graph.image import MeasuredImage

FAMILIES: dict[str, Callable[[MeasuredImage], str]] = {
    "intensity": intensity.write,
    "histogram": histogram.write,
    "lbp": lbp.write,
    "hog": hog.write,
}
"""``write(image)`` appends nodes and gives the features, float64 (f,), in their order."""
