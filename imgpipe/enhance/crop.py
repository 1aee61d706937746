"""Cut to the foreground."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.enhance.step.carried import as_image, finite, like
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.step.numbers import whole
from imgpipe.images.luminance import luminance
from imgpipe.images.region import bounding_box

_BINS = 256


def crop(image: Any, threshold: float | None = None, *, margin: int = 0) -> Any:
    """Cut an image to the box around its foreground, and around its mask.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume; of three channels the luminance counts.
    threshold : float, optional
        Foreground is what lies above; Otsu's threshold (256 bins) by default.
    margin : int
        Pixels that are kept around the box, as far as the image reaches.

    Returns
    -------
    Image or ndarray
        The same dtype and unit; mask and place are those of the part. The whole image where it is
        constant and no threshold is given.

    Raises
    ------
    InputError
        If no pixel lies above the threshold, and for NaN and infinite pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import crop
    >>> pixels = np.zeros((9, 9), np.uint8)
    >>> pixels[2:5, 3:8] = 200
    >>> crop(pixels).shape, crop(pixels, margin=1).shape
    ((3, 5), (5, 7))
    """
    _check(threshold, margin)
    given = as_image(image)
    axis = given.channel_axis
    gray = finite(given.pixels if axis is None else luminance(given.pixels, axis), "crop")
    box = bounding_box(_by_otsu(gray) if threshold is None else gray > threshold)
    if box is None:
        raise InputError(f"crop: no pixel lies above {threshold:g}; the highest is {gray.max():g}")
    around = None if given.mask is None else bounding_box(given.mask)
    part = tuple(
        slice(max(one.start - margin, 0), min(one.stop + margin, n))
        for one, n in zip(_both(box, around), gray.shape, strict=True)
    )
    return like(image, _cut(given, part))


def _both(one: tuple[slice, ...], other: tuple[slice, ...] | None) -> tuple[slice, ...]:
    """Smallest box around two."""
    if other is None:
        return one
    pairs = zip(one, other, strict=True)
    return tuple(slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in pairs)


def _cut(image: Any, part: tuple[slice, ...]) -> Any:
    """Part of an image, with its mask, where it lies in the patient."""
    place = image.place
    if place is not None and image.spacing is not None:
        first = np.array([one.start for one in part])
        place = replace(place, origin=place.at(first, image.spacing))
    whole_part: list[slice] = list(part)
    if image.channel_axis is not None:
        whole_part.insert(image.channel_axis % image.pixels.ndim, slice(None))
    pixels = np.ascontiguousarray(image.pixels[tuple(whole_part)])
    mask = None if image.mask is None else np.ascontiguousarray(image.mask[part])
    return replace(image, pixels=pixels, mask=mask, place=place)


def _by_otsu(values: np.ndarray) -> np.ndarray:
    """Foreground: the upper bins of a histogram, parted where the variance between is largest."""
    if values.min() == values.max():
        return np.ones(values.shape, bool)
    counts, edges = np.histogram(values, _BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1].astype(np.float64)
    above = values.size - below
    sums = np.cumsum(counts * centres)
    between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return np.asarray(values >= edges[np.argmax(between) + 1])


def _check(threshold: Any, margin: Any) -> None:
    number = isinstance(threshold, int | float | np.number) and math.isfinite(threshold)
    if threshold is not None and not number:
        raise InputError(f"threshold={threshold!r} must be a number")
    whole("margin", margin, 0)


STEP = Enhancement(
    crop, "cut to the foreground, and to the mask", uses_mask=True, keeps_size=False, check=_check
)
