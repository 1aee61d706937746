"""Transparent pixels, laid over black."""

import numpy as np


def blend(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The image laid over black, unchanged where it is opaque."""
    full = np.iinfo(alpha.dtype).max
    if (alpha == full).all():
        return colour
    share = alpha.astype(np.float64) / full
    if colour.ndim == 3:
        share = share[..., None]
    return np.asarray(np.rint(colour * share).astype(colour.dtype))
