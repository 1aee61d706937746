"""What reading gives, and the limit on what is read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.array_like import ArrayLike

MAX_PIXELS = 2**28
"""Pixels (frames included, channels not) that one file may declare: 512 x 512 x 1024."""

DICOM_SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})

SUFFIXES = DICOM_SUFFIXES | {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".npy"}
"""Suffixes, in lower case, of the files that folders are searched for."""


@dataclass(frozen=True, eq=False)
class Image(ArrayLike):
    """Pixels, what their axes mean, and which of them count.

    NumPy takes an image for its pixels: ``np.asarray(image)``, ``image.shape``, ``image + 1``.

    Parameters
    ----------
    pixels : ndarray
        ``(y, x)`` for an image, ``(z, y, x)`` for a volume, with one more axis for colour.
        Any of bool, 8- to 64-bit integers, float32 and float64, in native byte order.
    channel_axis : int or None
        Axis of the colour channels (always -1 from `read`), None for gray.
    spacing : tuple of float or None
        Distance of neighbouring pixels in mm, one for each axis but the channels, None if unknown.
    mask : ndarray of bool or int, optional
        Region of interest, nonzero inside; shaped like the pixels without channels. None for the
        whole image.
    id : str, optional
        What errors and tables call it: the path as given, or its index.
    warnings : tuple of str
        What a reader should know of how it was read.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image
    >>> image = Image(np.zeros((4, 6), np.uint8), spacing=(0.5, 0.5))
    >>> image.shape, image.spacing
    ((4, 6), (0.5, 0.5))
    """

    pixels: np.ndarray
    channel_axis: int | None = None
    spacing: tuple[float, ...] | None = None
    mask: np.ndarray | None = None
    id: str | None = None
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: Any) -> Any:
        return self.pixels[index]

    @property
    def spatial_shape(self) -> tuple[int, ...]:
        """Shape without the channels, that of a mask."""
        return spatial(self.pixels.shape, self.channel_axis)


def spatial(shape: Sequence[int], channel_axis: int | None) -> tuple[int, ...]:
    """Shape of an image without its channels."""
    if channel_axis is None:
        return tuple(shape)
    axis = channel_axis % len(shape)
    return (*shape[:axis], *shape[axis + 1 :])


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
