"""Images of any sizes, by position, read when asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Image, read, read_contours, read_series, resize
from imgpipe.images.image import DICOM_SUFFIXES

# a file or folder of a DICOM series still to be read, an image at hand, or what is wrong with it
Item = Path | Image | InputError
# file of a mask, and the region of a structure set
MaskItem = tuple[Path, str | None]


@dataclass(frozen=True)
class ImageList(Sequence[Any]):
    """Images by position, read when asked for; a bad one raises an InputError that names it.

    A slice or an array of integers gives another `ImageList`. Files are held as paths, so that
    parts are cheap to send to another process.

    Parameters
    ----------
    ids : tuple of str
        The path as given, or the index in the array.
    items : tuple
        Path, image or error of each.
    size : int, tuple of int or None
        Resize on reading.
    warnings : tuple of str
        What was passed over.
    masks : tuple
        File and region of the mask of each, None for the whole image; empty without masks.
    """

    ids: tuple[str, ...]
    items: tuple[Item, ...]
    size: tuple[int, int] | None = None
    warnings: tuple[str, ...] = ()
    masks: tuple[MaskItem | None, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int | np.integer):
            chosen = np.arange(len(self))[index]
            ids, items = (tuple(values[i] for i in chosen) for values in (self.ids, self.items))
            masks = tuple(self.masks[i] for i in chosen) if self.masks else ()
            return ImageList(ids, items, self.size, self.warnings, masks)
        item = self.items[index]
        if isinstance(item, InputError):
            raise item
        image = _read(item) if isinstance(item, Path) else item
        if self.size is None:
            return image
        return Image(resize(image.pixels, self.size, image.channel_axis), image.channel_axis)

    def masked(self, index: int) -> tuple[Image, np.ndarray | None]:
        """Image and mask, in the size in which they are stored; None for the whole image.

        A structure set goes with the folder of the series that it was drawn on.
        """
        item, place = self.items[index], self.masks[index] if self.masks else None
        if place is None:
            return self[index], None
        path, region = place
        if isinstance(item, Path) and item.is_dir() and path.suffix.lower() in DICOM_SUFFIXES:
            series = read_series(item)
            return series.image, read_contours(path, series, region=region)
        image: Image = self[index]
        mask = read(path)
        return image, mask.pixels if mask.channel_axis is None else np.any(mask.pixels, axis=-1)


def _read(path: Path) -> Image:
    """Read an image file, or the series of a folder."""
    return read_series(path).image if path.is_dir() else read(path)
