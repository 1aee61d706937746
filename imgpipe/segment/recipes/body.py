"""The body, in front of its background."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image
from imgpipe.segment.method.given import taken
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.recipes.planes.numbers import number
from imgpipe.segment.recipes.planes.plane import filled, largest_parts, plane_of
from imgpipe.segment.threshold import threshold as divided

_SIDE = 400.0  # mm that a slice shows where its spacing is not known


def body(
    image: Any,
    spacing: Any = None,
    *,
    threshold: float | None = None,
    opening: float = 4.0,
) -> np.ndarray:
    """Find the body: the largest bright part of CT, MR or any other image, holes filled.

    Pixels above a threshold are freed of what is thin, such as the shell of a table; the largest
    part stays, gets its own thin parts back, and is filled in each slice.

    Parameters
    ----------
    image : Image or array_like, shape (y, x) or (z, y, x)
        Its background is dark. Of an `Image` with a mask, what is inside is looked at.
    spacing : tuple of float, optional
        In mm; the image's own by default. Where neither is known, the longer side of a slice is
        taken for 400 mm.
    threshold : float, optional
        The body is above. By default -300 for an `Image` in HU, and for all others the lower one of
        the two that divide the gray levels best into three classes, since bone in CT and fat in MR
        are far above other tissue.
    opening : float
        Radius in mm of the disc with which thin parts are taken away; 1 % of the longer side by
        default where spacing is not known.

    Returns
    -------
    ndarray of bool
        All False for an image of one gray level.

    Raises
    ------
    InputError
        For colour, NaN and infinite pixels, and settings out of range.

    Examples
    --------
    >>> from imgpipe.datasets import chest_ct
    >>> from imgpipe.segment import recipe
    >>> image, lungs = chest_ct(seed=1, spacing=(2.0, 2.0), height=0.0)
    >>> found = recipe("body")(image)
    >>> found[lungs].all(), found.mean().round(2)
    (np.True_, np.float64(0.53))
    """
    given = taken(image, "body", spacing)
    opening = number("opening", opening, 0)
    if threshold is not None:
        threshold = number("threshold", threshold)
    elif given.unit == "HU":
        threshold = -300.0
    if threshold is not None:
        bright = given.values > threshold
    else:
        bright = _bright(given.values, given.inside)
    if given.inside is not None:
        bright &= given.inside
    plane = plane_of(given, _SIDE)
    thick = largest_parts(plane.opened(bright, opening), 1, 1)
    if not thick:
        return np.zeros_like(bright)
    found = filled(plane.dilated(thick[0], opening) & bright)
    return found if given.inside is None else found & given.inside


def _bright(values: np.ndarray, inside: np.ndarray | None) -> np.ndarray:
    """What is above the lower of two thresholds, or above the only one of two gray levels."""
    masked = Image(values, mask=inside)
    try:
        return divided(masked, "multi-otsu", classes=3) > 0
    except InputError:  # fewer than three gray levels
        return divided(masked)


SEGMENTER = Segmenter(body, "the body, holes filled", expects="a body brighter than its background")
