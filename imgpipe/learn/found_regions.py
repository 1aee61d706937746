"""The region that a step finds, in a data set: what is done where there is nothing in an image."""

from typing import TYPE_CHECKING, NamedTuple

from sklearn.base import clone

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.datasets import in_region
from imgpipe.datasets.naming import naming_images
from imgpipe.images.found import finder_of
from imgpipe.segment.choosing import find, refuse_masks

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset
    from imgpipe.learn.segment import Segment


class Regions(NamedTuple):
    """A data set in the region that was found, the step that finds it, and what there is to say.

    `told` counts the images with nothing in them.
    """

    dataset: "Dataset"
    segment: "Segment"
    told: Text


def in_found_region(
    dataset: "Dataset",
    segment: "Segment",
    region: str | None = None,
    empty_mask: str = "error",
    n_jobs: int | None = None,
) -> Regions:
    """Restrict a data set to what a step finds in its images.

    Parameters
    ----------
    dataset : Dataset
        Without masks, unless `region` passes over them.
    segment : Segment
        Its `empty_mask` counts where `empty_mask` is ``"error"``.
    region : {"image"}, optional
        Pass over the masks that the data set has.
    empty_mask : {"error", "image", "drop"}
        Where nothing is found: as in `imgpipe.datasets.in_region`.
    n_jobs : int, optional
        Workers.

    Returns
    -------
    Regions

    Raises
    ------
    InputError
        For another region, for masks that are there, and for images with nothing in them.
    """
    finder = segment.finder()
    if region not in (None, "image"):
        raise InputError(
            f"{dataset.where}: region={region!r}, but {finder.name} finds the region; leave region "
            "out, or give image to pass over masks that there are"
        )
    before = finder_of(dataset.images) == finder and dataset.region == "mask"
    if not before:
        if region == "image":
            dataset = dataset.changed(images=dataset.images.with_region("image"), region="image")
        try:
            refuse_masks(dataset.images, finder.name)
        except InputError as error:
            raise InputError(f"{dataset.where}: {error}") from None
        with naming_images(dataset):
            dataset = dataset.changed(images=find(dataset.images, finder, n_jobs))
    areas = dataset.images.areas()
    told = _told(finder.name, int((areas <= 0).sum()), len(areas))
    policy = segment.empty_mask if empty_mask == "error" else empty_mask
    if not before:
        dataset = in_region(dataset, "mask", empty_mask=policy)
    step: Segment = clone(segment)
    step.set_params(empty_mask="image" if policy == "image" else "error")
    return Regions(dataset, step, told)


def _told(name: str, nothing: int, n: int) -> Text:
    if not nothing:
        return say("{name} finds it in each of {n} images", name=name, n=n)
    share = nothing / n
    return say(
        "{name}; it finds nothing in {nothing} of {n} images ({share:.1%})",
        name=name,
        nothing=nothing,
        n=n,
        share=share,
    )
