"""Total variation: noise is flattened and edges stay."""

from typing import Any

from imgpipe._common import needed_for
from imgpipe.enhance.step.carried import (
    Inside,
    Values,
    by_channel,
    finite,
    in_unit_range,
    restored,
)
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.step.numbers import positive, whole


def tv(image: Any, weight: float = 0.1, *, tolerance: float = 2e-4, iterations: int = 200) -> Any:
    """Denoise by total variation (Chambolle's algorithm, scikit-image's).

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume; channels of an `Image` are denoised one by one. The mask
        does not count.
    weight : float
        How much is flattened, where the lowest value of the image is 0 and the highest 1.
    tolerance : float
        Relative change of the cost at which it stops.
    iterations : int
        After which it stops anyway.

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
    Chambolle, Journal of Mathematical Imaging and Vision 20 (2004).

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import tv
    >>> noisy = 100 + np.random.default_rng(0).normal(0, 5, (32, 32))
    >>> bool(tv(noisy, 0.5).std() < 1)
    True
    """
    _check(weight, tolerance, iterations)

    def denoised(values: Values, _: Inside | None) -> Values:
        shares, low, span = in_unit_range(finite(values, "tv"))
        with needed_for("tv"):
            from skimage.restoration import denoise_tv_chambolle
        made = denoise_tv_chambolle(shares, weight=weight, eps=tolerance, max_num_iter=iterations)
        return restored(made * span + low, values.dtype)

    return by_channel(image, denoised, keeps_unit=True)


def _check(weight: Any, tolerance: Any, iterations: Any) -> None:
    positive("weight", weight)
    positive("tolerance", tolerance)
    whole("iterations", iterations, 1, 100_000)


STEP = Enhancement(
    tv, "noise flattened, edges kept (total variation)", package="scikit-image", check=_check
)
