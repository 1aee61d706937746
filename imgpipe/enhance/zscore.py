"""z-scores: mean 0 and standard deviation 1."""

from typing import Any

import numpy as np

from imgpipe.enhance.step.carried import Inside, Values, by_channel, measured
from imgpipe.enhance.step.enhancement import Enhancement


def zscore(image: Any) -> Any:
    """Subtract the mean, and divide by the standard deviation, of the values inside the mask.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume; channels of an `Image` are normalised one by one. The
        mean and the standard deviation (divided by n) are those of the finite values inside the
        mask, of the whole image where there is none.

    Returns
    -------
    Image or ndarray of float32
        All pixels, also those outside the mask, without unit. 0 everywhere where the values inside
        are all the same; NaN stays NaN.

    Raises
    ------
    InputError
        If there is no finite value inside, or the image holds no real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import zscore
    >>> zscore(np.array([[1, 2], [3, 4]])).round(2).tolist()
    [[-1.340000033378601, -0.44999998807907104], [0.44999998807907104, 1.340000033378601]]
    """
    return by_channel(image, _standardised)


def _standardised(values: Values, inside: Inside | None) -> Values:
    finite = measured(values, inside, "zscore")
    mean, deviation = finite.mean(), finite.std()
    centred = values.astype(np.float64) - mean
    # the mean of equal values may be off by a rounding, and then so is their deviation
    if finite.min() == finite.max():
        return np.where(np.isnan(centred), np.nan, 0).astype(np.float32)
    return np.asarray(centred / deviation, np.float32)


STEP = Enhancement(
    zscore, "mean 0 and standard deviation 1, measured inside the mask", uses_mask=True
)
