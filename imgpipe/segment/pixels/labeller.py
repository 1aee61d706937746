"""A pixel classifier as what finds masks: one of its classes may be the background."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image

if TYPE_CHECKING:
    from imgpipe.segment.pixel_classifier import PixelClassifier


@dataclass(frozen=True, eq=False)
class PixelLabeller:
    """Labels the pixels of images.

    Parameters
    ----------
    name : str
        What files and messages call it.
    classifier : PixelClassifier
        A fitted one.
    background : int, optional
        The class that becomes 0.
    """

    name: str
    classifier: "PixelClassifier"
    background: int | None = None
    objects = False  # labels are classes: nobody counts them

    def __post_init__(self) -> None:
        classes = self.classifier.classes_.tolist()
        if self.background is not None and self.background not in classes:
            raise InputError(
                f"background={self.background!r}; the classes of {self.name} are "
                f"{', '.join(map(str, classes))}"
            )

    def labels(self, image: Image) -> np.ndarray:
        """Give the class of each pixel, 0 for the background and outside a mask."""
        found = self.classifier.predict(image)
        if self.background is not None:
            found[found == self.background] = 0
        return found
