"""How a detector looks at images: gray values, candidates, and a row of numbers for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe import features
from imgpipe._common import ImageError, InputError
from imgpipe._runtime.workers import in_chunks
from imgpipe.detect.candidates.patches import cut_patches, measure_names
from imgpipe.detect.candidates.search import Found, find_candidates
from imgpipe.images import Image, Images, luminance
from imgpipe.images.image import check_unmasked

_CHUNK = 8  # images sent to a worker at a time


@dataclass(frozen=True)
class Look:
    """What is looked for, and what is noted of it.

    Parameters
    ----------
    sigmas : (float, float)
        Smallest and largest scale, in mm where there is a spacing.
    polarity : {"bright", "dark", "both"}
    most : int
        Candidates of an image.
    side : int
        Samples along each axis of a patch.
    families : tuple of str or None
        Features of `imgpipe.features` that are measured in patches; None where the patches
        themselves are wanted.
    """

    sigmas: tuple[float, float]
    polarity: str
    most: int
    side: int
    families: tuple[str, ...] | None

    def at(self, images: Images, n_jobs: int | None) -> list[tuple[Found, np.ndarray]]:
        """Look at all images: candidates of each, and their rows (n, f) or patches."""
        chunks = (images[i : i + _CHUNK] for i in range(0, len(images), _CHUNK))
        return [each for some in in_chunks(self._chunk, chunks, n_jobs) for each in some]

    def _chunk(self, images: Images) -> list[tuple[Found, np.ndarray]]:
        return [self._image(image) for image in images]

    def _image(self, image: Image) -> tuple[Found, np.ndarray]:
        values, spacing = gray(image), spacing_of(image)
        found = find_candidates(values, spacing, self.sigmas, self.polarity, self.most, self.side)
        patches = cut_patches(values, found.middles, found.radii, self.side)
        if self.families is None:
            return found, patches
        rows = np.column_stack([found.sigmas, found.signs, found.measures])
        if self.families and len(rows):
            rows = np.hstack([rows, features.extract_many(patches, families=self.families)[0]])
        return found, rows

    def names(self, axes: int) -> list[str]:
        """Names of the columns of rows."""
        own = ["sigma", "polarity", *measure_names(axes)]
        if not self.families:
            return own
        listed = features.catalogue(self.families, ndim=axes)
        return own + [feature.name for feature in listed]


def gray(image: Image) -> np.ndarray:
    """Gray values as float32; an error names the image."""
    pixels = image.pixels
    check_unmasked(pixels, f"image {image.id}")
    if image.channel_axis is not None:
        pixels = luminance(pixels, image.channel_axis)
    if pixels.ndim not in (2, 3) or not pixels.size or pixels.dtype.kind not in "buif":
        raise InputError(
            f"image {image.id}: pixels of shape {image.shape} and dtype {pixels.dtype}; numbers "
            "(y, x) or (z, y, x), gray or with colours, are searched for lesions"
        )
    values = pixels.astype(np.float32)
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise InputError(f"image {image.id}: {bad} of {values.size} pixels are NaN or infinite")
    return values


def spacing_of(image: Image) -> np.ndarray:
    """Distance of pixels along each axis; 1 each where it is not known."""
    return np.array(image.spacing or (1.0,) * len(image.spatial_shape))


def taken_images(images: Any) -> Images:
    """Take images of one number of axes."""
    if isinstance(images, Image) or (isinstance(images, np.ndarray) and images.ndim == 2):
        raise InputError("one image; a detector takes several: [image]")
    taken = images if isinstance(images, Images) else Images(images)
    if not len(taken):
        raise InputError("no images; give one or more")
    return taken


def check_axes(images: Images, axes: int | None = None) -> int:
    """Give the number of axes, that of all images and of those before."""
    for i, image in enumerate(images):
        found = len(image.spatial_shape)
        axes = found if axes is None else axes
        if found != axes:
            raise ImageError(
                f"{{image}} has {found} axes, others have {axes}; give images or volumes", i
            )
    return axes or 2


def joined(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Rows of all images, below one another."""
    some: Sequence[np.ndarray] = list(parts)
    return np.concatenate([part for part in some if len(part)] or some[:1])
