"""What a trained model says of images; a bad image spoils its own row only."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from imgpipe._common import InputError, by_position, track
from imgpipe._common.reasons import NO_REASON, Reason
from imgpipe._common.texts import say
from imgpipe.bundle.inference.batches import Batch, as_image, batches, judge, usable_image
from imgpipe.bundle.inference.reading import How, found_as_trained
from imgpipe.bundle.inference.regions import taken_whole, whole_notes
from imgpipe.bundle.predictions import Predictions, as_threshold, chosen, flagged_note
from imgpipe.datasets.naming import told_of
from imgpipe.images import Image, Images

if TYPE_CHECKING:
    from imgpipe.bundle.explaining import Explained
    from imgpipe.learn import TrainedModel

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

    def predict(
        self, images: Any, *, threshold: float | None = None, **how: Unpack[How]
    ) -> Predictions:
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
        slices, series, allow_gaps
            How paths are read, as in `imgpipe.datasets.find_images`; the slices by default as in
            the training.

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
        source = self.listed(images, **how)
        ids = ids_of(source)
        found = [
            judge(batch, self.model)
            for batch in track(
                batches(self.model, source, ids, 0), "predicting", len(ids), size=_size
            )
        ]
        errors = (f.errors.get(i, NO_REASON) for f in found for i in range(len(f.shares)))
        told = self.told(
            ids,
            np.concatenate([f.shares for f in found]),
            np.concatenate([f.distances for f in found]),
            list(errors),
            threshold,
        )
        whole = whole_notes(self.model, sum(f.whole for f in found), len(ids))
        notes = (*getattr(source, "warnings", ()), *whole, *flagged_note(told.flagged(), len(ids)))
        return replace(told, warnings=notes)

    def told(
        self,
        ids: tuple[str, ...],
        shares: np.ndarray,
        distances: np.ndarray,
        reasons: Sequence[Reason],
        threshold: float | None,
    ) -> Predictions:
        """Put what the model says of images into words.

        Parameters
        ----------
        ids : tuple of str
        shares : ndarray of float64, shape (n, k)
            Probabilities.
        distances : ndarray of float64, shape (n,)
        reasons : sequence of Reason
            Why there is no prediction; without code and message where there is one.
        threshold : float or None
            As in `predict`.

        Returns
        -------
        Predictions
        """
        best = [
            None if reason.message else chosen(row, threshold)
            for row, reason in zip(shares, reasons, strict=True)
        ]
        return Predictions(
            ids,
            self.classes,
            tuple(None if i is None else self.classes[i] for i in best),
            shares,
            tuple(reason.message for reason in reasons),
            (),
            None if self.model.novelty is None else distances,
            threshold,
            tuple(reason.code for reason in reasons),
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
        source = self.listed(image if paths else Images([as_image(image, self.model)]))
        if len(source) != 1:
            raise InputError(f"{len(source):,} images are given; one is explained at a time")
        name = str(source.ids[0])
        try:
            image = usable_image(source[0], self.model)
        except (InputError, OSError) as error:
            raise InputError(told_of(name, error)) from error
        whole = whole_notes(self.model, taken_whole([image], self.model), 1)
        return name, image, (*source.warnings, *whole)

    def listed(self, images: Any, **how: Unpack[How]) -> Any:
        """Find the images behind paths; leave a sequence as it is.

        Parameters
        ----------
        images : path, list of paths, ndarray or sequence
        slices, series, allow_gaps
            As in `predict`.

        Returns
        -------
        Images, ndarray or sequence
        """
        images = by_position(images, "images")
        if isinstance(images, np.ndarray) and images.ndim < 3 and images.dtype != object:
            raise InputError(
                f"images has shape {images.shape}; give an array (n, h, w) or (n, h, w, c), a "
                "sequence of arrays, or paths; of one image [image]"
            )
        if isinstance(images, str | os.PathLike):
            return self._looked_at(found_as_trained(images, self.model, how))
        if not len(images):
            raise InputError("images is empty; give at least one")
        if isinstance(images, list | tuple) and isinstance(images[0], str | os.PathLike):
            return self._looked_at(found_as_trained(images, self.model, how))
        return self._looked_at(images) if isinstance(images, Images) else images

    def _looked_at(self, images: Images) -> Images:
        """Give the region that the model was trained on; say where masks have no effect."""
        if self.model.region == "image" and images.masked_any:
            images = images.noting([MASKS_UNUSED])
        return images.with_region(self.model.region)


def ids_of(source: Any) -> tuple[str, ...]:
    """Name each image: by its path, or its place."""
    return tuple(getattr(source, "ids", map(str, range(len(source)))))


def _size(batch: Batch) -> int:
    return len(batch.ids)
