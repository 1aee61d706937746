"""Gamma: dark or bright values are spread out."""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.enhance.step.carried import Inside, Values, by_channel
from imgpipe.enhance.step.enhancement import Enhancement

_DTYPES = (np.uint8, np.uint16)


def gamma(image: Any, gamma: float) -> Any:
    """Raise each value, as a share of the full range, to a power.

    Parameters
    ----------
    image : Image or array_like
        uint8 or uint16, whose full range is that of their dtype, or floats in [0, 1].
    gamma : float
        The power, above 0: below 1 dark values are spread out, above 1 bright ones.

    Returns
    -------
    Image or ndarray
        uint8 and uint16 keep their dtype, rounded to nearest; float32 for floats. Without unit;
        NaN stays NaN.

    Raises
    ------
    InputError
        For another power, dtype or range: values in Hounsfield units have no full range; bring
        them to [0, 1] by `images.window` or `percentile` first.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import gamma
    >>> gamma(np.array([[0, 64], [128, 255]], np.uint8), 0.5)
    array([[  0, 128],
           [181, 255]], dtype=uint8)
    """
    _check(gamma)

    def raised(values: Values, _: Inside | None) -> Values:
        if values.dtype in _DTYPES:
            return np.asarray(powers(values.dtype, gamma)[values])
        if values.dtype.kind != "f" or (values < 0).any() or (values > 1).any():
            raise InputError(
                f"gamma takes uint8, uint16, or floats in [0, 1], not {values.dtype} of another "
                "range; put window or percentile before it"
            )
        return np.asarray(values.astype(np.float64) ** gamma, np.float32)

    return by_channel(image, raised)


def powers(dtype: np.dtype, gamma: float) -> np.ndarray:
    """Tabulate what becomes of each value of an unsigned integer dtype."""
    full = np.iinfo(dtype).max
    return np.rint(full * (np.arange(full + 1) / full) ** gamma).astype(dtype)


def _check(gamma: Any) -> None:
    if not isinstance(gamma, int | float | np.number) or not 0 < gamma < math.inf:
        raise InputError(f"gamma={gamma!r} must be a number above 0")


STEP = Enhancement(
    gamma,
    "dark (below 1) or bright (above 1) values spread out",
    check=_check,
    trial={"gamma": 0.5},
)
