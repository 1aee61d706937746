"""How the files of new images are read: as those of the training were."""

from typing import Any, TypedDict

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, say
from imgpipe.datasets import find_images
from imgpipe.images import ImageFile, Images
from imgpipe.learn.trained import TrainedModel


class How(TypedDict, total=False):
    """What may be said of files, as in `imgpipe.datasets.find_images`."""

    slices: str | None
    series: str | None
    allow_gaps: bool


def found_as_trained(sources: Any, model: TrainedModel, how: How) -> Images:
    """List images for a model, to be read as those of its training were.

    Parameters
    ----------
    sources : path-like or iterable of path-like
    model : TrainedModel
    how : How
        Slices in place of those that the model was trained on; which series is meant.

    Returns
    -------
    Images
        With a note where the first has another unit than the training images.

    Raises
    ------
    InputError
        If slices are asked for, and the model takes volumes.
    """
    volumes = len(model.image_shape) - (model.channel_axis is not None) > 2
    slices = how.get("slices")
    if volumes and slices is not None:
        raise InputError(f"--slices is {slices}; the model was trained with --volumes")
    images = find_images(
        sources,
        size=model.size,
        fit=model.fit,
        slices=slices or model.slices,
        volumes=volumes or None,
        series=how.get("series"),
        allow_gaps=how.get("allow_gaps", False),
    )
    return images.noting(_other_unit(images, model.unit))


def _other_unit(images: Images, unit: str | None) -> list[Text]:
    """Say where the first image that can be read is of another unit than the training."""
    if unit is None:
        return []
    for name, item in zip(images.ids, images.items, strict=True):
        if not isinstance(item, ImageFile):
            return []
        try:
            found = item.read().unit
        except (InputError, OSError):
            continue
        if found == unit:
            return []
        return [
            say(
                "the model was trained on values in {unit}; {image} is in {other}, and so may be "
                "others",
                unit=unit,
                image=shown(name),
                other=found or say("an unknown unit"),
            )
        ]
    return []
