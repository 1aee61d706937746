"""Segmentation: an image to a mask, and how near a mask comes to another.

One method a file; `SEGMENTERS` names them, `RECIPES` what is made of them for one kind of image.
An image is an `imgpipe.images.Image`, whose mask limits where is looked, or an array.
"""

from typing import TYPE_CHECKING

from imgpipe._common.lazy import lazily

# functions that are called as their files: what is imported later would be the file
from imgpipe.segment.active_contour import Contour, active_contour
from imgpipe.segment.clean import clean
from imgpipe.segment.region_growing import region_growing
from imgpipe.segment.threshold import threshold
from imgpipe.segment.watershed import watershed

if TYPE_CHECKING:
    from imgpipe.segment.instances import (
        InstanceScores,
        average_precision,
        instance_scores,
        panoptic_quality,
    )
    from imgpipe.segment.measures import Measured, measure
    from imgpipe.segment.method.segmenter import Segmenter
    from imgpipe.segment.overlap import dice, jaccard, volume_difference
    from imgpipe.segment.pixel_classifier import PixelClassifier
    from imgpipe.segment.registry import RECIPES, SEGMENTERS, recipe
    from imgpipe.segment.surface import hausdorff, surface_distance

_HOMES = {
    "RECIPES": "registry",
    "SEGMENTERS": "registry",
    "InstanceScores": "instances",
    "Measured": "measures",
    "PixelClassifier": "pixel_classifier",
    "Segmenter": "method.segmenter",
    "average_precision": "instances",
    "dice": "overlap",
    "hausdorff": "surface",
    "instance_scores": "instances",
    "jaccard": "overlap",
    "measure": "measures",
    "panoptic_quality": "instances",
    "recipe": "registry",
    "surface_distance": "surface",
    "volume_difference": "overlap",
}

__all__ = [
    "RECIPES",
    "SEGMENTERS",
    "Contour",
    "InstanceScores",
    "Measured",
    "PixelClassifier",
    "Segmenter",
    "active_contour",
    "average_precision",
    "clean",
    "dice",
    "hausdorff",
    "instance_scores",
    "jaccard",
    "measure",
    "panoptic_quality",
    "recipe",
    "region_growing",
    "surface_distance",
    "threshold",
    "volume_difference",
    "watershed",
]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
