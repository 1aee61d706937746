"""One look at every image: what it is known by, and what all of them are like."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import joblib
import numpy as np

from imgpipe._common import track
from imgpipe._runtime.backends import must_see, parallel_config
from imgpipe.datasets.digests import image_digest
from imgpipe.evaluate.data.lookalikes.thumbnails import thumbnail
from imgpipe.evaluate.data.measures import MEASURES, measure
from imgpipe.images import Image, ImageFile, Images, as_images
from imgpipe.images.found import as_given, finder_of

_PORTION = 64  # images read in one task
_SIDE = 16  # reductions are of 16 x 17 cells


@dataclass(frozen=True)
class Survey:
    """One pass over all images.

    `digests` identify pixels, `keys` also masks and spacing, and `given` leaves masks out that were
    found, of images with such; `reduced` are reductions; `areas` the
    shares of the image inside the mask, NaN without one. `thumbnails` are what look-alikes are
    found by, and `longest` the longer side of each image; rows of features have none. `measures`
    are the numbers called `MEASURES`, (n, 16), NaN for rows of features.
    """

    digests: tuple[bytes, ...]
    keys: tuple[bytes, ...]
    areas: np.ndarray
    reduced: np.ndarray
    sizes: dict[str, int]
    dtype: str
    channels: int
    pixels: int
    thumbnails: tuple[np.ndarray, ...] = ()
    longest: tuple[int, ...] = ()
    measures: np.ndarray = field(default_factory=lambda: np.empty((0, len(MEASURES))))
    given: tuple[bytes, ...] = ()

    def take(self, kept: np.ndarray) -> "Survey":
        """Survey of some of the images; sizes and pixels stay those of all."""
        part: dict[str, Any] = {
            name: tuple(getattr(self, name)[i] for i in kept)
            for name in ("digests", "keys", "thumbnails", "longest", "given")
            if getattr(self, name)
        }
        rows = {name: getattr(self, name)[kept] for name in ("areas", "reduced", "measures")}
        return replace(self, **part, **rows)

    def data_hash(self, labels: np.ndarray) -> str:
        """Identify pixels and masks that were given, their order and their labels."""
        return _hash_of(self.given or self.keys, labels)


def data_hash(images: Images, labels: np.ndarray) -> str:
    """Hash pixels, given masks and labels, as `Survey.data_hash` does; look at nothing else."""
    if isinstance(images, Images):
        images = as_given(images)
    keys = (
        _key(image_digest(np.ascontiguousarray(image.pixels)), image)
        for image in track(images, "reading images")
    )
    return _hash_of(keys, labels)


def _hash_of(keys: Iterable[bytes], labels: np.ndarray) -> str:
    whole = hashlib.sha256(b"".join(keys))
    whole.update(np.asarray(labels, np.int64).tobytes())
    return whole.hexdigest()


class _Look(NamedTuple):
    """What one look at an image finds."""

    digest: bytes
    key: bytes
    given: bytes
    area: float
    reduced: np.ndarray
    size: str
    dtype: str
    channels: int
    pixels: int
    thumbnail: np.ndarray
    longest: int
    measures: np.ndarray | None


def survey_images(images: Any, channel_axis: int | None, n_jobs: int | None = None) -> Survey:
    """Read each image once; hash it, reduce it, count sizes and dtypes.

    Images in files are read by the workers, which are sent their paths.
    """
    carried = as_images(images, channel_axis)
    must_see(item.path for item in carried.items if isinstance(item, ImageFile))
    with parallel_config():
        workers = 1 if carried.in_memory else joblib.effective_n_jobs(n_jobs)
        parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator")
    if workers == 1:
        alone = not carried.in_memory
        looks = [_look(image, channel_axis, alone) for image in track(carried, "reading images")]
    else:
        parts = [carried[at : at + _PORTION] for at in range(0, len(carried), _PORTION)]
        job = joblib.delayed(_look_at)
        read = parallel(job(part, channel_axis) for part in parts)
        looks = [look for part in track(read, "reading images", len(parts)) for look in part]
    dtypes = Counter(look.dtype for look in looks)
    return Survey(
        tuple(look.digest for look in looks),
        tuple(look.key for look in looks),
        np.array([look.area for look in looks]),
        np.array([look.reduced for look in looks]),
        dict(Counter(look.size for look in looks).most_common()),
        ", ".join(name for name, _ in dtypes.most_common()),
        looks[-1].channels if looks else 1,
        sum(look.pixels for look in looks),
        tuple(look.thumbnail for look in looks),
        tuple(look.longest for look in looks),
        # those in memory are measured together, which is faster
        measure(carried, channel_axis)
        if carried.in_memory
        else np.concatenate([look.measures for look in looks if look.measures is not None]),
        tuple(look.given for look in looks) if finder_of(carried) is not None else (),
    )


def _look_at(images: Images, channel_axis: int | None) -> list[_Look]:
    """Look at a part of the images, in a worker."""
    return [_look(image, channel_axis, measured=True) for image in images]


def _look(image: Image, channel_axis: int | None, measured: bool) -> _Look:
    pixels = np.ascontiguousarray(image.pixels)
    digest = image_digest(pixels)
    gray = pixels if channel_axis is None else pixels.mean(axis=channel_axis)
    return _Look(
        digest,
        _key(digest, image),
        _key(digest, replace(image, mask=None)),
        np.nan if image.mask is None else np.count_nonzero(image.mask) / image.mask.size,
        _reduced(gray),
        "x".join(str(n) for n in gray.shape),
        str(pixels.dtype),
        1 if channel_axis is None else pixels.shape[channel_axis],
        pixels.size,
        thumbnail(gray),
        max(gray.shape[-2:]),
        measure(pixels[None], channel_axis) if measured else None,
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
