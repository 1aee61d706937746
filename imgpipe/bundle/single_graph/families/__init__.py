"""Feature families as ONNX, one a file: an entry a family that `imgpipe export` can write."""

from collections.abc import Callable

from imgpipe.bundle.single_graph.families import (
    glcm,
    glrlm,
    gradient,
    histogram,
    hog,
    intensity,
    ivh,
    lbp,
    local_intensity,
    ngldm,
    ngtdm,
)
from imgpipe.bundle.single_graph.image import MeasuredImage

FAMILIES: dict[str, Callable[[MeasuredImage], str]] = {
    "intensity": intensity.write,
    "histogram": histogram.write,
    "glcm": glcm.write,
    "lbp": lbp.write,
    "hog": hog.write,
    "glrlm": glrlm.write,
    "ngtdm": ngtdm.write,
    "ngldm": ngldm.write,
    "gradient": gradient.write,
    "local_intensity": local_intensity.write,
    "ivh": ivh.write,
}
"""``write(image)`` appends nodes and gives the features, float64 (f,), in their order."""
