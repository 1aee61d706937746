"""The region of interest of an image: its mask, the box around it, or the whole image."""

from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.fit import first_kept, fitted, framed, scaled_sides, sides_of
from imgpipe.images.image import Image
from imgpipe.images.place import Place
from imgpipe.images.resize import resize

REGIONS = ("mask", "box", "image")
"""What features look at: inside the mask, inside its bounding box, or the whole image."""


def check_region(region: str) -> str:
    """Refuse what is no region."""
    if region not in REGIONS:
        raise InputError(f"region={region!r}; choose from {', '.join(REGIONS)}")
    return region


def bounding_box(mask: np.ndarray) -> tuple[slice, ...] | None:
    """Smallest box that holds all nonzero pixels; None for a mask without one."""
    box = []
    for axis in range(mask.ndim):
        others = tuple(a for a in range(mask.ndim) if a != axis)
        hit = np.flatnonzero(mask.any(axis=others))
        if not len(hit):
            return None
        box.append(slice(int(hit[0]), int(hit[-1]) + 1))
    return tuple(box)


def box_mask(mask: np.ndarray, label: float | None = None) -> np.ndarray:
    """Fill the box around a mask, or that of one label with the label; empty stays empty."""
    filled = np.zeros(mask.shape, bool if label is None else mask.dtype)
    box = bounding_box(mask if label is None else mask == label)
    if box is not None:
        filled[box] = True if label is None else label
    return filled


def resize_mask(mask: np.ndarray, size: Any) -> np.ndarray:
    """Take the nearest pixel of a label image, so that no new labels appear; bool is a vote."""
    if mask.dtype == bool:
        return resize(mask, size)
    sizes = tuple(size) if isinstance(size, tuple | list) else (size, size)
    for axis, n in zip(range(-len(sizes), 0), sizes, strict=True):
        nearest = ((np.arange(n) + 0.5) * mask.shape[axis] / n).astype(np.intp)
        mask = np.take(mask, nearest, axis=axis)
    return mask


def fitted_mask(mask: np.ndarray, size: Any, fit: str) -> np.ndarray:
    """Scale masks as their images are; a border is outside."""
    if fit == "stretch":
        return resize_mask(mask, size)
    pair = sides_of(size)
    scaled = resize_mask(mask, scaled_sides(mask.shape[-2:], pair, fit))
    return np.asarray(framed(scaled, pair, (mask.ndim - 2, mask.ndim - 1), 0))


def resized(image: Image, size: Any, fit: str = "stretch") -> Image:
    """Image, mask and spacing in another size; only y and x of a volume by one or two numbers."""
    pixels = fitted(image.pixels, size, image.channel_axis, fit)
    mask = None if image.mask is None else fitted_mask(image.mask, size, fit)
    grid = resized_grid(image.spatial_shape, image.spacing, image.place, size, fit)
    return replace(image, pixels=pixels, mask=mask, spacing=grid[0], place=grid[1])


def resized_grid(
    old: tuple[int, ...],
    spacing: tuple[float, ...] | None,
    place: Place | None,
    size: Any,
    fit: str = "stretch",
) -> tuple[tuple[float, ...] | None, Place | None]:
    """Spacing and place of an image in another size."""
    if spacing is None:
        return None, place
    sides = tuple(size) if isinstance(size, tuple | list) else (size, size)
    new = (*old[: len(old) - len(sides)], *sides)
    scaled = new
    if fit != "stretch":
        scaled = (*old[:-2], *scaled_sides(old[-2:], sides_of(size), fit))
    ratios = [a / b for a, b in zip(old, scaled, strict=True)]
    if place is not None:  # the first pixel begins where it began, and has another centre
        cut = [first_kept(a, b) for a, b in zip(scaled, new, strict=True)]
        first = place.at((np.array(cut) + 0.5) * ratios - 0.5, spacing)
        place = replace(place, origin=first)
    return tuple(s * r for s, r in zip(spacing, ratios, strict=True)), place


def cropped(image: Image) -> np.ndarray:
    """Pixels around the mask, in the image's own shape: what a network sees.

    The bounding box grows to the aspect ratio of the image, as far as the image reaches, and is
    scaled to the image's size.
    """
    window = _window(image)
    if window is None:
        return image.pixels
    place: list[Any] = [slice(None)] * image.pixels.ndim
    axes = [a for a in range(image.pixels.ndim) if a != _channels(image)]
    place[axes[-2]], place[axes[-1]] = window
    return resize(image.pixels[tuple(place)], image.spatial_shape[-2:], image.channel_axis)


def uncropped(values: np.ndarray, image: Image) -> np.ndarray:
    """Put a map of what `cropped` shows back into its place in the image; 0 elsewhere."""
    window = _window(image)
    if window is None:
        return values
    whole = np.zeros(values.shape)
    whole[window] = resize(values, whole[window].shape)
    return whole


def _window(image: Image) -> tuple[slice, slice] | None:
    """Rows and columns that a network sees; None for the whole image."""
    box = None if image.mask is None else bounding_box(image.mask)
    if box is None:
        return None
    h, w = image.spatial_shape[-2:]
    rows, columns = box[-2:]
    scale = max((rows.stop - rows.start) / h, (columns.stop - columns.start) / w)
    return _grown(rows, scale * h, h), _grown(columns, scale * w, w)


def _channels(image: Image) -> int | None:
    return None if image.channel_axis is None else image.channel_axis % image.pixels.ndim


def _grown(part: slice, wanted: float, length: int) -> slice:
    """Make a range as long as wanted, about the same centre and within the image."""
    n = min(length, max(part.stop - part.start, round(wanted)))
    start = round((part.start + part.stop - n) / 2)
    start = min(max(start, 0), length - n)
    return slice(start, start + n)
