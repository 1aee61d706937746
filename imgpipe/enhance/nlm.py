"""Non-local means: a pixel becomes the mean of pixels whose surroundings look alike."""

from typing import Any

import numpy as np

from imgpipe._common import needed_for
from imgpipe.enhance.step.carried import Inside, Values, by_channel, finite, restored
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.step.numbers import positive, whole

_OF_A_NORMAL = 0.6744897501960817  # median of the absolute value of a standard normal


def nlm(
    image: Any,
    strength: float = 0.8,
    *,
    sigma: float | None = None,
    patch: int = 5,
    distance: int = 6,
) -> Any:
    """Denoise by non-local means (scikit-image's fast variant).

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume; channels of an `Image` are denoised one by one. The mask
        does not count.
    strength : float
        How far surroundings may differ, in standard deviations of the noise.
    sigma : float, optional
        Standard deviation of the noise, in the unit of the values. Estimated where it is not given:
        the median of the absolute diagonal details of blocks of 2 x 2 pixels (Haar), over 0.6745;
        without noise the image stays as it is.
    patch : int
        Pixels along a side of the surroundings.
    distance : int
        Farthest pixel along an axis that is looked at.

    Returns
    -------
    Image or ndarray
        In its unit; 8- and 16-bit integers keep their dtype, rounded to nearest, all else becomes
        float32.

    Raises
    ------
    InputError
        For settings out of range, NaN and infinite pixels.

    References
    ----------
    Buades, Coll and Morel, CVPR 2005. Donoho and Johnstone, Biometrika 81 (1994), for sigma.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import nlm
    >>> noisy = 100 + np.random.default_rng(0).normal(0, 5, (32, 32))
    >>> bool(nlm(noisy).std() < 2)
    True
    """
    _check(strength, sigma, patch, distance)

    def denoised(values: Values, _: Inside | None) -> Values:
        wide = finite(values, "nlm")
        noise = estimated_noise(wide) if sigma is None else float(sigma)
        if noise == 0:
            return restored(wide, values.dtype)
        with needed_for("nlm"):
            from skimage.restoration import denoise_nl_means
        # in units of the noise, so that no range of values is too small or too large for it
        made = denoise_nl_means(
            wide / noise, patch_size=patch, patch_distance=distance, h=strength, sigma=1.0
        )
        return restored(made * noise, values.dtype)

    return by_channel(image, denoised, keeps_unit=True)


def estimated_noise(values: np.ndarray) -> float:
    """Measure the standard deviation of white noise by the diagonal details of a Haar transform.

    Parameters
    ----------
    values : ndarray of float64, (y, x) or (z, y, x)

    Returns
    -------
    float
        0 where no block of 2 x 2 pixels fits in.
    """
    y, x = (n - n % 2 for n in values.shape[-2:])
    even = values[..., :y, :x]
    rows = even[..., ::2, :] - even[..., 1::2, :]
    details = (rows[..., ::2] - rows[..., 1::2]) / 2
    return float(np.median(np.abs(details)) / _OF_A_NORMAL) if details.size else 0.0


def _check(strength: Any, sigma: Any, patch: Any, distance: Any) -> None:
    positive("strength", strength)
    if sigma is not None:
        positive("sigma", sigma)
    whole("patch", patch, 1, 63)
    whole("distance", distance, 1, 63)


STEP = Enhancement(
    nlm,
    "noise averaged away over parts that look alike",
    package="scikit-image",
    check=_check,
    trial={"patch": 3, "distance": 3},
)
