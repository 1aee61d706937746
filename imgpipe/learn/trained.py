"""A fitted pipeline and the kind of image that it takes; nothing here needs scikit-learn."""

from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Images
from imgpipe.learn.cases import TrainingCases
from imgpipe.learn.feature_summary import FeatureSummary
from imgpipe.learn.novelty.distance import Novelty
from imgpipe.learn.shown import show_model, steps_of


@dataclass(frozen=True, eq=False, repr=False)
class TrainedModel:
    """A fitted pipeline and the kind of image it takes.

    Parameters
    ----------
    pipeline : Pipeline
        It takes images and gives codes into `classes`.
    classes : tuple of str
        Class names.
    channel_axis : int or None
        -1 for colour, None for gray.
    image_shape : tuple of int
        Of each image of the training, channels included.
    dtype : str
        Of its pixels.
    size : int or (int, int), optional
        What the images were resized to when they were read.
    trained_on : tuple of str, optional
        `imgpipe.datasets.image_digests` of the images fitted, by which they are known again. None
        where they are not known.
    warnings : tuple of str
        What to beware of: those of the data set, equal images, unknown patients.
    region : {"image", "mask", "box"}
        What the model looks at: new images need a mask for the latter two.
    cases : TrainingCases, optional
        Training images that it keeps to be shown beside others; none unless asked for.
    sample : Images, optional
        Some training images, by which `imgpipe.bundle.save` sees that a file says what the
        pipeline says; no file keeps them, and no pickle. Copies within the process do.
    summary : FeatureSummary, optional
        What features were like in training, for explanations; None where it computes none.
    novelty : Novelty, optional
        What tells which images are out of distribution.
    fit : {"stretch", "pad", "crop"}
        How `size` is reached.
    slices : str, optional
        Which slices of volumes it takes, as in `imgpipe.datasets.load`.
    unit : str, optional
        Of the values of all images of the training.
    any_size : bool
        Whether these had several sizes, and new ones may have others; `image_shape` is the first.
    """

    pipeline: Any
    classes: tuple[str, ...]
    channel_axis: int | None
    image_shape: tuple[int, ...]
    dtype: str
    size: int | tuple[int, int] | None = None
    trained_on: tuple[str, ...] | None = None
    warnings: tuple[str, ...] = ()
    region: str = "image"
    cases: TrainingCases | None = field(default=None, repr=False)
    sample: Images | None = field(default=None, repr=False)
    summary: FeatureSummary | None = field(default=None, repr=False)
    novelty: Novelty | None = field(default=None, repr=False)
    fit: str = "stretch"
    slices: str | None = None
    unit: str | None = None
    any_size: bool = False

    def __repr__(self) -> str:
        steps = ", ".join(steps_of(self))
        return f"<TrainedModel {steps}: {_dimensions(self.image_shape)} pixels, {self.dtype}>"

    def _repr_html_(self) -> str:
        return show_model(self)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out training images: whoever gets a pickle has not been given these."""
        return self.__dict__ | {"sample": None}

    def __copy__(self) -> "TrainedModel":
        return replace(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> "TrainedModel":
        parts = {f.name: deepcopy(getattr(self, f.name), memo) for f in fields(self)}
        return type(self)(**parts)

    @property
    def positive_class(self) -> str | None:
        """The last of two classes; None with more."""
        return self.classes[1] if len(self.classes) == 2 else None

    def check(self, pixels: np.ndarray, channel_axis: int | None) -> None:
        """Refuse an image unlike those of the training.

        Parameters
        ----------
        pixels : ndarray
            Of one image.
        channel_axis : int or None
            Axis of its colour channels.

        Raises
        ------
        InputError
            If it is gray and they were in colour, or the other way round; or if its shape or
            dtype is another. The message begins with a verb, for a name to stand before it.
        """
        expected, given = _kind(self.channel_axis), _kind(channel_axis)
        if expected != given:
            raise InputError(
                f"is a {given} image; the model was trained on {expected} images", code="OTHER-KIND"
            )
        if self.any_size and pixels.ndim != len(self.image_shape):
            raise InputError(
                f"has {pixels.ndim} axes; the model was trained on images of "
                f"{len(self.image_shape)}{_hint(pixels, self.image_shape)}",
                code="OTHER-KIND",
            )
        if not self.any_size and pixels.shape != self.image_shape:
            raise InputError(
                f"is {_dimensions(pixels.shape)} pixels; the model was trained on "
                f"{_dimensions(self.image_shape)} (train with --size to have images resized)"
                f"{_hint(pixels, self.image_shape)}",
                code="OTHER-KIND",
            )
        if str(pixels.dtype) != self.dtype:
            raise InputError(
                f"has {pixels.dtype} pixels; the model was trained on {self.dtype}, which does not "
                "hold these values",
                code="OTHER-KIND",
            )


def _hint(pixels: np.ndarray, shape: tuple[int, ...]) -> str:
    """Say what would do where a volume stands for an image, or the other way round."""
    if pixels.ndim > len(shape):
        return "; of a volume take slices (--slices middle)"
    return "; it takes volumes" if pixels.ndim < len(shape) else ""


def _kind(channel_axis: int | None) -> str:
    return "gray" if channel_axis is None else "colour"


def _dimensions(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
