"""Watershed: basins that are flooded from markers until they meet."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for
from imgpipe.segment.method.given import Given, taken
from imgpipe.segment.method.segmenter import Segmenter


def watershed(image: Any, markers: Any) -> np.ndarray:
    """Divide an image along its ridges, one region for each marker (scikit-image's).

    Parameters
    ----------
    image : Image or array_like
        Heights, such as a gradient or the negative of a distance; an array is a gray image or
        volume. Of an `Image` with a mask, only what is inside is divided.
    markers : array_like of int
        Labels in the shape of the image, 0 where there is no marker.

    Returns
    -------
    ndarray of int32
        The label of a marker for each pixel; 0 outside the mask, and where none can be reached.

    Raises
    ------
    InputError
        For markers of another shape, negative ones and none; for colour, NaN and infinite pixels.

    Notes
    -----
    Regions meet without a line between them; water flows over the sides of pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import watershed
    >>> heights, markers = np.array([[1, 2, 5, 3, 1]]), np.array([[1, 0, 0, 0, 2]])
    >>> watershed(heights, markers).tolist()
    [[1, 1, 1, 2, 2]]
    """
    given = taken(image, "watershed")
    labels = _labels(markers, given)
    with needed_for("watershed"):
        from skimage.segmentation import watershed as flooded
    return np.asarray(flooded(given.values, labels, mask=given.inside), np.int32)


def _labels(markers: Any, given: Given) -> np.ndarray:
    labels, shape = np.asarray(markers), given.values.shape
    if labels.dtype.kind not in "iu" or labels.shape != shape:
        raise InputError(
            f"markers of shape {labels.shape} and dtype {labels.dtype}; give labels, whole numbers "
            f"in the image's shape {shape}"
        )
    if labels.min() < 0 or labels.max() > np.iinfo(np.int32).max:
        raise InputError(f"markers from {labels.min()} to {labels.max()}; give 0 to {2**31 - 1}")
    inside = labels if given.inside is None else np.where(given.inside, labels, 0)
    if not inside.any():
        where = "" if given.inside is None else " inside the image's mask"
        raise InputError(f"there is no marker{where}: all are 0")
    return inside.astype(np.int32)


def _trial(image: np.ndarray) -> Mapping[str, Any]:
    markers = np.zeros(image.shape, np.int32)
    for label, place in enumerate((np.argmin(image), np.argmax(image)), 1):
        markers.reshape(-1)[place] = label
    return {"markers": markers}


SEGMENTER = Segmenter(
    watershed,
    "regions round markers, divided along ridges",
    gives="labels",
    package="scikit-image",
    trial=_trial,
)
