"""A batch of images at a time: what a model says of each, and a reason where it says nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from imgpipe._common import InputError, MissingPackage, needed_for
from imgpipe._common.reasons import Reason
from imgpipe._runtime.journal import Block
from imgpipe.bundle.inference.novelty import judged
from imgpipe.bundle.inference.regions import carried, in_own_region, taken_whole
from imgpipe.datasets.naming import reason_of
from imgpipe.images import Image, Images
from imgpipe.images.gray import single_channel
from imgpipe.images.pixel_types import kept_in
from imgpipe.images.region import resized

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel

_BATCH = 256
_BATCH_PIXELS = 1 << 24  # of large images fewer are in memory at a time


class Batch(NamedTuple):
    """Some images that follow one another, and what they are called."""

    images: Any
    ids: tuple[str, ...]


class _Part(NamedTuple):
    """What stands behind the first images of a sequence that may know no slices."""

    source: Any
    start: int

    def __getitem__(self, index: Any) -> Any:
        return self.source[self.start + index]


class Judged(NamedTuple):
    """Probabilities (n, k) and distances (n,) of a batch; NaN for what has a reason in `errors`.

    `whole` counts the images of which the model takes the whole, finding no region in them.
    """

    shares: np.ndarray
    distances: np.ndarray
    errors: Mapping[int, Reason]
    whole: int = 0

    def block(self) -> Block:
        """Give it as a journal keeps it."""
        numbers = np.column_stack([self.shares, self.distances])
        return Block(numbers, self.errors, notes=self.whole)

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> "Iterator[Judged]":
        """Take it from a journal."""
        for block in blocks:
            yield cls(block.values[:, :-1], block.values[:, -1], block.errors, block.notes)


def batches(
    model: "TrainedModel", source: Any, ids: tuple[str, ...], start: int
) -> Iterator[Batch]:
    """Cut images behind the first ones by their size alone: any run cuts in the same places."""
    step = max(1, min(_BATCH, _BATCH_PIXELS // max(1, int(np.prod(model.image_shape)))))
    for first in range(start - start % step, len(ids), step):
        span = slice(max(first, start), first + step)
        own = isinstance(source, Images | np.ndarray | list | tuple)
        yield Batch(source[span] if own else _Part(source, span.start), ids[span])


def judge(batch: Batch, model: "TrainedModel") -> Judged:
    """Predict a batch; a bad image spoils its own row only."""
    n = len(batch.ids)
    shares = np.full((n, len(model.classes)), np.nan)
    errors: dict[int, Reason] = {}
    usable = {}
    for i in range(n):
        try:
            usable[i] = usable_image(batch.images[i], model)
        except (InputError, OSError) as error:
            errors[i] = reason_of(batch.ids[i], error)
    told = Judged(shares, np.full(n, np.nan), errors)
    _fill(told, errors, usable, batch.ids, model)
    whole = taken_whole([image for i, image in usable.items() if i not in errors], model)
    return Judged(shares, told.distances, dict(sorted(errors.items())), whole)


def usable_image(item: Any, model: "TrainedModel") -> Image:
    """Give an image of the model's kind."""
    image = as_image(item, model)
    if model.channel_axis is None:
        image = single_channel(image)
    image = _in_its_type(image, model)
    if model.size is not None:
        image = resized(image, model.size, model.fit)
    model.check(image.pixels, image.channel_axis)
    if model.region != "image" and (image.mask is None or not image.mask.any()):
        lack = "has no mask" if image.mask is None else "has an empty mask"
        raise InputError(
            f"{lack}; the model was trained inside masks: name one in a manifest with a "
            "column mask (imgpipe inspect FOLDER --manifest), or train with --region image",
            code="NO-MASK" if image.mask is None else "EMPTY-MASK",
        )
    return image if model.region != "image" else in_own_region(replace(image, mask=None), model)


def _in_its_type(image: Image, model: "TrainedModel") -> Image:
    """Bring pixels to the type of the training, where that keeps each value."""
    if str(image.pixels.dtype) == model.dtype:
        return image
    taken = kept_in(image.pixels, model.dtype)
    if taken is None and image.unit is not None and image.unit == model.unit:
        # a slope that is not whole makes fractions of what the training had in whole numbers
        taken = kept_in(np.rint(image.pixels), model.dtype)
    return image if taken is None else replace(image, pixels=taken)


def as_image(item: Any, model: "TrainedModel") -> Image:
    """Take an array for an image of the model's kind, gray or colour."""
    return item if isinstance(item, Image) else Image(np.asarray(item), model.channel_axis)


def _fill(
    told: Judged,
    errors: dict[int, Reason],
    usable: dict[int, Image],
    ids: tuple[str, ...],
    model: "TrainedModel",
) -> None:
    """Predict some images together; a bad one is found by going one by one."""
    if not usable:
        return
    try:
        # what overflows is refused as infinite
        with needed_for("this model"), np.errstate(over="ignore"):
            shares, distances = judged(model, carried(list(usable.values()), model))
    except MissingPackage:
        raise
    except ValueError as error:  # pixels that are no numbers, or too large for a feature
        if len(usable) > 1:
            for i, image in usable.items():
                _fill(told, errors, {i: image}, ids, model)
        else:
            (i,) = usable
            errors[i] = reason_of(ids[i], error)
        return
    codes = [int(code) for code in model.pipeline.classes_]
    for i, row in zip(usable, shares, strict=True):
        told.shares[i] = 0.0
        told.shares[i, codes] = row
    if distances is not None:
        told.distances[list(usable)] = distances
