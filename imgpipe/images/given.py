"""What callers give as images, as `Images` store it."""

import os
from typing import Any

import numpy as np

from imgpipe._common import InputError, by_position
from imgpipe.images.image import Image, check_unmasked, spatial
from imgpipe.images.image_file import ImageFile
from imgpipe.images.item import Item
from imgpipe.images.storage import Items, Stack, gathered

_Spacing = tuple[float, ...] | None


def stored(
    images: Any, spacing: _Spacing, channel_axis: int | None
) -> tuple[Stack | Items, tuple[str, ...] | None]:
    """Store what was given; ids where it has any."""
    check_unmasked(images, "images")
    images = by_position(images, "images")
    paths = isinstance(images, np.ndarray) and images.ndim == 1 and images.dtype.kind == "U"
    if isinstance(images, np.ndarray) and images.dtype != object and not paths:
        if images.ndim < 3:
            raise InputError(f"images has shape {images.shape}; a stack is (n, y, x)")
        axes = len(spatial(images.shape[1:], channel_axis))
        if spacing is not None and len(spacing) != axes:
            raise InputError(f"spacing has {len(spacing)} values for images of {axes} axes")
        return Stack(images, None, spacing, channel_axis), None
    if isinstance(images, str | bytes | os.PathLike) or not hasattr(images, "__len__"):
        raise InputError(
            f"images is of type {type(images).__name__}; give a stack, or a sequence of images"
        )
    items = tuple(_item(images[i], spacing, channel_axis) for i in range(len(images)))
    names = [getattr(item, "id", None) or getattr(item, "path", None) for item in items]
    known = tuple(n or str(i) for i, n in enumerate(names)) if any(names) else None
    return gathered(items), known


def aligned(values: Any, n: int, what: str) -> Any:
    """Values of which there is one for each image."""
    values = by_position(values, what)
    if len(values) != n:
        raise InputError(f"{n} images but {len(values)} {what}")
    return values


def _item(item: Any, spacing: _Spacing, channel_axis: int | None) -> Item:
    if isinstance(item, InputError):
        return item
    item = getattr(item, "image", item)  # of a series
    if isinstance(item, str | os.PathLike):
        item = ImageFile(os.fspath(item))
    elif not isinstance(item, ImageFile | Image):
        item = Image(item)
    if isinstance(item, Image):
        check_unmasked(item.pixels, "images")
    return item.described(spacing, channel_axis)
