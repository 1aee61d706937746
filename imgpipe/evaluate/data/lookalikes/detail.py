"""What is fine in an image, as strong in its dim parts as in its bright ones."""

import cv2
import numpy as np

_FLOOR = 0.3  # of the mean strength: what is weaker is noise, and not raised to the level of others


def detail(stack: np.ndarray, fine: float, coarse: float) -> np.ndarray:
    """Keep what lies between two scales, divided by its local strength.

    Parameters
    ----------
    stack : ndarray, shape (n, side, side)
        Of float32.
    fine, coarse : float
        Standard deviations of the two Gaussians, in pixels.

    Returns
    -------
    ndarray, float32
        Without the division, the edge of a border that was filled with black outweighs the image.
    """
    out = np.empty_like(stack)
    for image, place in zip(stack, out, strict=True):
        band = cv2.GaussianBlur(image, (0, 0), fine) - cv2.GaussianBlur(image, (0, 0), coarse)
        strength = np.sqrt(cv2.GaussianBlur(band * band, (0, 0), coarse))
        mean = float(strength.mean())
        if mean > 0:
            band /= strength + np.float32(_FLOOR * mean)
        place[:] = band
    return out


def smooth(stack: np.ndarray, scale: float) -> np.ndarray:
    """Blur each image a little."""
    out = np.empty_like(stack)
    for image, place in zip(stack, out, strict=True):
        cv2.GaussianBlur(image, (0, 0), scale, dst=place)
    return out
