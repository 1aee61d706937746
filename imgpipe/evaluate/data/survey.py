"""One look at every image: what it is known by, and what all of them are like."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import track
from imgpipe.datasets.digests import image_digest
from imgpipe.images import Image, as_images

_SIDE = 16  # reductions are of 16 x 17 cells: a perceptual hash of their differences has 256 bits


@dataclass(frozen=True)
class Survey:
    """One pass over all images.

    `digests` identify pixels, `keys` also masks and spacing; `reduced` are reductions; `areas` the
    shares of the image inside the mask, NaN without one.
    """

    digests: tuple[bytes, ...]
    keys: tuple[bytes, ...]
    areas: np.ndarray
    reduced: np.ndarray
    sizes: dict[str, int]
    dtype: str
    channels: int
    pixels: int

    def data_hash(self, labels: np.ndarray) -> str:
        """Identify pixels and masks, their order and their labels."""
        whole = hashlib.sha256(b"".join(self.keys))
        whole.update(np.asarray(labels, np.int64).tobytes())
        return whole.hexdigest()


def survey_images(images: Any, channel_axis: int | None) -> Survey:
    """Read each image once; hash it, reduce it, count sizes and dtypes."""
    digests, keys, reduced, areas = [], [], [], []
    sizes: Counter[str] = Counter()
    dtypes: Counter[str] = Counter()
    channels, total = 1, 0
    for image in track(as_images(images, channel_axis), "reading images"):
        pixels = np.ascontiguousarray(image.pixels)
        digests.append(image_digest(pixels))
        keys.append(_key(digests[-1], image))
        areas.append(
            np.nan if image.mask is None else np.count_nonzero(image.mask) / image.mask.size
        )
        gray = pixels
        if channel_axis is not None:
            channels = pixels.shape[channel_axis]
            gray = pixels.mean(axis=channel_axis)
        sizes["x".join(str(n) for n in gray.shape)] += 1
        dtypes[str(pixels.dtype)] += 1
        total += pixels.size
        reduced.append(_reduced(gray))
    named = ", ".join(name for name, _ in dtypes.most_common())
    return Survey(
        tuple(digests),
        tuple(keys),
        np.array(areas),
        np.array(reduced),
        dict(sizes.most_common()),
        named,
        channels,
        total,
    )


def _key(digest: bytes, image: Image) -> bytes:
    """Identify what features see of an image: its pixels, its mask and its spacing."""
    if image.mask is None and image.spacing is None:
        return digest
    whole = hashlib.blake2b(digest, digest_size=16)
    whole.update(repr(image.spacing).encode())
    if image.mask is not None:
        whole.update(np.packbits(image.mask != 0).tobytes())
    return whole.digest()


def _reduced(gray: np.ndarray) -> np.ndarray:
    """Mean gray in a grid of 16 x 17 cells, float32; of a volume, its middle slice."""
    while gray.ndim > 2:
        gray = gray[len(gray) // 2]
    values = np.nan_to_num(gray.astype(np.float64), posinf=0.0, neginf=0.0)
    for axis, cells in ((0, _SIDE), (1, _SIDE + 1)):
        n = values.shape[axis]
        edges = np.arange(cells + 1) * n // cells
        starts = np.minimum(edges[:-1], n - 1)
        sums = np.add.reduceat(values, starts, axis=axis)
        width = np.maximum(np.diff(np.append(starts, n)), 1)
        values = sums / np.expand_dims(width, tuple(a for a in (0, 1) if a != axis))
    return values.clip(-1e37, 1e37).astype(np.float32)  # nor may a difference overflow
