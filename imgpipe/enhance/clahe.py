"""CLAHE: contrast evened out tile by tile."""

from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for
from imgpipe.enhance.step.carried import Inside, Values, by_channel, finite, in_unit_range
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.step.numbers import whole


def clahe(image: Any, clip: float = 0.01, *, tiles: int = 8, bins: int = 256) -> Any:
    """Equalise the histogram of each tile, with limited contrast (scikit-image's).

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume; channels of an `Image` are equalised one by one. The
        mask does not count.
    clip : float
        Limit of the contrast, above 0 and at most 1: the larger, the more contrast.
    tiles : int
        Along each axis; fewer where the image has fewer pixels.
    bins : int
        Of a tile's histogram, 2 to 16384.

    Returns
    -------
    Image or ndarray of float32
        In [0, 1], without unit; 0 everywhere for a constant image. Equalised are 16384 levels
        between the lowest and the highest value.

    Raises
    ------
    InputError
        For settings out of range, NaN and infinite pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import clahe
    >>> found = clahe(np.arange(4096, dtype=np.uint16).reshape(64, 64))
    >>> found.dtype, float(found.min()), float(found.max())
    (dtype('float32'), 0.0, 1.0)
    """
    _check(clip, tiles, bins)

    def equalised(values: Values, _: Inside | None) -> Values:
        shares, _low, _span = in_unit_range(finite(values, "clahe"))
        if not shares.any():
            return shares.astype(np.float32)
        with needed_for("clahe"):
            from skimage.exposure import equalize_adapthist
        # below its wrapper, which would take a volume of 3 or 4 columns for colour
        equalise = getattr(equalize_adapthist, "__wrapped__", equalize_adapthist)
        size = [max(n // tiles, 1) for n in shares.shape]
        found = equalise(shares, kernel_size=size, clip_limit=clip, nbins=bins)
        return np.asarray(found, np.float32)

    return by_channel(image, equalised)


def _check(clip: Any, tiles: Any, bins: Any) -> None:
    if not isinstance(clip, int | float | np.number) or not 0 < clip <= 1:
        raise InputError(f"clip={clip!r} must be a number above 0 and at most 1")
    whole("tiles", tiles)
    whole("bins", bins, 2, 2**14)


STEP = Enhancement(clahe, "contrast evened out tile by tile", package="scikit-image", check=_check)
