"""Training images as a model may keep them: features, labels, and small pictures."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from imgpipe._common import InputError

MOST = 2000
"""Training images that are kept at most."""
KEPT = ("none", "features", "pictures")
"""What may be kept of them: nothing, names and features, or small pictures as well."""
KEPT_SIDE = 64
"""Pixels of the longer side of a small picture, at most."""
_BLOCK = 8  # of JPEG
ROW = 40
"""Pictures side by side on the sheet."""


@dataclass(frozen=True, eq=False)
class TrainingCases:
    """Training images as a model keeps them: plain arrays and texts, without the pixels.

    Parameters
    ----------
    ids : tuple of str
        Of the images that are kept: all, or 2,000 of them, class by class.
    labels : ndarray of int, shape (n,)
        Codes into the model's classes.
    digests : tuple of str
        `imgpipe.datasets.image_digests` of them.
    patients : tuple of str, optional
        None where they are not known.
    spacing : tuple of float, optional
        Of the first one, in mm.
    of : int
        Images that the model was fitted on.
    names : tuple of str
        Of the features.
    units : tuple of str
        Of the features, as in `imgpipe.features.catalogue`; blank where not known.
    features : ndarray of float32, shape (n, f)
        As the extractor gives them, not scaled. Without columns where the model computes none.
    sheet : ndarray of uint8, optional
        All pictures in one JPEG file, forty in a row, each in whole blocks of 8 x 8 pixels; None
        where none are kept.
    shape : (int, int)
        Height and width of a picture.
    """

    ids: tuple[str, ...]
    labels: np.ndarray
    digests: tuple[str, ...]
    patients: tuple[str, ...] | None
    spacing: tuple[float, ...] | None
    of: int
    names: tuple[str, ...]
    units: tuple[str, ...]
    features: np.ndarray
    sheet: np.ndarray | None = None
    shape: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        return len(self.ids)

    def pictures(self, rows: Sequence[int]) -> list[np.ndarray]:
        """Cut some pictures out of the sheet: uint8 (h, w) or (h, w, 3)."""
        if self.sheet is None:
            return []
        pitch, (height, width) = pitch_of(self.shape), self.shape
        sheet = self._opened(-(-len(self) // ROW) * pitch[0], min(len(self), ROW) * pitch[1])
        corners = [(row // ROW * pitch[0], row % ROW * pitch[1]) for row in rows]
        return [sheet[y : y + height, x : x + width] for y, x in corners]

    def _opened(self, height: int, width: int) -> np.ndarray:
        """Decode the sheet, if it is as large as it should be."""
        from PIL import Image

        assert self.sheet is not None
        try:
            with Image.open(io.BytesIO(self.sheet.tobytes()), formats=["JPEG"]) as image:
                if image.size == (width, height) and image.mode in ("L", "RGB"):
                    return np.asarray(image)
        except (OSError, ValueError, SyntaxError):
            pass
        raise InputError("the small pictures of training images are damaged; train the model again")

    def to_dict(self) -> dict[str, Any]:
        """Give what is kept as plain values, for a file."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of_dict(cls, content: Any) -> "TrainingCases":
        """Take what a file holds; an `InputError` where it is not what `to_dict` gave."""
        known = {f.name for f in fields(cls)}
        if not isinstance(content, Mapping) or set(content) != known:
            raise InputError("training cases without all their parts")
        cases = cls(**content)
        n, f = len(cases.ids), len(cases.names)
        lengths = {len(cases.labels), len(cases.digests), len(cases.features)}
        if lengths != {n} or cases.features.shape != (n, f) or len(cases.units) != f:
            raise InputError("training cases of several lengths")
        return cases


def pitch_of(shape: tuple[int, int]) -> tuple[int, int]:
    """From one picture to the next: whole blocks, so that none shines into its neighbour."""
    return -(-shape[0] // _BLOCK) * _BLOCK, -(-shape[1] // _BLOCK) * _BLOCK
