"""One look at every image: what it is known by, and what all of them are like."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import track
from imgpipe.datasets.digests import image_digest

_SIDE = 16  # reductions are of 16 x 17 cells: a perceptual hash of their differences has 256 bits


@dataclass(frozen=True)
class Survey:
    """One pass over all images: `digests` identify pixels, `reduced` are their reductions."""

    digests: tuple[bytes, ...]
    reduced: np.ndarray
    sizes: dict[str, int]
    dtype: str
    channels: int
    pixels: int

    def data_hash(self, labels: np.ndarray) -> str:
        """Identify pixels, their order and their labels."""
        whole = hashlib.sha256(b"".join(self.digests))
        whole.update(np.asarray(labels, np.int64).tobytes())
        return whole.hexdigest()


def survey_images(images: Any, channel_axis: int | None) -> Survey:
    """Read each image once; hash it, reduce it, count sizes and dtypes."""
    digests, reduced = [], []
    sizes: Counter[str] = Counter()
    dtypes: Counter[str] = Counter()
    channels, total = 1, 0
    for image in track(images, "reading images"):
        pixels = np.ascontiguousarray(image)
        digests.append(image_digest(pixels))
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
        tuple(digests), np.array(reduced), dict(sizes.most_common()), named, channels, total
    )


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
