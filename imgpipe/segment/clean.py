"""Clean-up of a mask: what is thin, torn, hollow or small."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import usable_mask
from imgpipe.kernels import dilation, erosion
from imgpipe.segment.parts.connected import parts_of, reached


def clean(
    mask: Any,
    *,
    opening: int = 0,
    closing: int = 0,
    fill_holes: bool = False,
    largest: bool = False,
    min_size: int = 0,
) -> np.ndarray:
    """Clean a mask up, in the order of the settings.

    Parameters
    ----------
    mask : array_like of bool or numbers, shape (y, x) or (z, y, x)
        Nonzero is inside.
    opening : int
        Radius of a disc or ball in pixels: what it does not fit into goes, such as thin bridges.
    closing : int
        Radius of a disc or ball in pixels: gaps that it does not fit into are filled.
    fill_holes : bool
        Whether background is filled from which no way over the sides of pixels leads to the
        border.
    largest : bool
        Whether only the largest part stays; of equals, the one whose first pixel comes first.
    min_size : int
        Parts of fewer pixels go.

    Returns
    -------
    ndarray of bool
        An empty mask stays empty.

    Raises
    ------
    InputError
        For what is no mask, and for settings out of range.

    Notes
    -----
    Pixels that touch in a corner are of one part. In opening, a disc has its centre in the image
    and may reach beyond the border; in closing, there is background beyond the border.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import clean
    >>> mask = np.array([[1, 1, 1, 0, 1], [1, 0, 1, 0, 0], [1, 1, 1, 0, 0]])
    >>> clean(mask, fill_holes=True, largest=True).astype(int)
    array([[1, 1, 1, 0, 0],
           [1, 1, 1, 0, 0],
           [1, 1, 1, 0, 0]])
    """
    found = _taken(mask)
    for name, each in (("opening", opening), ("closing", closing), ("min_size", min_size)):
        if not isinstance(each, int | np.integer) or isinstance(each, bool) or each < 0:
            raise InputError(f"{name}={each!r} must be a whole number of pixels, 0 or more")
    if opening:
        found = _dilated(_eroded(found, opening), opening)
    if closing:
        found = _closed(found, closing)
    if fill_holes:
        found = _filled(found)
    if largest or min_size > 1:
        found = _without_small(found, largest, min_size)
    return found


def _taken(mask: Any) -> np.ndarray:
    given = np.asarray(mask)
    given = usable_mask(given, "the mask", given.shape)
    if given.ndim not in (2, 3) or given.size == 0:
        raise InputError(
            f"a mask of shape {given.shape} is neither (y, x) nor (z, y, x) with pixels"
        )
    return given != 0


def _ball(radius: int, ndim: int) -> np.ndarray:
    distance = np.indices((2 * radius + 1,) * ndim) - radius
    found: np.ndarray = (distance * distance).sum(axis=0) <= radius * radius
    return found


def _eroded(mask: np.ndarray, radius: int) -> np.ndarray:
    return erosion(mask, footprint=_ball(radius, mask.ndim), mode="constant", cval=True)


def _dilated(mask: np.ndarray, radius: int) -> np.ndarray:
    return dilation(mask, footprint=_ball(radius, mask.ndim), mode="constant", cval=False)


def _closed(mask: np.ndarray, radius: int) -> np.ndarray:
    room = np.pad(mask, radius)
    closed = _eroded(_dilated(room, radius), radius)
    return np.ascontiguousarray(closed[(slice(radius, -radius),) * mask.ndim])


def _filled(mask: np.ndarray) -> np.ndarray:
    """Fill what cannot be reached from a corner of a border of background."""
    background = np.pad(~mask, 1, constant_values=True)
    outside = reached(background, np.zeros((1, mask.ndim), np.int64), corners=False)
    return ~outside[(slice(1, -1),) * mask.ndim]


def _without_small(mask: np.ndarray, largest: bool, min_size: int) -> np.ndarray:
    parts = parts_of(mask)
    keep = parts.sizes >= min_size
    if largest and keep.any():
        keep = np.arange(keep.size) == np.argmax(parts.sizes)
    found: np.ndarray = np.append(False, keep)[parts.labels]
    return found
