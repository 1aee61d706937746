"""Pictures of images with the outline of what was found; of a volume some slices side by side."""

from dataclasses import replace

import numpy as np

from imgpipe.images import Image, window
from imgpipe.images.picture import outlined, stretched

_LONGEST = 1024  # pixels of a picture, and of a slice in one of several
_SLICES = 9
_TILE = 320
_CENTER, _WIDTH = -300.0, 1500.0  # of CT: lungs and soft tissue in one picture


def overlay(image: Image, mask: np.ndarray) -> np.ndarray:
    """Draw outlines of a mask, or of labels, over an image, uint8 (h, w, 3).

    It is seen through the first window that its file recommends; values in Hounsfield units without
    one through a wide window, others from their 1st to their 99th percentile. A volume shows up to
    nine slices, evenly over those with something inside.
    """
    shown = windowed(image)
    if mask.ndim == 2:
        return _coloured(_drawn(shown, mask, _LONGEST))
    inside = np.flatnonzero(mask.reshape(len(mask), -1).any(axis=1))
    first, last = (inside[0], inside[-1]) if len(inside) else (0, len(mask) - 1)
    places = np.unique(np.linspace(first, last, _SLICES).round().astype(int))
    axis = None if image.channel_axis is None else -1
    tiles = [
        _coloured(_drawn(Image(shown.pixels[z], axis), mask[z], _TILE)) for z in places.tolist()
    ]
    columns = int(np.ceil(np.sqrt(len(tiles))))
    blank = [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [*tiles, *blank]
    return np.concatenate(
        [np.concatenate(rows[at : at + columns], axis=1) for at in range(0, len(rows), columns)]
    )


def windowed(image: Image) -> Image:
    """Give an image of 8 bits as a person looks at it."""
    if image.pixels.dtype == np.uint8:
        return replace(image, mask=None, spacing=None, place=None)
    if image.windows:
        values = np.asarray(window(image, "file"))
    elif image.unit == "HU":
        values = np.asarray(window(image.pixels, center=_CENTER, width=_WIDTH))
    else:
        values = stretched(image.pixels) / 255.0
    return Image(np.rint(255 * values).astype(np.uint8), image.channel_axis)


def _drawn(image: Image, mask: np.ndarray, longest: int) -> np.ndarray:
    """Draw edges between labels, too: each object is outlined."""
    labels = np.asarray(mask)
    inside = labels != 0
    if labels.dtype != bool:
        for axis in (0, 1):  # a line of pixels between objects that touch
            rows, edge = np.moveaxis(labels, axis, 0), np.moveaxis(inside, axis, 0)
            edge[1:] &= (rows[1:] == rows[:-1]) | (rows[:-1] == 0)
    return outlined(Image(image.pixels, image.channel_axis, mask=inside), longest)


def _coloured(picture: np.ndarray) -> np.ndarray:
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
