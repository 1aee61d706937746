"""Region growing: from seeds to all neighbours of a similar value."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.segment.method.given import Given, taken
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.parts.connected import reached


def region_growing(image: Any, seeds: Any, tolerance: float) -> np.ndarray:
    """Find what hangs together with seeds and has their value, more or less.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume. No region leaves the mask of an `Image`.
    seeds : sequence of int, or array_like of shape (n, axes)
        A pixel ``(y, x)`` or ``(z, y, x)``, or a row for each of several.
    tolerance : float
        By how much values may differ from that of the seed, 0 or more.

    Returns
    -------
    ndarray of bool
        The regions of all seeds together.

    Raises
    ------
    InputError
        For seeds outside the image or its mask, for colour, NaN and infinite pixels.

    Notes
    -----
    A region grows over sides and corners. Each seed has its own value, which does not change while
    its region grows: the region is that of `skimage.segmentation.flood`.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import region_growing
    >>> image = np.array([[9, 8, 1, 9], [1, 7, 1, 9], [1, 1, 1, 9]])
    >>> region_growing(image, (0, 1), tolerance=1).astype(int)
    array([[1, 1, 0, 0],
           [0, 1, 0, 0],
           [0, 0, 0, 0]])
    """
    number = isinstance(tolerance, int | float | np.number) and not isinstance(tolerance, bool)
    if not number or not np.isfinite(tolerance) or tolerance < 0:
        raise InputError(f"tolerance={tolerance!r} must be a finite number, 0 or more")
    given = taken(image, "region-growing")
    points = _points(seeds, given)
    found = np.zeros(given.values.shape, bool)
    values = given.values[tuple(points.T)]
    for value in np.unique(values):
        found |= reached(_alike(given, value, tolerance), points[values == value])
    return found


def _points(seeds: Any, given: Given) -> np.ndarray:
    """Seeds as rows; refuse those that are nowhere."""
    shape = given.values.shape
    points = np.atleast_2d(np.asarray(seeds))
    if points.ndim != 2 or points.shape[1] != len(shape) or points.dtype.kind not in "iu":
        raise InputError(
            f"seeds of shape {np.shape(seeds)} and dtype {points.dtype}; give whole numbers, "
            f"{len(shape)} for each pixel of an image of shape {shape}"
        )
    outside = ((points < 0) | (points >= shape)).any(axis=1)
    if outside.any():
        first = tuple(int(n) for n in points[outside][0])
        raise InputError(f"the seed {first} lies outside the image of shape {shape}")
    if given.inside is not None and not given.inside[tuple(points.T)].all():
        first = tuple(int(n) for n in points[~given.inside[tuple(points.T)]][0])
        raise InputError(f"the seed {first} lies outside the image's mask")
    return points.astype(np.int64)


def _alike(given: Given, value: Any, tolerance: float) -> np.ndarray:
    """Where values are within a tolerance, whose bounds are rounded as the values are."""
    values = given.values
    low, high = value.item() - tolerance, value.item() + tolerance
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):  # beyond the largest float everything is within
            low, high = values.dtype.type(low), values.dtype.type(high)
    found: np.ndarray = (values >= low) & (values <= high)
    return found if given.inside is None else found & given.inside


def _trial(image: np.ndarray) -> Mapping[str, Any]:
    brightest = np.unravel_index(np.argmax(image), image.shape)
    return {"seeds": [int(n) for n in brightest], "tolerance": float(np.ptp(image)) / 3}


SEGMENTER = Segmenter(region_growing, "what is like a seed and hangs together", trial=_trial)
