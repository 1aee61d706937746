"""What reading gives, and the limit on what is read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgpipe._common import InputError

MAX_PIXELS = 2**28
"""Pixels (frames included, channels not) that one file may declare: 512 x 512 x 1024."""

DICOM_SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})

SUFFIXES = DICOM_SUFFIXES | {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".npy"}
"""Suffixes, in lower case, of the files that folders are searched for."""


@dataclass(frozen=True, eq=False)
class Image:
    """Pixels and what their axes mean.

    Parameters
    ----------
    pixels : ndarray
        ``(y, x)`` for an image, ``(z, y, x)`` for a volume, with one more axis for colour.
        Any of bool, 8- to 64-bit integers, float32 and float64, in native byte order.
    channel_axis : int or None
        Axis of the colour channels (always -1 from `read`), None for gray.
    spacing : tuple of float or None
        Distance of neighbouring pixels in mm, one for each axis but the channels, None if unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image
    >>> Image(np.zeros((4, 6), np.uint8)).pixels.shape
    (4, 6)
    """

    pixels: np.ndarray
    channel_axis: int | None = None
    spacing: tuple[float, ...] | None = None


def check_budget(what: str, shape: Sequence[int]) -> None:
    """Refuse declared dimensions that are empty or beyond the budget, before any allocation."""
    dimensions = " x ".join(str(n) for n in shape)
    if any(n < 1 for n in shape):
        raise InputError(f"{what}: declares an image of {dimensions} pixels")
    if math.prod(shape) > MAX_PIXELS:
        raise InputError(
            f"{what}: declares {dimensions} pixels, more than the {MAX_PIXELS} that are read"
        )


def settle(what: str, pixels: np.ndarray) -> np.ndarray:
    """Native, contiguous pixels of a dtype that the rest of the package works on."""
    if pixels.dtype == np.float16:
        pixels = pixels.astype(np.float32)
    if pixels.dtype.kind not in "buif" or pixels.dtype.itemsize > 8:
        raise InputError(
            f"{what}: pixels of dtype {pixels.dtype}; bool, integers and floats are read"
        )
    return np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("="))
