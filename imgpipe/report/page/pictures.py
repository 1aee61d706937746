"""Images inside the page: PNG in a URI, and maps laid over them."""

import numpy as np

from imgpipe.images.picture import data_uri

_FOR, _AGAINST = (255, 140, 20), (40, 120, 255)  # told apart by colour-blind readers too


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
    return data_uri(np.round((1 - share) * base + share * tint).astype(np.uint8))
