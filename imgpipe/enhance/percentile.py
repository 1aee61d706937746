"""Percentile normalisation: from a low percentile to a high one becomes 0 to 1."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.enhance.step.carried import Inside, Values, by_channel, measured
from imgpipe.enhance.step.enhancement import Enhancement


def percentile(image: Any, low: float = 1.0, high: float = 99.0) -> Any:
    """Bring the values between two percentiles to 0 to 1, and clip the others.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume; channels of an `Image` are normalised one by one.
    low, high : float
        Percentiles of the finite values inside the mask (of the whole image without one), between
        values linearly interpolated.

    Returns
    -------
    Image or ndarray of float32
        All pixels, in [0, 1], without unit. 0 everywhere where both percentiles are one value;
        NaN stays NaN.

    Raises
    ------
    InputError
        For percentiles that do not rise from 0 to 100, and where there is no finite value inside.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import percentile
    >>> percentile(np.array([[0, 10], [20, 40]]), low=0, high=100).tolist()
    [[0.0, 0.25], [0.5, 1.0]]
    """
    _check(low, high)

    def scaled(values: Values, inside: Inside | None) -> Values:
        bottom, top = np.percentile(measured(values, inside, "percentile"), [low, high])
        above = values.astype(np.float64) - bottom
        if bottom == top:
            return np.where(np.isnan(above), np.nan, 0).astype(np.float32)
        return np.asarray(np.clip(above / (top - bottom), 0, 1), np.float32)

    return by_channel(image, scaled)


def _check(low: Any, high: Any) -> None:
    numbers = all(isinstance(p, int | float | np.number) for p in (low, high))
    if not numbers or not 0 <= low < high <= 100:
        raise InputError(
            f"percentile: low={low!r} and high={high!r} must be percentiles, low below high"
        )


STEP = Enhancement(
    percentile,
    "two percentiles, measured inside the mask, become 0 and 1",
    uses_mask=True,
    check=_check,
)
