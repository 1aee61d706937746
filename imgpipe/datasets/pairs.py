"""A data set from what a caller has at hand."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets.dataset import Dataset


def as_dataset(data: Any) -> Dataset:
    """Take a pair of images and labels for a data set; a data set stays as it is.

    Parameters
    ----------
    data : Dataset or pair
        Of a pair, the first holds the images, ``(n, h, w)`` or in colour ``(n, h, w, 3)``, or a
        sequence of them, and the second their labels, as codes or names.

    Returns
    -------
    Dataset

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.datasets.pairs import as_dataset
    >>> as_dataset((np.zeros((3, 8, 8)), ["ill", "healthy", "ill"]))
    <Dataset data: 3 images (healthy: 1, ill: 2)>
    """
    if isinstance(data, Dataset):
        return data
    if isinstance(data, tuple) and len(data) == 2:
        images, labels = data
        colour = isinstance(images, np.ndarray) and images.ndim == 4 and images.shape[-1] == 3
        return Dataset("data", images, labels, channel_axis=-1 if colour else None)
    given = repr(data) if isinstance(data, str) else f"a {type(data).__name__}"
    raise InputError(
        f"found {given} as data set; give what imgpipe.datasets.load returns, or a pair (images, "
        "labels)"
    )
