"""Segmentation: an image to a mask, and how near a mask comes to another.

One method a file; `SEGMENTERS` names them, `RECIPES` what is made of them for one kind of image.
An image is an `imgpipe.images.Image`, whose mask limits where is looked, or an array.
"""

from typing import TYPE_CHECKING

from imgpipe._common.lazy import lazily

if TYPE_CHECKING:
    from imgpipe.segment.method.segmenter import Segmenter
    from imgpipe.segment.registry import RECIPES, SEGMENTERS, recipe

_HOMES = {
    "RECIPES": "registry",
    "SEGMENTERS": "registry",
    "Segmenter": "method.segmenter",
    "recipe": "registry",
}

__all__ = ["RECIPES", "SEGMENTERS", "Segmenter", "recipe"]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
