"""How `Images` keep what they carry: one array, or one item an image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.fit import fitted
from imgpipe.images.gray import gray_in_disguise, single_channel
from imgpipe.images.image import Image, usable_mask
from imgpipe.images.image_file import ImageFile
from imgpipe.images.item import Item, has_mask, with_mask
from imgpipe.images.place import Place
from imgpipe.images.region import box_mask, fitted_mask, resized, resized_grid
from imgpipe.images.resize import resize
from imgpipe.images.windows import Window

_PORTION = 256  # images resized at a time, since sums are in float64


Beside = tuple[Place | None, tuple[Window, ...]]  # what each image has of its own


@dataclass(frozen=True, eq=False)
class Stack:
    """Images of one kind in memory: pixels (n, ...) and one mask for each, or none at all."""

    pixels: np.ndarray
    masks: np.ndarray | None = None
    spacing: tuple[float, ...] | None = None
    channel_axis: int | None = None
    unit: str | None = None
    beside: tuple[Beside, ...] | None = None

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def masked(self) -> np.ndarray:
        """Which images have a mask."""
        return np.full(len(self), self.masks is not None)

    def at(self, index: int) -> Image:
        """One image."""
        mask = None if self.masks is None else self.masks[index]
        place, windows = (None, ()) if self.beside is None else self.beside[index]
        return Image(
            self.pixels[index], self.channel_axis, self.spacing, mask,
            unit=self.unit, place=place, windows=windows,
        )  # fmt: skip

    def take(self, chosen: np.ndarray) -> "Stack":
        """Give the images at some positions; those of a contiguous range are views."""
        rows: Any = chosen
        if len(chosen) and (np.diff(chosen) == 1).all():
            rows = slice(int(chosen[0]), int(chosen[-1]) + 1)
        masks = None if self.masks is None else self.masks[rows]
        beside = None if self.beside is None else tuple(self.beside[i] for i in chosen)
        return replace(self, pixels=self.pixels[rows], masks=masks, beside=beside)

    def with_masks(self, masks: Any) -> "Stack | Items":
        """Give these masks to the images."""
        if isinstance(masks, np.ndarray) and masks.dtype != object:
            own = self.at(0).spatial_shape if len(self) else masks.shape[1:]
            if masks.shape[1:] != own:
                raise InputError(f"masks of shape {masks.shape[1:]}, but images of {own}")
            for k, mask in enumerate(masks if masks.dtype.kind not in "biu" else ()):
                usable_mask(mask, f"mask of image {k}", own)
            return replace(self, masks=masks)
        return Items.of(self).with_masks(masks)

    def shapes(self) -> list[tuple[int, ...]]:
        """Shape of each."""
        return [self.pixels.shape[1:]] * len(self)

    def areas(self) -> np.ndarray:
        """Pixels inside each mask."""
        if self.masks is None:
            return np.full(len(self), -1)
        return np.count_nonzero(self.masks.reshape(len(self), -1), axis=1)

    def with_region(self, region: str, label: float | None) -> "Stack":
        """Replace masks by their boxes, or by none."""
        if self.masks is None or region == "image":
            return replace(self, masks=None)
        return replace(self, masks=np.stack([box_mask(mask, label) for mask in self.masks]))

    def resized(self, size: Any, fit: str = "stretch") -> "Stack":
        """Resize pixels and masks now."""
        if not len(self):
            return self
        first = resized(self.at(0), size, fit)
        if fit == "stretch":
            # a stack is resized like a volume, slice by slice
            pixels = np.concatenate([
                resize(self.pixels[at : at + _PORTION], size, self._axis_of_stack)
                for at in range(0, len(self), _PORTION)
            ])  # fmt: skip
        else:  # each has its own border
            pixels = np.stack([fitted(p, size, self.channel_axis, fit) for p in self.pixels])
        masks = None if self.masks is None else fitted_mask(self.masks, size, fit)
        beside = None
        if self.beside is not None:
            grid = self.at(0).spatial_shape, self.spacing
            beside = tuple((resized_grid(*grid, p, size, fit)[1], w) for p, w in self.beside)
        return replace(self, pixels=pixels, masks=masks, spacing=first.spacing, beside=beside)

    @property
    def _axis_of_stack(self) -> int | None:
        axis = self.channel_axis
        return axis if axis is None or axis < 0 else axis + 1

    def single_channel(self) -> "Stack":
        """Take one channel where all three are equal throughout."""
        axis = self._axis_of_stack
        if not gray_in_disguise(self.pixels, axis):
            return self
        return replace(self, pixels=np.take(self.pixels, 0, axis), channel_axis=None)

    def in_colour(self) -> "Stack":
        """Spread gray pixels over three channels."""
        if self.channel_axis is not None:
            return self
        return replace(self, pixels=np.repeat(self.pixels[..., None], 3, axis=-1), channel_axis=-1)

    def described(self, spacing: tuple[float, ...] | None, channel_axis: int | None) -> "Stack":
        """Give spacing and channels where they are told."""
        axis = self.channel_axis if channel_axis is None else channel_axis
        return replace(self, spacing=spacing or self.spacing, channel_axis=axis)


@dataclass(frozen=True, eq=False)
class Items:
    """Images of any kind, one by one; what is asked of all is done when one is read.

    Parameters
    ----------
    items : tuple
        Image in memory, file, or the error that asking for it raises.
    size : int, tuple of int or None
        Resize on reading.
    channel_axis : int or None
        -1 where all are given in colour; gray ones are then spread over three channels.
    region : str
        Of `REGIONS`.
    known_shapes : tuple of tuple of int, optional
        Shape of each as it is given, where known without reading.
    known_areas : tuple of int, optional
        Pixels in each mask, where known without reading.
    single : bool
        Give one channel of those with three equal ones.
    label : float, optional
        Whose box is meant, of a mask with several.
    fit : str
        Of `FITS`: how `size` is reached.
    binary : bool
        Take masks for what is inside or not, whatever their labels.
    """

    items: tuple[Item, ...]
    size: Any = None
    channel_axis: int | None = None
    region: str = "mask"
    known_shapes: tuple[tuple[int, ...], ...] | None = None
    known_areas: tuple[int, ...] | None = None
    single: bool = False
    label: float | None = None
    fit: str = "stretch"
    binary: bool = False

    @classmethod
    def of(cls, store: "Stack | Items") -> "Items":
        """Take a stack apart; items stay as they are."""
        if isinstance(store, Items):
            return store
        return cls(tuple(store.at(i) for i in range(len(store))))

    def __len__(self) -> int:
        return len(self.items)

    @property
    def masked(self) -> np.ndarray:
        """Which images have a mask."""
        if self.region == "image":
            return np.zeros(len(self), bool)
        return np.array([has_mask(item) for item in self.items], bool)

    def at(self, index: int) -> Image:
        """Read one image and do what is asked of all."""
        item = self.items[index]
        if isinstance(item, InputError):
            raise item
        if isinstance(item, ImageFile) and self.region == "image":
            item = replace(item, masks=(), region=None)  # one without effect may be a bad one
        image = item.read() if isinstance(item, ImageFile) else item
        image = single_channel(image) if self.single else image
        if self.channel_axis is not None and image.channel_axis is None:
            pixels = np.repeat(image.pixels[..., None], 3, axis=-1)
            image = replace(image, pixels=pixels, channel_axis=-1)
        if self.region == "image":
            image = replace(image, mask=None)
        elif self.binary and image.mask is not None:
            image = replace(image, mask=image.mask != 0)
        if self.size is not None:
            image = resized(image, self.size, self.fit)
        if self.region == "box" and image.mask is not None:
            image = replace(image, mask=box_mask(image.mask, self.label))
        return image

    def take(self, chosen: np.ndarray) -> "Items":
        """Give the images at some positions; nothing is read."""

        def part(values: Sequence[Any] | None) -> Any:
            return None if values is None else tuple(values[i] for i in chosen)

        return replace(
            self,
            items=part(self.items),
            known_shapes=part(self.known_shapes),
            known_areas=part(self.known_areas),
        )

    def with_masks(self, masks: Any) -> "Items":
        """Give these masks to the images; None is the whole image."""
        pairs = [(self.items[i], masks[i]) for i in range(len(self))]
        return replace(self, items=tuple(with_mask(*pair) for pair in pairs), known_areas=None)

    def without_masks(self, where: np.ndarray) -> "Items":
        """Leave out the masks of some."""
        items = [
            with_mask(item, None) if gone else item
            for item, gone in zip(self.items, where, strict=True)
        ]
        areas = self.known_areas
        if areas is not None:
            areas = tuple(-1 if gone else a for a, gone in zip(areas, where, strict=True))
        return replace(self, items=tuple(items), known_areas=areas)

    def shapes(self) -> list[tuple[int, ...]]:
        """Shape of each; unknown ones are read."""
        if self.known_shapes is not None:
            return list(self.known_shapes)
        return [self.at(i).pixels.shape for i in range(len(self))]

    def areas(self) -> np.ndarray:
        """Pixels inside each mask, as given or in the size asked for."""
        if self.known_areas is not None:
            return np.array(self.known_areas, np.int64)
        masks = [self.at(i).mask if has else None for i, has in enumerate(self.masked)]
        return np.array([-1 if m is None else np.count_nonzero(m) for m in masks], np.int64)

    def with_region(self, region: str, label: float | None) -> "Items":
        """Read boxes or whole images."""
        return replace(self, region=region, label=label, known_areas=None)

    def resized(self, size: Any, fit: str = "stretch") -> "Items":
        """Resize when an image is read; what was to be resized before is read as it is."""
        return replace(self, size=size, fit=fit, known_shapes=None)

    def single_channel(self) -> "Items":
        """Take one channel of those with three equal ones, when they are read."""
        return replace(self, single=True, known_shapes=None)

    def in_colour(self) -> "Items":
        """Spread gray images over three channels, when they are read."""
        return replace(self, channel_axis=-1, known_shapes=None)

    def described(self, spacing: tuple[float, ...] | None, channel_axis: int | None) -> "Items":
        """Give spacing, where told, to all, and channels to images in memory."""
        items = [
            item if isinstance(item, InputError) else item.described(spacing, channel_axis)
            for item in self.items
        ]
        return replace(self, items=tuple(items))


def gathered(items: Sequence[Item]) -> Stack | Items:
    """Put images of one kind, all in memory, into one array; others stay as they are."""
    images = [item for item in items if isinstance(item, Image)]
    kinds = {
        (
            i.pixels.shape,
            i.pixels.dtype,
            i.spacing,
            i.channel_axis,
            i.unit,
            None if i.mask is None else i.mask.dtype,
        )
        for i in images
    }
    if len(images) < len(items) or len(kinds) != 1:
        return Items(tuple(items))
    first = images[0]
    masks = None if first.mask is None else np.stack([np.asarray(i.mask) for i in images])
    pixels = np.stack([image.pixels for image in images])
    beside = tuple((image.place, image.windows) for image in images)
    known = beside if any(place is not None or windows for place, windows in beside) else None
    return Stack(pixels, masks, first.spacing, first.channel_axis, first.unit, known)
