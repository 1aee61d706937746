"""Images inside the page, light enough for many, and maps laid over them."""

import base64
import io

import numpy as np

from imgpipe.images.picture import data_uri

_EXACT = 48  # pixels of the longer side
_QUALITY = 80
_FOR, _AGAINST = (255, 140, 20), (40, 120, 255)  # told apart by colour-blind readers too


def light_uri(pixels: np.ndarray) -> str:
    """Put an 8-bit gray or RGB image into a URI: a PNG, or a JPEG where that is smaller.

    Pictures of few pixels, which a page shows enlarged, stay exact.
    """
    from PIL import Image

    exact = data_uri(pixels)
    if max(pixels.shape[:2]) <= _EXACT:
        return exact
    store = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    # all colours at full resolution: outlines are one pixel wide
    picture.save(store, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    close = "data:image/jpeg;base64," + base64.b64encode(store.getvalue()).decode("ascii")
    return min(exact, close, key=len)


def overlay(pixels: np.ndarray, relevance: np.ndarray) -> str:
    """Lay a map over a dimmed gray picture: orange where it speaks for the class, blue against."""
    from PIL import Image

    h, w = pixels.shape[:2]
    coarse = Image.fromarray(relevance.astype(np.float32))
    weight = np.asarray(coarse.resize((w, h), Image.Resampling.BILINEAR))[..., None]
    gray = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    base = np.repeat(0.75 * gray[..., None].astype(float), 3, axis=2)
    tint = np.where(weight > 0, _FOR, _AGAINST)
    share = 0.7 * np.abs(weight).clip(0, 1)
    return light_uri(np.round((1 - share) * base + share * tint).astype(np.uint8))
