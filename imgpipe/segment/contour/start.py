"""Gray values on one scale, laid out for the loops; and the level set that descents begin with."""

from math import prod
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import usable_mask
from imgpipe.segment.contour.descent import Scene
from imgpipe.segment.contour.loops import BLOCK, FARTHEST, Grid
from imgpipe.segment.method.given import Given
from imgpipe.segment.otsu.thresholds import best_threshold

# levels that are looked at for the threshold
_LEVELS = 256
# standard deviation of gray values, in units of the level set
_SPREAD = np.float32(10)
# height of the level set of a mask
_HEIGHT = np.float32(3)
_SIGNS = "a mask is nonzero inside and 0 outside, a level set positive and negative"


def normalised(given: Given) -> np.ndarray | None:
    """Gray values from 0 to 1 inside, in float32; None where there are no two of them."""
    values = given.values
    looked_at = values if given.inside is None else values[given.inside]
    if looked_at.size == 0:
        return None
    # halves, since the range of finite numbers may be infinite
    low, high = float(looked_at.min()) / 2, float(looked_at.max()) / 2
    if low == high:
        return None
    gray = (values.astype(np.float64) / 2 - low) / (high - low)
    return gray.clip(0, 1).astype(np.float32)


class Layout(NamedTuple):
    """How an image lies in a flat array, with a border and room for whole blocks.

    Parameters
    ----------
    shape : tuple of int
        Of the image.
    """

    shape: tuple[int, ...]

    @property
    def padded(self) -> tuple[int, ...]:
        """Shape with the border."""
        return tuple(n + 2 for n in self.shape)

    @property
    def strides(self) -> tuple[int, ...]:
        """Distance of neighbours along each axis."""
        return tuple(prod(self.padded[axis + 1 :]) for axis in range(len(self.shape)))

    @property
    def blocks(self) -> int:
        """Blocks of pixels, without the border before and after all of them."""
        return -(-(prod(self.padded) - 2 * self.strides[0]) // BLOCK)

    def flat(self, values: np.ndarray) -> np.ndarray:
        """Lay values out, 0 in the border."""
        flat = np.zeros(self.blocks * BLOCK + 2 * self.strides[0], np.float32)
        self.inner(flat)[...] = values
        return flat

    def inner(self, flat: np.ndarray) -> np.ndarray:
        """View of the image."""
        padded = flat[: prod(self.padded)].reshape(self.padded)
        return padded[(slice(1, -1),) * len(self.shape)]


def scene_of(given: Given, gray: np.ndarray, layout: Layout) -> Scene:
    """Lay an image out; the finest side of its pixels is the unit of length."""
    spacing = np.array(given.spacing or [1.0] * gray.ndim)
    sides = spacing / spacing.min()
    grid = Grid(np.array(layout.strides), (0.5 / sides**2).astype(np.float32))
    inside = np.ones(gray.shape) if given.inside is None else given.inside
    image, weight = layout.flat(gray), layout.flat(inside)
    return Scene(image, weight, grid, layout.blocks, float(sides.prod()))


def given_start(init: Any, given: Given) -> np.ndarray | None:
    """Level set of a mask, or as it is given."""
    if init is None:
        return None
    shape = given.values.shape
    init = usable_mask(init, "init", shape)
    level_set = _near(init) if init.min() < 0 else np.where(init, _HEIGHT, -_HEIGHT)
    looked_at = level_set if given.inside is None else level_set[given.inside]
    if looked_at.size and not (looked_at > 0).any():
        raise InputError(f"init has nothing inside; {_SIGNS}")
    if looked_at.size and not (looked_at < 0).any():
        raise InputError(f"init has nothing outside; {_SIGNS}")
    return level_set


def _near(level_set: np.ndarray) -> np.ndarray:
    wide = level_set.astype(np.float64)  # half precision knows no number so large
    return wide.clip(-float(FARTHEST), float(FARTHEST)).astype(np.float32)


def bright_start(given: Given, gray: np.ndarray) -> np.ndarray:
    """Rise above Otsu's threshold, which is the contour where its length does not count."""
    looked_at = gray.reshape(-1) if given.inside is None else gray[given.inside]
    levels = np.minimum((looked_at * _LEVELS).astype(np.int64), _LEVELS - 1)
    last = int(best_threshold(np.bincount(levels, minlength=_LEVELS), 0))
    threshold = np.float32((last + 1) / _LEVELS)
    scale = _SPREAD / np.float32(looked_at.std(dtype=np.float64))
    return (gray - threshold) * scale
