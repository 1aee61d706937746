"""Pictures for the screen: values through a range, as JPEG or PNG."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from imgpipe.images import Image
from imgpipe.lab.app.messages import Picture

_QUALITY = 90
_LONGEST = 2048  # pixels; larger images are shown smaller
_EXACT = 128  # pixels; smaller images are shown without JPEG's blur
_FLAT = 0.02  # of the range: less is not to be seen

Range = tuple[float, float]


@dataclass(frozen=True)
class Shown:
    """A picture, and the values that are black and white in it."""

    picture: Picture
    range: Range
    own: bool


def range_of(image: Image) -> Range:
    """Choose the values that are black and white: the file's own window, or most of the values."""
    if image.pixels.dtype == np.uint8:
        return 0.0, 255.0
    if image.pixels.dtype == bool:
        return 0.0, 1.0
    ends = image.windows[0].ends if image.windows else None
    return ends or bulk_of(image.pixels)


def bulk_of(pixels: np.ndarray, signed: bool = False) -> Range:
    """Give a range that holds most values; one about zero for values of both signs."""
    step = max(1, round((pixels.size / 2**16) ** 0.5))
    some = pixels[::step, ::step].astype(np.float64).ravel()
    some = some[np.isfinite(some)]
    if not some.size:
        return 0.0, 1.0
    low, high = np.percentile(some, [0.5, 99.5])
    if low == high:
        low, high = some.min(), some.max()
    if signed and low < 0 < high:
        low, high = -max(-low, high), max(-low, high)
    if high > low:
        return float(low), float(high)
    half = max(0.5, float(np.spacing(abs(low))))  # of large values, less than what tells two apart
    return float(low) - half, float(low) + half


def shown(image: Image, usual: Range, own: bool, lossless: bool = False) -> Shown:
    """Draw an image through the range of the untouched one, as long as its values are in there.

    Parameters
    ----------
    image : Image
    usual : (float, float)
        Of the untouched image.
    own : bool
        Whether the values mean something else, as differences do.
    lossless : bool
        Draw a PNG in any case, as large as the image.
    """
    bulk = bulk_of(image.pixels, signed=own)
    own = own or not _tells(bulk, usual)
    ends = bulk if own else usual
    return Shown(drawn(image, ends, lossless), ends, own)


def _tells(bulk: Range, usual: Range) -> bool:
    """Tell whether most values lie within a range, and are not all alike in it."""
    (low, high), (black, white) = bulk, usual
    inside = min(high, white) - max(low, black)
    return inside >= max(0.5 * (high - low), _FLAT * (white - black))


def drawn(image: Image, ends: Range, lossless: bool = False) -> Picture:
    """Make the file of a picture."""
    pixels = image.pixels
    if image.channel_axis is not None:
        pixels = np.moveaxis(pixels, image.channel_axis, -1)[..., :3]
    seen = _bytes(pixels, ends)
    if max(seen.shape[:2]) > _LONGEST and not lossless:
        scale = _LONGEST / max(seen.shape[:2])
        height, width = (max(1, round(scale * side)) for side in seen.shape[:2])
        seen = cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA)
    if seen.ndim == 3:
        seen = seen[..., ::-1] if seen.shape[-1] == 3 else seen[..., 0]
    exact = lossless or max(seen.shape[:2]) <= _EXACT
    suffix, options = (".png", []) if exact else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    _, content = cv2.imencode(suffix, np.ascontiguousarray(seen), options)
    kind = "image/png" if exact else "image/jpeg"
    return Picture(kind, content.tobytes(), (seen.shape[0], seen.shape[1]))


def _tells_apart(number: type[np.floating[Any]], low: float, high: float) -> bool:
    """Whether a kind of number has a value for each shade between two ends."""
    return bool(256 * np.spacing(number(max(abs(low), abs(high)))) <= high - low)


def _bytes(pixels: np.ndarray, ends: Range) -> np.ndarray:
    low, high = ends
    if pixels.dtype == np.uint8 and ends == (0.0, 255.0):
        return pixels
    with np.errstate(over="ignore", invalid="ignore"):
        if _tells_apart(np.float32, low, high):
            scaled = (pixels.astype(np.float32) - np.float32(low)) * np.float32(255 / (high - low))
        else:  # in halves, as the difference of two floats may be infinite
            scaled = (pixels.astype(np.float64) / 2 - low / 2) * (255 / (high / 2 - low / 2))
    scaled = np.nan_to_num(scaled, copy=False, nan=0.0, posinf=255.0, neginf=0.0)
    return np.rint(np.clip(scaled, 0, 255, out=scaled), out=scaled).astype(np.uint8)
