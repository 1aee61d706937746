"""An image as a segmenter takes it: gray values, where to look, and how far pixels are apart."""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import is_distance, lengths, real_image

_LARGEST, _CLOSEST = 1e18, 1e-18  # their squares are float32's


class Given(NamedTuple):
    """A gray image or volume.

    Parameters
    ----------
    values : ndarray, shape (y, x) or (z, y, x)
        In the dtype that came in, native byte order.
    inside : ndarray of bool or None
        Where its mask is; nothing is found beyond. None for everywhere.
    spacing : tuple of float or None
        In mm, one for each axis.
    unit : str or None
        Of the values, such as ``"HU"``.
    """

    values: np.ndarray
    inside: np.ndarray | None
    spacing: tuple[float, ...] | None
    unit: str | None


def taken(image: Any, name: str, spacing: Any = None) -> Given:
    """Take an image; refuse colour, and values that are not finite.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume.
    name : str
        Of the segmenter, for messages.
    spacing : tuple of float, optional
        In mm; the image's own by default.

    Returns
    -------
    Given
    """
    if np.ma.is_masked(image):
        raise InputError(f"{name}: the array has masked pixels; give Image(array.data, mask=...)")
    given = real_image(image, "segmented")
    if given.channel_axis is not None:
        raise InputError(
            f"{name} takes gray images, not colour; imgpipe.images.luminance makes them gray"
        )
    values = given.pixels.astype(given.pixels.dtype.newbyteorder("="), copy=False)
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        raise InputError(f"{name}: pixels of dtype {values.dtype}; give float32 or float64")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise InputError(
            f"{name}: {np.count_nonzero(~np.isfinite(values))} of {values.size} pixels are NaN or "
            "infinite; give finite values"
        )
    given = given.described(lengths(spacing), None)
    if given.spacing is not None and not all(map(is_distance, given.spacing)):
        raise InputError(f"{name}: spacing={given.spacing}; lengths in mm above 0 are needed")
    inside = None if given.mask is None else given.mask != 0
    return Given(values, inside, given.spacing, given.unit)


def refuse_extremes(given: Given, name: str) -> None:
    """Refuse values that float32 cannot square, and such as lie too close together for it.

    Parameters
    ----------
    given : Given
        Not empty.
    name : str
        Of the segmenter, for messages.
    """
    low, high = float(given.values.min()), float(given.values.max())
    if max(-low, high) > _LARGEST or 0 < high - low < _CLOSEST:
        raise InputError(
            f"{name}: values from {low:g} to {high:g}, which float32 cannot reckon with; scale them"
        )
