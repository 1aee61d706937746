"""What the registry knows about a data set before it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imgpipe.datasets.dataset import Dataset
from imgpipe.datasets.image_files import ImageFiles, resize_stack

Size = int | tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """A registered data set.

    Parameters
    ----------
    name : str
        Name to load it by.
    description : str
        One line.
    classes : tuple of str
        Class names.
    licence, citation : str
        Terms of use and the source to cite.
    loader : callable
        Gives the `Dataset` in its own size; called without arguments.
    images : dict of str to int
        Number of images in each part, or under ``"all"``.
    """

    name: str
    description: str
    classes: tuple[str, ...]
    licence: str
    citation: str
    loader: Callable[..., Dataset]
    images: dict[str, int]

    def load(self, *, size: Size | None = None) -> Dataset:
        """Load it, fetching it first if need be, and resize the images and masks if asked to.

        Parameters
        ----------
        size : int or tuple of int, optional
            As in `load`.
        """
        data = self.loader()
        if size is None:
            return data
        return replace(
            data,
            images=_resized(data.images, size, data.channel_axis),
            masks=None if data.masks is None else _resized(data.masks, size, None),
        )


def _resized(images: Any, size: Size, channel_axis: int | None) -> np.ndarray | ImageFiles:
    """Resize images at hand now, and those in files when they are read."""
    if not isinstance(images, ImageFiles):
        return resize_stack(np.asarray(images), size, channel_axis)
    new = (size, size) if isinstance(size, int) else tuple(size)
    end = 3 if channel_axis is not None else 2
    shapes = tuple((*new, *shape[2:end]) for shape in images.shapes)
    return replace(images, size=size, shapes=shapes)
