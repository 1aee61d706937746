"""What the search for look-alikes keeps of an image: a small gray picture."""

from collections.abc import Sequence

import cv2
import numpy as np

MOST = 64  # pixels of a side; smaller images keep theirs
_LEAST = 24
_CLIPPED = (0.1, 99.9)  # percentiles: one hot pixel is not what an image looks like
_FLAT = 1e-6  # spread, as a share of the level, below which an image shows nothing


def thumbnail(gray: np.ndarray) -> np.ndarray:
    """Reduce an image, or the middle slice of a volume, to float16 of mean 0 and deviation 1.

    No side is longer than 64 pixels. A constant image is all zeros; what is not finite counts as
    the median.
    """
    while gray.ndim > 2:
        gray = gray[len(gray) // 2]
    if not gray.size:
        return np.zeros(gray.shape, np.float16)
    values = gray.astype(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        values = np.where(finite, values, np.median(values[finite]) if finite.any() else 0.0)
    largest = np.abs(values).max(initial=0.0)
    if largest > 0:
        values = values / largest
    if max(values.shape) > MOST:
        size = tuple(min(side, MOST) for side in values.shape)
        values = _resized(values.astype(np.float32), size)
    low, high = np.percentile(values, _CLIPPED)
    values = np.clip(values, low, high)
    spread = values.std()
    if not spread > _FLAT * np.abs(values).max(initial=0.0):
        return np.zeros(values.shape, np.float16)
    return ((values - values.mean()) / spread).clip(-1e4, 1e4).astype(np.float16)


def squares(thumbnails: Sequence[np.ndarray]) -> np.ndarray:
    """Bring all to one square, of the longest side of any: float32, (n, side, side)."""
    side = max(_LEAST, *(max(small.shape) for small in thumbnails))
    out = np.empty((len(thumbnails), side, side), np.float32)
    for place, small in zip(out, thumbnails, strict=True):
        place[:] = _resized(small.astype(np.float32), (side, side))
    return out


def reduced(stack: np.ndarray, side: int) -> np.ndarray:
    """Reduce square images to a smaller side."""
    if stack.shape[1] == side:
        return stack
    return np.stack([_resized(image, (side, side)) for image in stack])


def _resized(image: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Average along a side that shrinks, interpolate along one that grows."""
    if image.shape == size:
        return image
    h, w = size
    smaller = (min(h, image.shape[0]), min(w, image.shape[1]))
    image = cv2.resize(image, smaller[::-1], interpolation=cv2.INTER_AREA)
    return cv2.resize(image, (w, h), interpolation=cv2.INTER_LINEAR)
