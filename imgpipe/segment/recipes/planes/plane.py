"""Slices of an image: how large their pixels are, and what is done in each of them."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels import dilation, erosion
from imgpipe.segment.clean import clean
from imgpipe.segment.method.given import Given
from imgpipe.segment.parts.connected import parts_of

_FARTHEST = 1024  # pixels: a disc of more is a mistake in a unit


class Plane(NamedTuple):
    """Pixels of the slices of an image.

    Parameters
    ----------
    pixel : tuple of float
        Rows and columns are so far apart, mm.
    voxel : float
        What a pixel or voxel covers: mm2 in an image, mm3 in a volume.
    ndim : int
        Axes of the image.
    """

    pixel: tuple[float, float]
    voxel: float
    ndim: int

    def disc(self, radius: float) -> np.ndarray:
        """Footprint in each slice, of pixels whose centres lie within `radius` mm."""
        return _disc(self.pixel, self.ndim, radius)

    def dilated(self, mask: np.ndarray, radius: float) -> np.ndarray:
        """What lies within `radius` mm, in each slice."""
        return dilation(mask, footprint=self.disc(radius), mode="constant", cval=False)

    def eroded(self, mask: np.ndarray, radius: float) -> np.ndarray:
        """What lies deeper than `radius` mm, in each slice; the border of the image is no edge."""
        return erosion(mask, footprint=self.disc(radius), mode="constant", cval=True)

    def opened(self, mask: np.ndarray, radius: float) -> np.ndarray:
        """Take away what is thinner than twice `radius` mm."""
        return self.dilated(self.eroded(mask, radius), radius)

    def closed(self, mask: np.ndarray, radius: float) -> np.ndarray:
        """Fill gaps that are narrower than twice `radius` mm."""
        return self.eroded(self.dilated(mask, radius), radius)


@lru_cache(16)  # the recipes of dark parts take the same few discs hundreds of times
def _disc(pixel: tuple[float, float], ndim: int, radius: float) -> np.ndarray:
    reach = [int(min(radius / step, 1e9) + 1e-9) for step in pixel]
    if max(reach) > _FARTHEST:
        raise InputError(
            f"a disc of radius {radius:g} reaches over {max(reach):,} pixels that are "
            f"{pixel} apart, and {_FARTHEST:,} is the most; are spacing and sizes in mm?"
        )
    y, x = np.ogrid[-reach[0] : reach[0] + 1, -reach[1] : reach[1] + 1]
    found = (y * pixel[0]) ** 2 + (x * pixel[1]) ** 2 <= (radius + 1e-6) ** 2
    found.setflags(write=False)
    return found.reshape((1,) * (ndim - 2) + found.shape)


def plane_of(given: Given, side: float) -> Plane:
    """Take pixels of the known size, or such that the longer side of a slice has `side` mm."""
    shape = given.values.shape
    if given.spacing is None:
        step = side / max(shape[-2:])
        return Plane((step, step), step ** len(shape), len(shape))
    rows, columns = given.spacing[-2:]
    return Plane((rows, columns), float(np.prod(given.spacing)), len(shape))


def shares_of(shape: tuple[int, ...], spacing: tuple[float, ...] | None) -> Plane:
    """Take lengths as shares of the longer side of a slice."""
    rows, columns = (1.0, 1.0) if spacing is None else spacing[-2:]
    longest = max(rows * shape[-2], columns * shape[-1])
    pixel = (rows / longest, columns / longest)
    return Plane(pixel, pixel[0] * pixel[1], 2)


def filled(mask: np.ndarray, most: float = np.inf) -> np.ndarray:
    """Fill holes of at most so many pixels, in each slice for itself."""
    if mask.ndim == 3:
        return np.stack([filled(each, most) for each in mask])
    holes = clean(mask, fill_holes=True) & ~mask
    if most < holes.sum():
        holes &= ~clean(holes, min_size=int(most) + 1)
    return mask | holes


def largest_parts(mask: np.ndarray, count: int, smallest: float) -> list[np.ndarray]:
    """Masks of the largest parts, largest first.

    Parameters
    ----------
    mask : ndarray of bool
    count : int
        At most so many.
    smallest : float
        Pixels that a part must have.
    """
    parts = parts_of(mask, corners=False)
    order = np.argsort(-parts.sizes, kind="stable")[:count]
    return [parts.labels == k + 1 for k in order if parts.sizes[k] >= smallest]
