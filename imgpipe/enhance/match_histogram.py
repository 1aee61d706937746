"""Histogram matching: values take the distribution of a reference."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import ImageError, InputError
from imgpipe.enhance.step.carried import Inside, Values, as_image, by_channel, measured
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.images import Images

_POINTS = 256


def match_histogram(image: Any, reference: Any = None) -> Any:
    """Give the values of an image the distribution of others.

    As a step of a pipeline it learns the reference from the training images: the mean of their
    quantile functions.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume. What is matched are the finite values inside the mask,
        those of the whole image without one; values outside it are mapped as those inside are,
        beyond their lowest and highest to the reference's.
    reference : Image or array_like
        An image (its values inside its mask), or its quantile function: one axis of rising values,
        those at evenly spaced shares from 0 to 1.

    Returns
    -------
    Image or ndarray of float32
        A value takes the place in the reference that it has in the image, equal ones the middle
        one of their places. NaN stays NaN.

    Raises
    ------
    InputError
        Without a reference, for colour, and where there is no finite value.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import match_histogram
    >>> match_histogram(np.array([[1, 2], [3, 4]]), np.array([[10, 30], [20, 40]])).tolist()
    [[10.0, 20.0], [30.0, 40.0]]
    """
    if reference is None:
        raise InputError("match_histogram needs a reference: an image, or its quantile function")
    quantiles = _function_of(reference)
    shares = np.linspace(0, 1, len(quantiles))
    if as_image(image).channel_axis is not None:
        raise InputError("match_histogram takes gray images, not colour")

    def matched(values: Values, inside: Inside | None) -> Values:
        own = measured(values, inside, "match_histogram")
        distinct, counts = np.unique(own, return_counts=True)
        middle = np.cumsum(counts) - (counts + 1) / 2
        targets = np.interp(middle / max(own.size - 1, 1), shares, quantiles)
        return np.interp(values.astype(np.float64), distinct, targets).astype(np.float32)

    return by_channel(image, matched, keeps_unit=True)


def quantile_function(image: Any) -> np.ndarray:
    """Give the values of an image at evenly spaced shares from 0 to 1, linearly interpolated.

    Parameters
    ----------
    image : Image or array_like
        Gray; its finite values inside its mask count.

    Returns
    -------
    ndarray of float64
        At 256 shares.
    """
    given = as_image(image)
    if given.channel_axis is not None:
        raise InputError("match_histogram takes gray images, not colour")
    inside = None if given.mask is None else given.mask != 0
    own = measured(given.pixels, inside, "match_histogram")
    return np.quantile(own, np.linspace(0, 1, _POINTS))


def _function_of(reference: Any) -> np.ndarray:
    values = np.asarray(reference)
    if values.ndim != 1:
        return quantile_function(reference)
    if values.dtype.kind not in "iuf" or len(values) < 2 or (np.diff(values) < 0).any():
        raise InputError("a quantile function is one axis of two or more rising values")
    return values.astype(np.float64)


def _learn(images: Images, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Take the mean of the quantile functions of the training images, or that of the reference."""
    reference = settings.get("reference")
    if reference is not None:
        return {} if np.ndim(reference) == 1 else {"reference": quantile_function(reference)}
    total = np.zeros(_POINTS)
    for index, image in enumerate(images):
        try:
            total += quantile_function(image)
        except InputError as error:
            raise ImageError(f"{{image}}: {error}", index) from error
    return {"reference": total / len(images)}


def _check(reference: Any) -> None:
    if isinstance(reference, str):
        raise InputError(
            f"reference={reference!r} is no image; leave it out to learn from the training "
            "images, or read the file with images.read in Python"
        )
    if reference is not None:
        _function_of(reference)


STEP = Enhancement(
    match_histogram,
    "values take the distribution of a reference, or of the training images",
    uses_mask=True,
    colour=False,
    learn=_learn,
    check=_check,
    trial={"reference": (0.0, 20.0, 30.0, 100.0, 255.0)},
)
