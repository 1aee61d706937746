"""Images as a pixel classifier takes them: in one piece, or as more than memory holds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image, lengths, real_image, spatial

Place = tuple[slice, ...]
LARGEST_VALUE = 1e12
"""Products of gray values stay finite in float32."""
_BLOCKS = {2: 1024, 3: 128}


@dataclass(frozen=True, eq=False)
class Pixels:
    """Pixels of one image, of which a part at a time is read.

    `source` is an array, or what gives one for slices (a zarr array, for instance).
    """

    source: Any
    shape: tuple[int, ...]
    channel_axis: int | None
    spacing: tuple[float, ...] | None
    mask: np.ndarray | None

    @property
    def channels(self) -> int:
        """How many there are; one for gray."""
        return 1 if self.channel_axis is None else int(self.source.shape[self.channel_axis])

    def read(self, place: Place) -> np.ndarray:
        """Give what lies at `place`, float32 (channels, ...); refuse what is not finite."""
        axis = self.channel_axis
        if axis is None:
            values = np.asarray(self.source[place])[None]
        else:
            k = axis % (len(self.shape) + 1)
            values = np.asarray(self.source[(*place[:k], slice(None), *place[k:])])
            values = np.moveaxis(values, k, 0)
        if values.dtype.kind == "f":
            good = np.isfinite(values)
            if not good.all():
                raise InputError(
                    f"image: {np.count_nonzero(~good):,} of the {values.size:,} pixels "
                    f"{_where(place, self.shape)}are NaN or infinite; give finite values"
                )
        if values.dtype.itemsize > 4 and np.abs(values).max(initial=0) > LARGEST_VALUE:
            raise _too_large()
        values = np.ascontiguousarray(values, np.float32)
        if np.abs(values).max(initial=0) > LARGEST_VALUE:
            raise _too_large()
        return values


def _too_large() -> InputError:
    return InputError(
        f"image holds values beyond {LARGEST_VALUE:g}, which filters in float32 cannot square; "
        "divide it"
    )


def _where(place: Place, shape: tuple[int, ...]) -> str:
    ends = [own.indices(n)[:2] for own, n in zip(place, shape, strict=True)]
    if all(end == (0, n) for end, n in zip(ends, shape, strict=True)):
        return ""
    return "in [" + ", ".join(f"{start}:{stop}" for start, stop in ends) + "] "


def taken(image: Any, channel_axis: int | None, spacing: Any) -> Pixels:
    """Take an image; what `channel_axis` and `spacing` say is for arrays that do not say it."""
    if isinstance(image, np.ndarray | Image) or not _by_slices(image):
        given = (
            real_image(image, "classified")
            if channel_axis is None
            else _colour(image, channel_axis)
        )
        mask = None if given.mask is None else given.mask != 0
        axis = given.channel_axis
        found = Pixels(
            given.pixels, given.spatial_shape, axis, given.spacing or lengths(spacing), mask
        )
    else:
        shape = spatial(image.shape, channel_axis)
        found = Pixels(image, shape, channel_axis, lengths(spacing), None)
        if np.dtype(image.dtype).kind not in "buif":
            raise InputError(f"pixels of dtype {image.dtype} cannot be classified; give numbers")
    if len(found.shape) not in (2, 3) or math.prod(found.shape) == 0 or not found.channels:
        raise InputError(
            f"image has shape {tuple(found.source.shape)}; (y, x) or (z, y, x) is needed, with "
            "channel_axis= where there are channels"
        )
    sides = found.spacing
    if sides is not None and not (
        len(sides) == len(found.shape) and all(0 < side < math.inf for side in sides)
    ):
        raise InputError(
            f"spacing={sides!r}; {len(found.shape)} positive lengths in mm are needed, one for "
            "each axis"
        )
    return found


def _by_slices(image: Any) -> bool:
    """Tell whether parts of an image can be read: a zarr array, an HDF5 data set."""
    return all(hasattr(image, name) for name in ("shape", "dtype", "__getitem__"))


def _colour(image: Any, channel_axis: int) -> Image:
    """Take an array with channels; an `Image` says itself where they are."""
    if not isinstance(image, Image):
        image = Image(np.asarray(image), channel_axis=channel_axis)
    return real_image(image, "classified")


def block_sides(block: Any, axes: int) -> tuple[int, ...]:
    """Pixels of a block along each axis."""
    if block is None:
        return (_BLOCKS[axes],) * axes
    sides = (block,) * axes if np.ndim(block) == 0 else tuple(block)
    whole = all(isinstance(side, int | np.integer) and side > 0 for side in sides)
    if len(sides) != axes or not whole or any(isinstance(side, bool) for side in sides):
        raise InputError(
            f"block={block!r}; a positive whole number of pixels, or {axes} of them, are needed"
        )
    return tuple(map(int, sides))


def blocks(shape: Sequence[int], sides: Sequence[int]) -> list[Place]:
    """Cut an image into blocks, row by row."""
    steps = [-(-n // side) for n, side in zip(shape, sides, strict=True)]
    return [
        tuple(
            slice(k * side, min((k + 1) * side, n))
            for k, side, n in zip(index, sides, shape, strict=True)
        )
        for index in np.ndindex(*steps)
    ]


def with_halo(place: Place, shape: Sequence[int], halo: Sequence[int]) -> tuple[Place, Place]:
    """Widen a block as far as the image goes; give with it where the block lies in that."""
    wide = tuple(
        slice(max(own.start - h, 0), min(own.stop + h, n))
        for own, h, n in zip(place, halo, shape, strict=True)
    )
    inner = tuple(
        slice(own.start - out.start, own.stop - out.start)
        for own, out in zip(place, wide, strict=True)
    )
    return wide, inner
