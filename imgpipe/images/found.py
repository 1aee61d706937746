"""Images with masks that were found in them, not given; what found them is known."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from imgpipe.images.image import Image
from imgpipe.images.images import Images
from imgpipe.images.region import box_mask
from imgpipe.images.storage import Items


class Finder(Protocol):
    """Finds the mask of an image. Equal ones find the same."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def __call__(self, image: Image) -> np.ndarray:
        """Give the mask, which may be empty."""
        ...


class PackedMask(NamedTuple):
    """A mask in one bit a pixel, since those of all images are kept."""

    bits: np.ndarray
    shape: tuple[int, ...]
    area: int

    @classmethod
    def of(cls, mask: np.ndarray) -> "PackedMask":
        """Pack a mask of bool."""
        return cls(np.packbits(mask), mask.shape, int(np.count_nonzero(mask)))

    @property
    def mask(self) -> np.ndarray:
        """Unpack it."""
        n = int(np.prod(self.shape))
        return np.unpackbits(self.bits, count=n).view(bool).reshape(self.shape)


@dataclass(frozen=True, eq=False)
class Found(Items):
    """Images one by one, each with the mask that was found in it.

    Parameters
    ----------
    by : Finder, optional
        What finds them.
    found : tuple of PackedMask or None
        Of each image, where they are known already; None in it is the whole image.
    boxed : bool
        Give their bounding boxes.
    """

    by: Finder | None = None
    found: tuple[PackedMask | None, ...] | None = None
    boxed: bool = False

    @property
    def masked(self) -> np.ndarray:
        """Which images have a mask."""
        if self.found is None:
            return np.ones(len(self), bool)
        return np.array([each is not None for each in self.found], bool)

    def at(self, index: int) -> Image:
        """Read one image, and give it its mask."""
        image = super().at(index)
        if self.found is None:
            assert self.by is not None
            mask: np.ndarray | None = self.by(image)
        else:
            known = self.found[index]
            mask = None if known is None else known.mask
        if self.boxed and mask is not None:
            mask = box_mask(mask)
        return replace(image, mask=mask)

    def take(self, chosen: np.ndarray) -> "Found":
        """Give the images at some positions; nothing is read."""
        part = super().take(chosen)
        assert isinstance(part, Found)
        known = self.found
        return part if known is None else replace(part, found=tuple(known[i] for i in chosen))

    def with_masks(self, masks: Any) -> Items:
        """Give these masks in place of those that were found."""
        return replace(self._unmasked(), region="mask").with_masks(masks)

    def without_masks(self, where: np.ndarray) -> "Found":
        """Take the whole of some images."""
        known = self.found
        if known is None:
            masks = [np.asarray(self.at(i).mask) for i in range(len(self))]
            known = tuple(map(PackedMask.of, masks))
        kept = tuple(None if gone else m for gone, m in zip(where, known, strict=True))
        return replace(self, found=kept)

    def areas(self) -> np.ndarray:
        """Pixels inside each mask."""
        if self.found is None or self.boxed:
            masks = [self.at(i).mask for i in range(len(self))]
            return np.array([-1 if m is None else np.count_nonzero(m) for m in masks], np.int64)
        return np.array([-1 if m is None else m.area for m in self.found], np.int64)

    def with_region(self, region: str, label: float | None) -> Items:
        """Read boxes or whole images; what was found has no labels."""
        return replace(self, boxed=True) if region == "box" else self._unmasked()

    def resized(self, size: Any, fit: str = "stretch") -> "Found":
        """Resize when an image is read; it is then looked at in its new size."""
        made = super().resized(size, fit)
        assert isinstance(made, Found)
        return replace(made, found=None)

    def _unmasked(self) -> Items:
        return Items(**{each.name: getattr(self, each.name) for each in fields(Items)})


def finding(images: Images, by: Finder) -> Images:
    """Give images in which a mask is found whenever one is read.

    Parameters
    ----------
    images : Images
        Masks that they have do not count.
    by : Finder
    """
    return _of(images, by, None)


def with_found(images: Images, masks: Sequence[np.ndarray | None], by: Finder) -> Images:
    """Give images the masks that were found in them.

    Parameters
    ----------
    images : Images
        Masks that they have do not count.
    masks : sequence of ndarray of bool or None
        One for each, of its shape; None for the whole image.
    by : Finder
        What found them.
    """
    return _of(images, by, tuple(None if m is None else PackedMask.of(m) for m in masks))


def finder_of(images: Images) -> Finder | None:
    """Give what found the masks of images; None where they were given, or there are none."""
    store = images._store
    return store.by if isinstance(store, Found) else None


def as_given(images: Images) -> Images:
    """Take back masks that were found; those that were given stay."""
    return images if finder_of(images) is None else images.with_region("image")


def _of(images: Images, by: Finder, found: tuple[PackedMask | None, ...] | None) -> Images:
    own = Items.of(images._store.with_region("image", None))
    settings = {each.name: getattr(own, each.name) for each in fields(Items)}
    whole = settings | {"region": "image", "known_areas": None}
    return Images.of_store(Found(**whole, by=by, found=found), images.ids, images.warnings)
