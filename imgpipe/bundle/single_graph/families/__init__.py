"""Feature families as ONNX, one a file: an entry a family that `imgpipe export` can write."""

from collections.abc import Callable

from imgpipe.bundle.single_graph.families import hog, lbp
from imgpipe.bundle.single_graph.image import MeasuredImage

FAMILIES: dict[str, Callable[[MeasuredImage], str]] = {
    "lbp": lbp.write,
    "hog": hog.write,
}
"""``write(image)`` appends nodes and gives the features, float64 (f,), in their order."""
