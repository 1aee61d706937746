"""The one carrier of images: pixels, masks, spacing, channel axis and ids, by position."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.array_like import ArrayLike, sliding_axes
from imgpipe.images.fit import check_fit
from imgpipe.images.given import aligned, stored
from imgpipe.images.image import Image, lengths
from imgpipe.images.item import Item
from imgpipe.images.region import check_region
from imgpipe.images.storage import Items, Stack, gathered


class Images(ArrayLike, Sequence[Any]):
    """A sequence of `Image`, in memory or in files, that keeps together what belongs together.

    An integer gives an `Image`; a slice, an array of integers or a boolean mask gives other
    `Images`, with masks, spacing and ids. Images in files are read when they are asked for, and a
    bad one raises an `InputError` that names it; only paths are sent to another process.

    NumPy takes images of one size in memory for their stack of pixels: ``images.shape``,
    ``images.dtype``, ``np.asarray(images)``.

    Parameters
    ----------
    images : ndarray, Images, or sequence
        A stack ``(n, y, x)`` or ``(n, z, y, x)``, with one more axis for colour; or a sequence of
        arrays, `Image`, paths and `ImageFile` of any sizes.
    masks : ndarray or sequence, optional
        Region of interest of each image, nonzero inside: arrays, paths, or None for the whole
        image. They replace masks that the images have.
    spacing : tuple of float, optional
        Distance of neighbouring pixels in mm, of all images; theirs by default.
    channel_axis : int, optional
        Axis of the colour channels in one image, of those that are arrays.
    ids : sequence of str, optional
        What each is called: a path, or its index by default.

    Raises
    ------
    InputError
        If the numbers of images, masks and ids differ, or an array of another kind is given.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Images
    >>> pixels = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    >>> images = Images(pixels, masks=pixels > 20, spacing=(0.5, 0.5))
    >>> images.shape, images[1].id, images[1].spacing, int(images[1].mask.sum())
    ((2, 4, 4), '1', (0.5, 0.5), 11)
    """

    def __init__(
        self,
        images: Any,
        masks: Any = None,
        *,
        spacing: tuple[float, ...] | None = None,
        channel_axis: int | None = None,
        ids: Iterable[Any] | None = None,
    ) -> None:
        if isinstance(images, Images):
            store: Stack | Items = images._store.described(lengths(spacing), channel_axis)
            known: tuple[str, ...] | None = images.ids
        else:
            store, known = stored(images, lengths(spacing), channel_axis)
        if masks is not None:
            store = store.with_masks(aligned(masks, len(store), "masks"))
        if ids is not None:
            known = tuple(str(name) for name in ids)
        self._settle(store, known)
        aligned(self.ids, len(store), "ids")

    def _settle(self, store: Stack | Items, ids: tuple[str, ...] | None) -> None:
        self._store = store
        self.ids = tuple(map(str, range(len(store)))) if ids is None else ids
        self.warnings: tuple[str, ...] = ()

    @classmethod
    def of_store(
        cls, store: Stack | Items, ids: tuple[str, ...], warnings: tuple[str, ...] = ()
    ) -> "Images":
        """Make images of a store as it is.

        Parameters
        ----------
        store : Stack or Items
        ids : tuple of str
        warnings : tuple of str
            What a reader should know of them.

        Returns
        -------
        Images
        """
        images = cls.__new__(cls)
        images._settle(store, ids)
        images.warnings = warnings
        return images

    def _with(self, store: Stack | Items) -> "Images":
        return Images.of_store(store, self.ids, self.warnings)

    def __len__(self) -> int:
        return len(self._store)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, np.ndarray) and index.ndim > 1:
            return self._array[index]
        if isinstance(index, tuple):
            if len(index) != 2 or index[1] is not Ellipsis:
                return self._array[index]
            index = index[0]  # what scikit-learn asks of an array: its rows
        if isinstance(index, int | np.integer):
            if not -len(self) <= index < len(self):
                raise IndexError(f"image {index} of {len(self)}")
            return replace(self._store.at(int(index)), id=self.ids[index])
        chosen = np.arange(len(self))[index]
        ids = tuple(self.ids[i] for i in chosen)
        return Images.of_store(self._store.take(chosen), ids, self.warnings)

    def __repr__(self) -> str:
        kind = "in memory" if self.in_memory else "in files"
        return f"<Images: {len(self)} {kind}>"

    def _repr_html_(self) -> str:
        from imgpipe.images.shown import show_images

        return show_images(self)

    @property
    def _array(self) -> np.ndarray:
        if isinstance(self._store, Stack):
            return self._store.pixels
        raise AttributeError("images of several sizes or in files are no array; use .pixels")

    @property
    def is_stack(self) -> bool:
        """Whether all are one array, with one mask each or none."""
        return isinstance(self._store, Stack)

    @property
    def in_memory(self) -> bool:
        """Whether no file has to be read."""
        store = self._store
        return isinstance(store, Stack) or all(isinstance(i, Image) for i in store.items)

    @property
    def pixels(self) -> np.ndarray:
        """All pixels as one stack; reads the files, and refuses images of several sizes."""
        if isinstance(self._store, Stack):
            return self._store.pixels
        pixels = [self._store.at(i).pixels for i in range(len(self))]
        sizes = sorted({"x".join(map(str, p.shape)) for p in pixels})
        if len(sizes) > 1:
            raise InputError(
                f"images of {len(sizes)} sizes ({', '.join(sizes[:3])}) are no stack; resize them"
            )
        return np.stack(pixels)

    @property
    def masks(self) -> Any:
        """Mask of each image: a stack, a list in which None is the whole image, or None for all."""
        if isinstance(self._store, Stack):
            return self._store.masks
        if not self.masked_any:
            return None
        return [self._store.at(i).mask for i in range(len(self))]

    @property
    def masked_any(self) -> bool:
        """Whether any image has a mask; reads nothing."""
        return bool(self._store.masked.any())

    @property
    def masked_all(self) -> bool:
        """Whether every image has a mask; reads nothing."""
        return bool(self._store.masked.all())

    @property
    def channel_axis(self) -> int | None:
        """Axis of the channels of the images; of the first of those that differ."""
        if isinstance(self._store, Stack) or self._store.channel_axis is not None:
            return self._store.channel_axis
        return self[0].channel_axis if len(self) else None

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shape of the pixels of each, channels included; unknown ones are read."""
        return self._store.shapes()

    def masked(self, index: int) -> tuple[Image, np.ndarray | None]:
        """Image and mask; None for the whole image."""
        image = self[index]
        return image, image.mask

    def areas(self) -> np.ndarray:
        """Pixels inside each mask, int64 (n,); -1 where there is none. Reads masks in files."""
        return self._store.areas()

    def with_region(self, region: str, *, label: float | None = None) -> "Images":
        """Give the images with their masks, the masks' bounding boxes, or without masks.

        Parameters
        ----------
        region : {"mask", "box", "image"}
        label : float, optional
            The box is that of the pixels with this label, where a mask has several; it keeps it.

        Returns
        -------
        Images
        """
        if check_region(region) == "mask":
            return self
        return self._with(self._store.with_region(region, label))

    def without_masks(self, where: np.ndarray) -> "Images":
        """Give the images with the masks of some left out."""
        if not where.any():
            return self
        items = Items.of(self._store)
        return self._with(items.without_masks(where))

    def resized(self, size: int | tuple[int, ...] | None, fit: str = "stretch") -> "Images":
        """Give the images in another size, those in files when they are read; see `load`."""
        return self if size is None else self._with(self._store.resized(size, check_fit(fit)))

    def single_channel(self) -> "Images":
        """Give gray images that were saved as colour in one channel."""
        return self._with(self._store.single_channel())

    def in_colour(self) -> "Images":
        """Give gray images in three equal channels."""
        return self._with(self._store.in_colour())

    def with_pixels(self, pixels: Any) -> "Images":
        """Give other pixels to the same masks, spacing and ids.

        Parameters
        ----------
        pixels : ndarray or list of ndarray
            One for each image, of its shape.
        """
        if isinstance(pixels, np.ndarray) and isinstance(self._store, Stack):
            return self._with(replace(self._store, pixels=pixels))
        own = [self._store.at(i) for i in range(len(self))]
        items = [replace(image, pixels=p) for image, p in zip(own, pixels, strict=True)]
        return self._with(Items(tuple(items)))

    def mapped(
        self, function: Callable[..., np.ndarray], channel_axis: int | None = None
    ) -> "Images":
        """Give pixels as a function makes them of these: a whole stack at once, else one by one.

        Parameters
        ----------
        function : callable
            ``function(pixels, axes=...)``, with the axes that are neither the stack's nor the
            channels'. It gives pixels of the same shape.
        channel_axis : int, optional
            Axis of the channels in one image; theirs by default.
        """
        if isinstance(self._store, Stack):
            own = self._store.channel_axis if channel_axis is None else channel_axis
            pixels = self._store.pixels
            return self.with_pixels(function(pixels, axes=sliding_axes(pixels.ndim, 1, own)))
        made = []
        for image in self:
            own = image.channel_axis if channel_axis is None else channel_axis
            axes = sliding_axes(image.pixels.ndim, 0, own)
            made.append(replace(image, pixels=function(image.pixels, axes=axes)))
        return self._with(Items(tuple(made)))  # not with_pixels, which would read them again

    def replaced(self, images: Sequence[Image]) -> "Images":
        """Give other images, one for each, under these ids."""
        return self._with(gathered(images) if self.is_stack else Items(tuple(images)))

    def noting(self, warnings: Iterable[str]) -> "Images":
        """Give the same images with more that a reader should know of them."""
        return Images.of_store(self._store, self.ids, (*self.warnings, *warnings))

    @property
    def items(self) -> tuple[Item, ...]:
        """Where each comes from: an image in memory, a file, or the error of one."""
        return Items.of(self._store).items


def as_images(images: Any, channel_axis: int | None = None) -> Images:
    """Take arrays and lists as they come for `Images`; those that are stay as they are."""
    return images if isinstance(images, Images) else Images(images, channel_axis=channel_axis)
