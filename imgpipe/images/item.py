"""One of many images: in memory, in its file, or the error that asking for it raises."""

import os
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image
from imgpipe.images.image_file import ImageFile

Item = Image | ImageFile | InputError


def has_mask(item: Item) -> bool:
    """Whether there is a mask; reads nothing."""
    if isinstance(item, Image):
        return item.mask is not None
    return isinstance(item, ImageFile) and bool(item.masks)


def with_mask(item: Item, mask: Any) -> Item:
    """Give a mask in memory or in a file to one image."""
    if isinstance(item, InputError):
        return item
    in_file = isinstance(mask, str | os.PathLike)
    if isinstance(item, ImageFile):
        if mask is None or in_file:
            return replace(item, masks=() if mask is None else (os.fspath(mask),))
        item = item.read()
    if in_file:
        return ImageFile(item.id or "the image", (os.fspath(mask),)).masking(item)
    if mask is not None and np.shape(mask) != item.spatial_shape:
        raise InputError(
            f"a mask of shape {np.shape(mask)}, but its image has {item.spatial_shape}",
            code="MASK-SHAPE",
        )
    return replace(item, mask=None if mask is None else np.asarray(mask))


def paths_of(item: Item) -> list[str]:
    """Names of the files that an image and its mask are read from; reads none of them."""
    if not isinstance(item, ImageFile):
        return []
    within = os.listdir(item.path) if os.path.isdir(item.path) else []
    return [item.path, *item.masks, *within]
