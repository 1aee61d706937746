"""Thresholds: what is brighter than a value, which is given or found."""

from collections.abc import Callable
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for, unknown_name
from imgpipe.kernels import mean
from imgpipe.segment.method.given import Given, taken
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.otsu.histogram import histogram_of
from imgpipe.segment.otsu.thresholds import best_threshold, best_thresholds

METHODS = ("otsu", "multi-otsu", "fixed", "local")
_CLASSES, _BLOCK = 2, 51
_ROUNDING = 1e-12  # of an image's range: floats this near to their local mean are equal to it


def threshold(
    image: Any,
    method: str = "otsu",
    *,
    value: float | None = None,
    classes: int = _CLASSES,
    block: int = _BLOCK,
) -> np.ndarray:
    """Find what is brighter than a threshold.

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume. Of an `Image` with a mask, pixels inside are looked at;
        what is outside is never found.
    method : {"otsu", "multi-otsu", "fixed", "local"}
        ``"otsu"`` divides where the two classes vary most from one another, ``"multi-otsu"`` does
        so for more classes, ``"fixed"`` takes `value`, and ``"local"`` compares each pixel with the
        mean of its neighbourhood.
    value : float
        Of ``"fixed"``, which needs it.
    classes : int
        Of ``"multi-otsu"``, 2 to 256.
    block : int
        Of ``"local"``: side of the neighbourhood in pixels, odd.

    Returns
    -------
    ndarray of bool, or of int32 for ``"multi-otsu"``
        Labels are 0 for the darkest class (and outside the mask) to ``classes - 1``.

    Raises
    ------
    InputError
        For colour, NaN and infinite pixels, settings out of range or of another method, and fewer
        gray levels than classes.

    Notes
    -----
    A pixel is found where its value is above the threshold, and belongs to the class whose number
    is that of the thresholds below its value. A constant image has nothing: False or 0 everywhere.

    Whole numbers, floats among them, have a bin for each level, if they span up to 65,536 levels;
    all else has 256 bins. Of thresholds that divide equally well, the lowest is taken.

    *otsu* gives the threshold of `skimage.filters.threshold_otsu` of these bins, bit by bit. It is
    rounded to float32: of thousands of levels it may be one beside the best, which OpenCV takes;
    their variances differ by 1e-7 or less.

    *multi-otsu* gives the best thresholds there are of these bins, for any number of classes.
    `skimage.filters.threshold_multiotsu` (0.26) gives the same, but where others come within its
    float32 rounding (1e-6 of the variance between classes), or where many pixels have the lowest
    level, which it takes for the one above (its pull request 8252).

    *local* compares with the mean of a square or cube; the image goes on as in a mirror, and
    neighbours outside the mask do not count. `skimage.filters.threshold_local` with
    ``method="mean"`` has the same means up to rounding; pixels that equal theirs are not found.

    References
    ----------
    Otsu, IEEE Transactions on Systems, Man, and Cybernetics 9 (1979) 62-66. Liao, Chen and Chung,
    Journal of Information Science and Engineering 17 (2001) 713-727.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import threshold
    >>> image = np.array([[10, 12, 90], [11, 95, 200]], np.uint8)
    >>> threshold(image).astype(int)
    array([[0, 0, 1],
           [0, 1, 1]])
    >>> threshold(image, "multi-otsu", classes=3)
    array([[0, 0, 1],
           [0, 1, 2]], dtype=int32)
    >>> threshold(image, "fixed", value=99).sum()
    np.int64(1)
    """
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    _refuse_idle(method, value, classes, block)
    if method == "fixed":
        return fixed(image, value=value)
    if method == "multi-otsu":
        return multi_otsu(image, classes=classes)
    return local(image, block=block) if method == "local" else otsu(image)


def otsu(image: Any) -> np.ndarray:
    """Find the brighter of two classes."""
    given = taken(image, "otsu")
    values = _looked_at(given)
    if values.size == 0 or values.min() == values.max():
        return np.zeros(given.values.shape, bool)
    return _above(given, _otsu_of(values))


def multi_otsu(image: Any, *, classes: int = 3) -> np.ndarray:
    """Divide gray levels into classes, darkest first."""
    if not _is_whole(classes) or not 2 <= classes <= 256:
        raise InputError(f"classes={classes!r} must be a whole number from 2 to 256")
    given = taken(image, "multi-otsu")
    values = _looked_at(given)
    labels = np.zeros(given.values.shape, np.int32)
    if values.size and values.min() != values.max():
        for each in _multi_otsu_of(values, int(classes)):
            labels += _above(given, each)
    return labels


def fixed(image: Any, *, value: Any) -> np.ndarray:
    """Find what is above a value."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not np.isfinite(value):
        raise InputError(f"value={value!r}; a fixed threshold needs value=, a finite number")
    return _above(taken(image, "fixed"), value)


def local(image: Any, *, block: int = _BLOCK) -> np.ndarray:
    """Find what is brighter than the mean of its neighbourhood."""
    if not _is_whole(block) or block < 1 or block % 2 == 0:
        raise InputError(f"block={block!r} must be an odd number of pixels, such as {_BLOCK}")
    given = taken(image, "local")
    values = _looked_at(given)
    if values.size == 0 or values.min() == values.max():
        return np.zeros(given.values.shape, bool)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        raise InputError(f"local: values from {low:g} to {high:g} overflow; scale them")
    pixels = given.values
    few = pixels.dtype.kind != "f" and pixels.dtype.itemsize <= 2 and pixels.dtype.kind != "b"
    # whole numbers of 8 and 16 bits are summed exactly
    pixels = pixels if few else pixels.astype(np.float64) - low
    found: np.ndarray
    if given.inside is None:
        excess = pixels - mean(pixels, block, output=np.float64)
    else:
        dark = np.where(given.inside, pixels, pixels.dtype.type(0))
        share = mean(given.inside.astype(np.uint8), block, output=np.float64)
        excess = np.where(given.inside, pixels * share - mean(dark, block, output=np.float64), 0)
    found = excess > _ROUNDING * (high - low)
    return found


def _refuse_idle(method: str, value: Any, classes: Any, block: Any) -> None:
    """Refuse settings of another method."""
    for name, used, owner in (
        ("value", value is not None, "fixed"),
        ("classes", classes != _CLASSES, "multi-otsu"),
        ("block", block != _BLOCK, "local"),
    ):
        if used and method != owner:
            raise InputError(f"{name}= is for method={owner!r}, and changes nothing of {method!r}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _looked_at(given: Given) -> np.ndarray:
    """Values inside the mask, one axis."""
    values = given.values.reshape(-1) if given.inside is None else given.values[given.inside]
    return values.view(np.uint8) if values.dtype == bool else values


def _above(given: Given, value: Any) -> np.ndarray:
    found: np.ndarray = given.values > value
    return found if given.inside is None else found & given.inside


def _otsu_of(values: np.ndarray) -> Any:
    histogram = histogram_of(values)
    if histogram is not None:
        return histogram.low + int(best_threshold(histogram.counts, histogram.low))
    with needed_for("otsu"):
        from skimage.filters import threshold_otsu
    return _binned(threshold_otsu, values)


def _multi_otsu_of(values: np.ndarray, classes: int) -> list[Any]:
    histogram = histogram_of(values)
    if histogram is None:
        return _multi_otsu_of_bins(values, classes)
    _refuse_few(histogram.counts, classes, "gray levels")
    return [histogram.low + int(k) for k in best_thresholds(histogram.counts, classes)]


def _multi_otsu_of_bins(values: np.ndarray, classes: int) -> list[Any]:
    counts, edges = _binned(lambda each: np.histogram(each, 256), values)
    _refuse_few(counts, classes, "of 256 bins filled")
    centres = (edges[1:] + edges[:-1]) / 2
    return list(centres[best_thresholds(counts, classes)])


def _refuse_few(counts: np.ndarray, classes: int, what: str) -> None:
    levels = np.count_nonzero(counts)
    if levels < classes:
        raise InputError(f"classes={classes}, but the image has {levels} {what}; ask for fewer")


def _binned(function: Callable[[np.ndarray], Any], values: np.ndarray) -> Any:
    """Call what makes 256 bins."""
    if values.dtype.kind != "f":  # too far apart for a bin each
        values = values.astype(np.float64)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return function(values)
    except ValueError as error:
        low, high = float(values.min()), float(values.max())
        raise InputError(
            f"values from {low!r} to {high!r} cannot be divided into 256 bins ({error}); scale them"
        ) from error


OTSU = Segmenter(otsu, "the brighter of two classes", package="scikit-image")
MULTI_OTSU = Segmenter(multi_otsu, "classes of gray levels, darkest first", gives="labels")
LOCAL = Segmenter(local, "what is brighter than its neighbourhood")
FIXED = Segmenter(
    fixed, "what is above a value", trial=lambda image: {"value": float(np.mean(image))}
)
