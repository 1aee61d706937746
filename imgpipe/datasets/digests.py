"""Images known again by their pixels."""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from imgpipe._common import track


def image_digests(images: Any) -> list[str]:
    """Identify each image by its pixels, to recognise it later.

    Two images have one digest where shape, dtype and every pixel are equal; an image that was
    resized or compressed anew has another.

    Parameters
    ----------
    images : ndarray or sequence of ndarray
        As in ``Dataset.images``; each is read once.

    Returns
    -------
    list of str
        128-bit BLAKE2b digests in hexadecimal, in the order of the images.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.datasets import image_digests
    >>> first, again, other = image_digests(np.array([[[1, 2]], [[1, 2]], [[1, 3]]], np.uint8))
    >>> first == again, first == other, len(first)
    (True, False, 32)
    """
    return [
        image_digest(np.ascontiguousarray(np.asarray(image))).hex()
        for image in track(images, "reading images")
    ]


def image_digest(pixels: np.ndarray) -> bytes:
    """Hash dtype, shape and pixels of a C-contiguous image."""
    digest = hashlib.blake2b(f"{pixels.dtype.str}{pixels.shape}".encode(), digest_size=16)
    digest.update(pixels.data)
    return digest.digest()


def equal_groups(digests: Sequence[Hashable]) -> list[list[int]]:
    """Group the positions of equal digests; those that stand alone are left out."""
    places: dict[Hashable, list[int]] = {}
    for index, digest in enumerate(digests):
        places.setdefault(digest, []).append(index)
    return [group for group in places.values() if len(group) > 1]
