"""An image that stays in its file until it is asked for."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.contours import read_contours
from imgpipe.images.image import DICOM_SUFFIXES, Image
from imgpipe.images.read import read
from imgpipe.images.series import read_series


@dataclass(frozen=True)
class ImageFile:
    """An image file or the folder of a DICOM series, and the files of its mask.

    Parameters
    ----------
    path : str
        File or folder.
    masks : tuple of str
        Label images or one structure set; several are united. Empty for the whole image.
    region : str, optional
        Of a structure set.
    """

    path: str
    masks: tuple[str, ...] = ()
    region: str | None = None

    def read(self) -> Image:
        """Decode pixels and mask.

        Raises
        ------
        InputError
            If one of the files cannot be read, or image and mask differ in shape.
        """
        if not Path(self.path).is_dir():
            image = read(self.path)
            return replace(image, mask=self.mask_for(image)) if self.masks else image
        series = read_series(self.path)
        if len(self.masks) == 1 and Path(self.masks[0]).suffix.lower() in DICOM_SUFFIXES:
            mask = read_contours(self.masks[0], series, region=self.region)
            return replace(series.image, mask=mask)
        return (
            replace(series.image, mask=self.mask_for(series.image)) if self.masks else series.image
        )

    def mask_for(self, image: Image) -> np.ndarray:
        """Label image of one file, or where any of several is nonzero."""
        parts = [_labels(path) for path in self.masks]
        for path, part in zip(self.masks, parts, strict=True):
            if part.shape != image.spatial_shape:
                raise InputError(
                    f"{path}: a mask of shape {part.shape}, but its image {self.path} has "
                    f"{image.spatial_shape}"
                )
        return parts[0] if len(parts) == 1 else np.any([part != 0 for part in parts], axis=0)


def _labels(path: str) -> np.ndarray:
    """Labels of a mask file."""
    mask = read(path)
    return mask.pixels if mask.channel_axis is None else np.any(mask.pixels, axis=-1)
