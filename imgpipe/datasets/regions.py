"""Which part of each image counts, and what becomes of images whose mask is empty or missing."""

from typing import TYPE_CHECKING

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images.found import finder_of
from imgpipe.images.region import check_region

if TYPE_CHECKING:
    from imgpipe.datasets.dataset import Dataset

EMPTY_MASK = ("error", "image", "drop")
"""What is done with images whose mask is empty or missing."""


def in_region(
    dataset: "Dataset", region: str | None = None, *, empty_mask: str = "error"
) -> "Dataset":
    """Restrict a data set to its masks, to their bounding boxes, or to whole images.

    An empty mask can be the label in disguise: where only the sick have a lesion to draw, its
    absence tells the healthy. So images without one stop the work, unless it is said what to do.

    Parameters
    ----------
    dataset : Dataset
    region : {"mask", "box", "image"}, optional
        What features look at; networks see the box in either of the first two. By default the
        mask, where the data set has masks, else the image.
    empty_mask : {"error", "image", "drop"}
        With a mask that is empty or missing: stop, take the whole image, or leave the image out.

    Returns
    -------
    Dataset
        With what was done in `region` and `warnings`.

    Raises
    ------
    InputError
        For a region where there are no masks, for empty or missing masks, or where none is left.

    Examples
    --------
    >>> from imgpipe.datasets import in_region, load
    >>> data = load("synthetic-nodules")
    >>> in_region(data).region, in_region(data, "image").masks is None
    ('mask', True)
    """
    if empty_mask not in EMPTY_MASK:
        raise InputError(f"empty_mask={empty_mask!r}; choose from {', '.join(EMPTY_MASK)}")
    if region is None:
        if dataset.region != "image" or not dataset.images.masked_any:
            _require_masks(dataset, empty_mask)
            return dataset
        region = "mask"
    images = dataset.images
    if check_region(region) == "image":
        if empty_mask != "error":
            raise InputError(f"empty_mask={empty_mask!r}, but whole images are looked at")
        return dataset.changed(images=images.with_region("image"), region="image")
    if (dataset.region, region) == ("box", "mask"):
        raise InputError(
            f"{dataset.where}: region='mask', but the boxes of its masks were taken before; ask "
            "for the masks of the data set as it was loaded"
        )
    if not images.masked_any:
        raise InputError(f"{dataset.where}: region={region!r}, but the data set has no masks")
    without = images.areas() <= 0
    warnings = dataset.warnings
    if without.any():
        if empty_mask == "error":
            raise InputError(_stop(dataset, without))
        counts = _counted(dataset, without)
        told = (
            say("{counts}: whole images are used", counts=counts)
            if empty_mask == "image"
            else say("{counts}: left out", counts=counts)
        )
        warnings = (*warnings, told)
        if empty_mask == "drop":
            dataset = _dropped(dataset, without)
            images = dataset.images
        else:
            images = images.without_masks(without)
    return dataset.changed(images=images.with_region(region), region=region, warnings=warnings)


def _require_masks(dataset: "Dataset", empty_mask: str) -> None:
    """Refuse to be told what to do with empty masks where there are no masks at all."""
    if empty_mask != "error" and dataset.region == "image":
        raise InputError(
            f"{dataset.where}: empty_mask={empty_mask!r}, but the data set has no masks"
        )


def _counted(dataset: "Dataset", without: np.ndarray) -> Text:
    """Count the images without a usable mask, by class."""
    labels = dataset.labels[without]
    counts = [
        f"{name}: {n}"
        for code, name in enumerate(dataset.classes)
        if (n := int((labels == code).sum()))
    ]
    finder = finder_of(dataset.images)
    if finder is not None:
        return say(
            "{name} finds nothing in {n} of {of} images ({counts:,})",
            name=finder.name,
            n=int(without.sum()),
            of=len(dataset),
            counts=counts,
        )
    return say(
        "{n} of {of} images have an empty mask or none ({counts:,})",
        n=int(without.sum()),
        of=len(dataset),
        counts=counts,
    )


def _stop(dataset: "Dataset", without: np.ndarray) -> str:
    whole = "--region image" if finder_of(dataset.images) is None else "no --segment"
    return (
        f"{dataset.where}: {_counted(dataset, without)}, which may tell their class; measure whole "
        f"images with {whole}, or give --empty-mask image (whole images for these) or "
        "--empty-mask drop (region= and empty_mask= in Python)"
    )


def _dropped(dataset: "Dataset", without: np.ndarray) -> "Dataset":
    """Leave images out; classes that none is left of are gone, too."""
    left = dataset.take(~without)
    kept = [name for name, n in left.counts.items() if n]
    if not kept:
        raise InputError(f"{dataset.where}: no image has a mask")
    return left.with_classes(kept)
