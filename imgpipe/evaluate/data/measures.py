"""A few numbers of each image that say nothing of its content: gray levels, border, corners.

A class that one of them tells from another may be told by how an image was taken, stored or
marked. They are computed on the mean over channels, of a volume on its middle slice.
"""

from typing import Any

import numpy as np

from imgpipe._common.texts import say
from imgpipe.images import Image, Images, as_images

CORNERS = (say("top left"), say("top right"), say("bottom left"), say("bottom right"))
MEASURES = (
    say("mean gray"),
    say("contrast"),
    say("lowest gray"),
    say("highest gray"),
    say("mean of the border"),
    say("contrast of the border"),
    *(say("mean of the {corner} corner", corner=corner) for corner in CORNERS),
    *(say("contrast of the {corner} corner", corner=corner) for corner in CORNERS),
    say("pixels not finite"),
    say("pixels at the highest value"),
)
"""Columns of `measure`."""
_EDGE = 32  # the border is as wide as the shorter side by this, the corners are four times as wide
_BLOCK = 2_000_000  # pixels measured at a time, in float64


def measure(images: Any, channel_axis: int | None = None) -> np.ndarray:
    """Give the numbers called `MEASURES` of each image, float64 (n, 16).

    Examples
    --------
    >>> import numpy as np
    >>> numbers = measure(np.full((1, 8, 8), 7, np.uint8))
    >>> dict(zip(MEASURES, numbers[0].tolist()))["mean gray"]
    7.0
    """
    carried: Images = as_images(images, channel_axis)
    if carried.is_stack and len(carried):
        return _of_stack(carried.pixels, carried.channel_axis)
    rows = [_of_image(image) for image in carried]
    return np.concatenate(rows) if rows else np.empty((0, len(MEASURES)))


def edge_pixels(images: Images, most: int = 256) -> np.ndarray | None:
    """Gray levels along the outermost line of pixels, (n, up to `most`); None but for a stack."""
    if not (images.is_stack and len(images)):
        return None
    gray = _gray(images.pixels, images.channel_axis)
    if min(gray.shape[1:]) < 3:
        return None
    line = np.concatenate([gray[:, 0], gray[:, -1], gray[:, 1:-1, 0], gray[:, 1:-1, -1]], axis=1)
    return line[:, :: -(-line.shape[1] // most)]


def _of_image(image: Image) -> np.ndarray:
    return _of_stack(np.asarray(image.pixels)[None], image.channel_axis)


def _of_stack(pixels: np.ndarray, channel_axis: int | None) -> np.ndarray:
    rows = max(1, _BLOCK // max(1, int(np.prod(pixels.shape[1:]))))
    parts = [
        _of_block(_gray(pixels[at : at + rows], channel_axis), pixels.dtype)
        for at in range(0, len(pixels), rows)
    ]
    return np.concatenate(parts)


def _gray(pixels: np.ndarray, channel_axis: int | None) -> np.ndarray:
    """Planes (n, rows, columns): the mean over channels, of volumes the middle slice."""
    if channel_axis is not None:
        axis = channel_axis if channel_axis < 0 else channel_axis + 1
        pixels = pixels.mean(axis=axis, dtype=np.float64)
    while pixels.ndim > 3:
        pixels = pixels[:, pixels.shape[1] // 2]
    return pixels


def _of_block(gray: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    n, height, width = gray.shape
    finite = np.isfinite(gray)
    # half of the largest float: sums of squares of what is larger overflow
    values = np.clip(np.where(finite, gray, 0).astype(np.float64), -1e150, 1e150)
    side = min(height, width)
    edge, corner = max(1, side // _EDGE), max(1, min(side, max(3, 4 * side // _EDGE)))
    frame = np.ones((height, width), bool)
    frame[edge : height - edge, edge : width - edge] = False
    flat, border = values.reshape(n, -1), values[:, frame]
    down, right = slice(height - corner, height), slice(width - corner, width)
    top, left = slice(0, corner), slice(0, corner)
    corners = [values[:, a, b].reshape(n, -1) for a in (top, down) for b in (left, right)]
    highest = np.iinfo(dtype).max if dtype.kind in "iu" else np.inf
    columns = [
        flat.mean(axis=1),
        flat.std(axis=1),
        flat.min(axis=1),
        flat.max(axis=1),
        border.mean(axis=1),
        border.std(axis=1),
        *(part.mean(axis=1) for part in corners),
        *(part.std(axis=1) for part in corners),
        1 - finite.reshape(n, -1).mean(axis=1),
        (flat == highest).mean(axis=1),
    ]
    return np.column_stack(columns)
