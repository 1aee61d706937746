"""An image that stays in its file until it is asked for."""

import os
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from imgpipe._common import InputError, shown
from imgpipe.images.contours import is_structure_set, read_contours
from imgpipe.images.formats.dicom.elements import is_dicom_file
from imgpipe.images.image import Image
from imgpipe.images.masking import masked
from imgpipe.images.read import read
from imgpipe.images.segmentation import is_segmentation_file
from imgpipe.images.series import Series, read_series
from imgpipe.images.slices import slice_of
from imgpipe.images.volume import read_volume


@dataclass(frozen=True)
class ImageFile:
    """An image file or the folder of a DICOM series, and the files of its mask.

    Parameters
    ----------
    path : str
        File or folder.
    masks : tuple of str
        Label images, DICOM segmentations or one structure set; several are united. Empty for the
        whole image.
    region : str, optional
        Of a structure set, or a segment.
    spacing : tuple of float, optional
        In place of that of the file.
    series : str, optional
        Which of the series in a folder.
    slice : int, optional
        One slice of a volume, by its index, as an image of two axes.
    allow_gaps : bool
        Resample slices that are missing or shifted.
    dtype : str, optional
        Of the pixels, in place of that of the file.
    """

    path: str
    masks: tuple[str, ...] = ()
    region: str | None = None
    spacing: tuple[float, ...] | None = None
    series: str | None = None
    slice: int | None = None
    allow_gaps: bool = False
    dtype: str | None = None

    def described(
        self, spacing: tuple[float, ...] | None, _channel_axis: int | None
    ) -> "ImageFile":
        """Give the spacing that is told; the channels are those of the file."""
        return replace(self, spacing=spacing or self.spacing)

    def read(self) -> Image:
        """Decode pixels and mask; what was passed over is told in the image's `warnings`.

        Raises
        ------
        InputError
            If one of the files cannot be read, or image and mask differ in shape.
        """
        if self.slice is None:
            image = self._stored()
        else:
            image = self._of_volume(self.slice)
        if self.dtype is not None:
            image = replace(image, pixels=image.pixels.astype(self.dtype))
        return image if self.spacing is None else replace(image, spacing=self.spacing)

    def _of_volume(self, index: int) -> Image:
        """One slice; the volume stays at hand for the next."""
        whole = replace(self, slice=None, spacing=None, dtype=None)
        volume = _last_volume(whole, tuple(map(_changed, (self.path, *self.masks))))
        try:
            return slice_of(volume, index)
        except InputError as error:
            raise InputError(f"{shown(self.path)} {error}") from None

    def _stored(self) -> Image:
        """Image and mask as the files say."""
        folder = Path(self.path).is_dir()
        if self._is_contoured() and (folder or is_dicom_file(self.path)):
            series = read_series(self.path, series=self.series, allow_gaps=self.allow_gaps)
            return self._contoured(series)
        if self.region is not None and not any(map(is_segmentation_file, self.masks)):
            found = f"the mask {self.masks[0]}" if self.masks else "no mask"
            raise InputError(
                f"{self.path}: region {self.region!r} goes with a DICOM segmentation, or with an "
                f"RTSTRUCT drawn on DICOM slices; found {found}"
            )
        if folder or self.series is not None or self.allow_gaps:
            image = read_volume(self.path, series=self.series, allow_gaps=self.allow_gaps)
        else:
            image = read(self.path)
        return self.masking(image) if self.masks else image

    def _is_contoured(self) -> bool:
        """Whether the mask is drawn and not stored pixel by pixel."""
        return len(self.masks) == 1 and is_structure_set(self.masks[0])

    def masking(self, image: Image) -> Image:
        """Give an image the label image of the mask's file, or where any of several is nonzero."""
        return masked(image, self.path, self.masks, self.region, self.series)

    def _contoured(self, series: Series) -> Image:
        """Give a volume the region that was drawn on it."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            mask = read_contours(self.masks[0], series, region=self.region)
        # a warning's text as it was said, which str() would make plain
        notes = [getattr(one.message, "args", [str(one.message)])[0] for one in caught]
        return replace(series.image, mask=mask, warnings=(*series.image.warnings, *notes))


@lru_cache(maxsize=1)
def _last_volume(file: ImageFile, changed: tuple[int, ...]) -> Image:
    """Keep the volume whose slices are asked for one by one, until another takes its place."""
    return file.read()


def _changed(path: str) -> int:
    """When a file was written: one that was replaced is read again."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
