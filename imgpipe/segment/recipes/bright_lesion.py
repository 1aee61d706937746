"""The brightest lesion, in PET, MR and others."""

from typing import Any

import numpy as np

from imgpipe.kernels import gaussian
from imgpipe.segment.clean import clean
from imgpipe.segment.method.given import Given, refuse_extremes, taken
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.parts.connected import reached
from imgpipe.segment.recipes.planes.numbers import number


def bright_lesion(
    image: Any,
    spacing: Any = None,
    *,
    level: float = 0.5,
    smoothing: float = 2.0,
    holes: bool = True,
) -> np.ndarray:
    """Find the brightest lesion, by a share of its height over the background.

    The peak is the highest value after smoothing, so that no single pixel of noise is taken; the
    background is the median. The lesion is what hangs together with the peak and is at least
    `level` of the way from the background to the peak, in the image that was smoothed.

    Parameters
    ----------
    image : Image or array_like, shape (y, x) or (z, y, x)
        Of an `Image` with a mask, what is inside is looked at, and the background is its median:
        a mask keeps out other organs that are bright, such as heart and bladder in PET.
    spacing : tuple of float, optional
        In mm; the image's own by default.
    level : float
        From 0, the background, to 1, the peak. Half is where the border of an evenly bright lesion
        is seen; 0.41 to 0.5 of the peak is usual in PET.
    smoothing : float
        Standard deviation of a Gaussian in mm; in pixels where spacing is not known. 0 for none.
    holes : bool
        Whether holes are filled, such as a dark core.

    Returns
    -------
    ndarray of bool
        One part; all False where nothing is above the background, as in a constant image.

    Raises
    ------
    InputError
        For colour, NaN and infinite pixels, and settings out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import recipe
    >>> z, y, x = np.ogrid[:20, :40, :40]
    >>> ball = (z - 9) ** 2 + (y - 20) ** 2 + (x - 25) ** 2 < 36
    >>> image = 1.0 + 4 * ball + np.random.default_rng(0).normal(0, 0.3, ball.shape)
    >>> found = recipe("bright-lesion")(image, smoothing=1)
    >>> (found & ball).sum() / (found | ball).sum() > 0.9
    np.True_
    """
    given = taken(image, "bright-lesion", spacing)
    refuse_extremes(given, "bright-lesion")
    level = number("level", level, 0, 1)
    smoothing = number("smoothing", smoothing, 0)
    nothing = np.zeros(given.values.shape, bool)
    if given.inside is not None and not given.inside.any():
        return nothing
    even = _smoothed(given, smoothing)
    looked_at = even if given.inside is None else np.where(given.inside, even, -np.inf)
    background = float(np.median(even if given.inside is None else even[given.inside]))
    peak = np.unravel_index(np.argmax(looked_at), even.shape)
    height = float(even[peak]) - background
    if not height > 1e-6 * max(abs(float(even[peak])), abs(background)):
        return nothing
    bright = looked_at >= background + level * height
    found = reached(bright, np.array([peak]), corners=False)
    if holes:
        found = clean(found, fill_holes=True)
    return found if given.inside is None else found & given.inside


def _smoothed(given: Given, smoothing: float) -> np.ndarray:
    """Smooth within the mask: what is outside does not bleed in."""
    values = given.values.astype(np.float64)
    if smoothing == 0:
        return values
    sigma = [smoothing / step for step in given.spacing or (1.0,) * values.ndim]
    if given.inside is None:
        return gaussian(values, sigma)
    share = gaussian(given.inside.astype(np.float64), sigma)
    even = gaussian(np.where(given.inside, values, 0.0), sigma)
    return np.where(given.inside, even / np.maximum(share, 1e-12), 0.0)


SEGMENTER = Segmenter(
    bright_lesion, "the brightest lesion", expects="a lesion brighter than all else inside the mask"
)
