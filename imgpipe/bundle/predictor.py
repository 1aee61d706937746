"""What a trained model says of images; a bad image spoils its own row only."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError, MissingPackage, by_position, few, needed_for, track
from imgpipe._common.texts import counted, say
from imgpipe.bundle.inference.novelty import judged
from imgpipe.bundle.predictions import Predictions, as_threshold, chosen
from imgpipe.datasets import find_images
from imgpipe.datasets.naming import told_of
from imgpipe.images import Image, Images
from imgpipe.images.gray import single_channel
from imgpipe.images.region import resized

if TYPE_CHECKING:
    from imgpipe.bundle.explaining import Explained
    from imgpipe.learn import TrainedModel

_BATCH = 256
_BATCH_PIXELS = 1 << 24  # of large images fewer are in memory at a time
MASKS_UNUSED = say("masks are not used: the model was trained on whole images")


@dataclass(frozen=True, eq=False, repr=False)
class Predictor:
    """A trained model with all that it needs to take images as they come.

    Parameters
    ----------
    model : TrainedModel
        From `imgpipe.learn.fit`; `imgpipe.bundle.load` reads one from a file.
    card : dict
        What `imgpipe.bundle.save` was told of the model.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.bundle import Predictor
    >>> from imgpipe.datasets import load
    >>> from imgpipe.learn import fit
    >>> data = load("synthetic-nodules")
    >>> predictor = Predictor(fit(data, "forest", families="intensity"))
    >>> told = predictor.predict([data.images[0], np.zeros((5, 5), np.int16)])
    >>> told.predicted, told.errors[1]
    (('malignant', None), '1: is 5 x 5 pixels; the model was trained on 64 x 64 ...')
    """

    model: "TrainedModel"
    card: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Predictor of {len(self.classes)} classes: {self.model!r}>"

    def _repr_html_(self) -> str:
        from imgpipe.bundle.shown import show_predictor

        return show_predictor(self)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the columns of `predict_proba`."""
        return self.model.classes

    def predict(self, images: Any, *, threshold: float | None = None) -> Predictions:
        """Predict image by image; one that cannot be used gets its reason and the others go on.

        Parameters
        ----------
        images : path, list of paths, ImageList, ndarray (n, h, w) or (n, h, w, c), or sequence
            A path may be all that `imgpipe.datasets.find_images` takes: a file, a folder, a
            stack, a manifest. Arrays and members of a sequence, which may be an
            `imgpipe.images.Image`, are of the model's kind, gray or colour. Where the model was
            trained with a size, all are resized to it.
        threshold : float, optional
            Of two classes the positive one, the last of `classes`, is predicted where its
            probability is at least this, as in the thresholds of a run; None takes the most
            probable class.

        Returns
        -------
        Predictions

        Raises
        ------
        InputError
            If there is no image at all; for a threshold of a model of more classes, or one that
            does not lie in [0, 1].
        """
        threshold = as_threshold(threshold, self.classes)
        source = self._listed(images)
        ids = tuple(getattr(source, "ids", map(str, range(len(source)))))
        nowhere = np.full(len(ids), np.nan)
        rows = _Rows(ids, np.full((len(ids), len(self.classes)), np.nan), [""] * len(ids), nowhere)
        step = max(1, min(_BATCH, _BATCH_PIXELS // math.prod(self.model.image_shape)))
        batches = [range(n, min(n + step, len(ids))) for n in range(0, len(ids), step)]
        for batch in track(batches, "predicting"):
            self._fill(rows, self._usable(source, batch, rows))
        best = [
            None if error else chosen(row, threshold)
            for row, error in zip(rows.shares, rows.errors, strict=True)
        ]
        return Predictions(
            ids,
            self.classes,
            tuple(None if i is None else self.classes[i] for i in best),
            rows.shares,
            tuple(rows.errors),
            (*getattr(source, "warnings", ()), *_flagged(ids, rows.distances)),
            None if self.model.novelty is None else rows.distances,
            threshold,
        )

    def predict_proba(self, images: Any) -> np.ndarray:
        """Probability of each class, where every image can be used.

        Parameters
        ----------
        images : path, list of paths, ImageList, ndarray or sequence
            As in `predict`.

        Returns
        -------
        ndarray of float64, shape (n, k)

        Raises
        ------
        InputError
            For the first image that cannot be used.
        """
        told = self.predict(images)
        for error in filter(None, told.errors):
            raise InputError(error)
        return told.probabilities

    def explain(self, image: Any) -> "Explained":
        """Predict one image, and say what speaks for it: `imgpipe.bundle.explain`.

        Parameters
        ----------
        image : path-like, Image or ndarray
            One image, or a path with one image in it.

        Returns
        -------
        Explained

        Raises
        ------
        InputError
            For several images, and for one that the model cannot use.
        """
        from imgpipe.bundle import explain

        return explain(self, image)

    def single(self, image: Any) -> tuple[str, Image, tuple[str, ...]]:
        """Give one image as the model takes it, with its name and what was noted in reading it.

        Parameters
        ----------
        image : path-like, Image or ndarray
            One image, or a path with one image in it.

        Returns
        -------
        tuple of (str, Image, tuple of str)

        Raises
        ------
        InputError
            For several images, and for one that the model cannot use.
        """
        paths = isinstance(image, str | os.PathLike)
        source = self._listed(image if paths else Images([_as_image(image, self.model)]))
        if len(source) != 1:
            raise InputError(f"{len(source):,} images are given; one is explained at a time")
        name = str(source.ids[0])
        try:
            return name, self._image(source[0]), tuple(source.warnings)
        except (InputError, OSError) as error:
            raise InputError(told_of(name, error)) from error

    def _listed(self, images: Any) -> Any:
        """Find the images behind paths; leave a sequence as it is."""
        images = by_position(images, "images")
        if isinstance(images, np.ndarray) and images.ndim < 3 and images.dtype != object:
            raise InputError(
                f"images has shape {images.shape}; give an array (n, h, w) or (n, h, w, c), a "
                "sequence of arrays, or paths; of one image [image]"
            )
        if isinstance(images, str | os.PathLike):
            return self._looked_at(find_images(images, size=self.model.size))
        if not len(images):
            raise InputError("images is empty; give at least one")
        if isinstance(images, list | tuple) and isinstance(images[0], str | os.PathLike):
            return self._looked_at(find_images(images, size=self.model.size))
        return self._looked_at(images) if isinstance(images, Images) else images

    def _looked_at(self, images: Images) -> Images:
        """Give the region that the model was trained on; say where masks have no effect."""
        if self.model.region == "image" and images.masked_any:
            images = images.noting([MASKS_UNUSED])
        return images.with_region(self.model.region)

    def _usable(self, source: Any, batch: range, rows: "_Rows") -> dict[int, Image]:
        """Read a batch; note of the images that cannot be used why not."""
        usable = {}
        for i in batch:
            try:
                usable[i] = self._image(source[i])
            except (InputError, OSError) as error:
                rows.errors[i] = told_of(rows.ids[i], error)
        return usable

    def _image(self, item: Any) -> Image:
        """Give an image of the model's kind."""
        image = _as_image(item, self.model)
        if self.model.channel_axis is None:
            image = single_channel(image)
        if self.model.size is not None:
            image = resized(image, self.model.size)
        self.model.check(image.pixels, image.channel_axis)
        if self.model.region != "image" and (image.mask is None or not image.mask.any()):
            lack = "has no mask" if image.mask is None else "has an empty mask"
            raise InputError(
                f"{lack}; the model was trained inside masks: name one in a manifest with a "
                "column mask, or train with --region image"
            )
        return image if self.model.region != "image" else replace(image, mask=None)

    def _fill(self, rows: "_Rows", usable: dict[int, Image]) -> None:
        """Predict some images together; a bad one is found by going one by one."""
        if not usable:
            return
        try:
            # what overflows is refused as infinite
            with needed_for("this model"), np.errstate(over="ignore"):
                shares, distances = judged(self.model, Images(list(usable.values())))
        except MissingPackage:
            raise
        except ValueError as error:  # pixels that are no numbers, or too large for a feature
            if len(usable) > 1:
                for i, image in usable.items():
                    self._fill(rows, {i: image})
            else:
                (i,) = usable
                rows.errors[i] = told_of(rows.ids[i], error)
            return
        codes = [int(code) for code in self.model.pipeline.classes_]
        for i, row in zip(usable, shares, strict=True):
            rows.shares[i] = 0.0
            rows.shares[i, codes] = row
        if distances is not None:
            rows.distances[list(usable)] = distances


def _as_image(item: Any, model: "TrainedModel") -> Image:
    return item if isinstance(item, Image) else Image(np.asarray(item), model.channel_axis)


@dataclass(frozen=True)
class _Rows:
    """What is known so far of each image."""

    ids: Sequence[str]
    shares: np.ndarray
    errors: list[str]
    distances: np.ndarray


def _flagged(ids: Sequence[str], distances: np.ndarray) -> list[str]:
    """Warn of images that are out of distribution."""
    flagged = [ids[i] for i, far in enumerate(distances.tolist()) if far > 1.0]
    if not flagged:
        return []
    return [
        counted(
            len(flagged),
            "{n} of {of} images is out of distribution (differs from the training images): {ids}; "
            "do not rely on its class",
            "{n} of {of} images are out of distribution (differ from the training images): {ids}; "
            "do not rely on their classes",
            of=len(ids),
            ids=few(flagged, 3),
        )
    ]
