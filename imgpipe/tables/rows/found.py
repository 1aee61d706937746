"""The region of each image, found as it is read, and how the table says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Image, Images
from imgpipe.images.found import finding
from imgpipe.segment.choosing import Finder, check_settings, refuse_masks

GivenRegion = str | tuple[str, Mapping[str, Any]] | None
"""A recipe, with its settings if any."""


@dataclass(frozen=True)
class Required:
    """A finder that refuses an image in which it finds nothing."""

    finder: Finder

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.finder.name

    def __call__(self, image: Image) -> np.ndarray:
        """Find the mask."""
        mask = self.finder(image)
        if not mask.any():
            raise InputError(f"{self.name} finds nothing in it", code="EMPTY-MASK")
        return mask


def finder_from(segment: GivenRegion) -> Finder | None:
    """Make what finds the region, if it is asked for."""
    if segment is None:
        return None
    name, settings = (segment, {}) if isinstance(segment, str) else segment
    check_settings(name, settings)
    return Finder(name, settings)


def in_what_is_found(
    images: Images, finder: Finder, region: str | None, label: float | None, source: Any
) -> Images:
    """Give images in which the region is found when one is read, in whichever process.

    Raises
    ------
    InputError
        For masks that there are, unless `region` passes over them.
    """
    if label is not None:
        raise InputError(
            f"--label chooses a part of a mask that was given; {finder.name} finds one"
        )
    if region in ("mask", "box"):
        raise InputError(
            f"--region {region} goes with masks that are given, and {finder.name} finds the region"
        )
    if region is None:
        try:
            refuse_masks(images, finder.name)
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
    return finding(images, Required(finder))


def told_of_segment(finder: Finder) -> str:
    """Write the recipe and its settings in a line, as --segment takes them where it can."""
    settings = ",".join(f"{key}={value}" for key, value in finder.settings.items())
    return finder.name + (f":{settings}" if settings else "")
