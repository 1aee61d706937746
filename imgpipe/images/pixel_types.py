"""One pixel type for images that were stored in several; values stay what they are."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.images.image import Image
from imgpipe.images.image_file import ImageFile
from imgpipe.images.images import Images
from imgpipe.images.storage import Items


def common_type(dtypes: Iterable[Any]) -> np.dtype | None:
    """Find the type that holds the values of all; None where their scales differ.

    Of 16 bits and more, scanners choose signed or unsigned, and headers with a slope make floats:
    the values mean the same. 8 bits have a scale of their own, from black to white.
    """
    several = {np.dtype(dtype) for dtype in dtypes}
    if len(several) > 1 and any(dtype.itemsize == 1 for dtype in several):
        return None
    return np.result_type(*several)


def kept_in(pixels: np.ndarray, dtype: Any) -> np.ndarray | None:
    """Give pixels another type; None where that would change a value, or the scale."""
    if common_type((pixels.dtype, dtype)) is None:
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        taken = pixels.astype(dtype)
        return taken if np.array_equal(taken, pixels, equal_nan=True) else None


def of_one_type(images: Images, dtype: Any) -> Images:
    """Give images in one pixel type, those in files when they are read."""
    if images.is_stack:
        return images.with_pixels(images.pixels.astype(dtype))
    store = Items.of(images._store)
    items = [_taken(item, str(np.dtype(dtype))) for item in store.items]
    return Images.of_store(replace(store, items=tuple(items)), images.ids, images.warnings)


def _taken(item: Any, dtype: str) -> Any:
    if isinstance(item, ImageFile):
        return replace(item, dtype=dtype)
    return replace(item, pixels=item.pixels.astype(dtype)) if isinstance(item, Image) else item
