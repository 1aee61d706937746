"""One model fitted on the training part of a data set."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError, StoppedFit, unknown_name
from imgpipe._common.texts import Text, say
from imgpipe.datasets.digests import equal_groups, image_digests
from imgpipe.datasets.naming import naming_images
from imgpipe.datasets.pairs import as_dataset
from imgpipe.datasets.regions import in_region
from imgpipe.images.found import as_given, finder_of
from imgpipe.images.pixel_types import common_type, of_one_type
from imgpipe.learn.cases import KEPT
from imgpipe.learn.classifiers import CLASSIFIERS
from imgpipe.learn.fitting import fit_measured
from imgpipe.learn.found_regions import in_found_region
from imgpipe.learn.keeping import keep, spread
from imgpipe.learn.novelty.distance import LEVEL, Novelty
from imgpipe.learn.novelty.training import novelty_of
from imgpipe.learn.pipelines import GivenFilters, GivenSegment, make_pipeline, make_segment
from imgpipe.learn.trained import TrainedModel

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset

_USUAL = 1.0 - LEVEL + 1e-6  # share flagged of images that are like those of the training
_SAMPLE = 32
"""Training images that a model has at hand, to check a file against."""


def fit(
    dataset: "Dataset",
    model: str = "svm",
    *,
    segment: GivenSegment = None,
    filters: GivenFilters = (),
    families: Any = "default",
    bins: int | None = 32,
    bin_width: float | None = None,
    extraction: Mapping[str, Any] | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
    size: int | tuple[int, int] | None = None,
    region: str | None = None,
    empty_mask: str = "error",
    cases: str = "none",
    ood: bool = True,
) -> TrainedModel:
    """Fit one model on the training part of a data set.

    Where the data set has a split, only its training part is fitted; the validation part is at
    hand to models that stop early, and the test part is not looked at. Without a split, all
    images are fitted.

    Parameters
    ----------
    dataset : Dataset or pair
        From `imgpipe.datasets.load`, or images and their labels; all images of one pixel type,
        and, for a network, of one size.
    model : str
        A name of `CLASSIFIERS`.
    segment, filters, families, bins, bin_width, extraction
        As in `make_pipeline`.
    seed : int
        Of the classifier.
    n_jobs : int, optional
        Workers for features and classifier; None means 1.
    size : int or (int, int), optional
        What `load` was asked to resize the images to: noted, so that new images are resized too;
        by default what the data set says of it.
    region, empty_mask : str, optional
        What features look at, and what is done without a mask: as in
        `imgpipe.datasets.in_region`. With `segment` the region is what that finds, and
        `empty_mask` says what is done where it finds nothing.
    cases : {"none", "features", "pictures"}
        What the model keeps of up to 2,000 training images, to show the nearest of them beside a
        new one: ids, labels, patients and features, or small pictures as well. Whoever gets the
        model gets these too.
    ood : bool
        Also learn how far new images may lie from these by their features, so that a prediction
        flags those that are out of distribution. Not where a network is interrupted.

    Returns
    -------
    TrainedModel

    Raises
    ------
    InputError
        For an unknown name or kind of cases, images of several sizes or of 8 bits and more, or one
        class only.
    StoppedFit
        A `KeyboardInterrupt` with a `TrainedModel` in its attribute ``model``, where a network was
        interrupted and has kept its best weights so far.

    See Also
    --------
    imgpipe.bundle.save : writes the model to a file.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> from imgpipe.learn import fit
    >>> trained = fit(load("synthetic-nodules"), "forest", families="intensity")
    >>> trained.classes, trained.image_shape, trained.dtype
    (('benign', 'malignant'), (64, 64), 'int16')
    """
    if cases not in KEPT:
        raise unknown_name("kind of cases", cases, KEPT)
    if cases != "none" and model in CLASSIFIERS and CLASSIFIERS[model].raw_images:
        raise InputError(
            f"cases is {cases!r}, and {model} computes no features by which the nearest training "
            "images could be found; leave cases at none"
        )
    dataset = as_dataset(dataset)
    step = make_segment(segment, dataset.channel_axis, n_jobs)
    if step is None:
        dataset = in_region(dataset, region, empty_mask=empty_mask)
    else:
        dataset, step, _ = in_found_region(dataset, step, region, empty_mask, n_jobs)
    if model not in CLASSIFIERS or CLASSIFIERS[model].raw_images:
        dataset.require_one_size()
    dataset.require_one_kind()
    dataset = _of_one_type(dataset)
    train = dataset.positions("train")
    _require_two_classes(dataset, train)
    part = dataset.take(train)
    watched = None if dataset.split is None else dataset.positions("val")
    pipeline = make_pipeline(
        model,
        segment=step,
        filters=filters,
        families=families,
        bins=bins,
        bin_width=bin_width,
        extraction=extraction,
        channel_axis=dataset.channel_axis,
        random_state=seed,
        n_jobs=n_jobs,
    )
    try:
        with naming_images(dataset, train, watched):
            fitted, measured = fit_measured(
                pipeline, part.images, part.labels, part.groups, _validation(dataset, watched)
            )
    except StoppedFit as stop:
        # whoever interrupts does not wait for features to be measured, nor loses the weights in it
        reason = say("training was interrupted") if ood else None
        digests = image_digests(part.images)
        stopped = _trained(stop.model, stop.features, part, digests, size, cases, reason)
        raise StoppedFit(str(stop), stopped) from None
    digests = image_digests(part.images)
    learnt = novelty_of(fitted, part, digests, measured, n_jobs) if ood else None
    return _trained(fitted, measured, part, digests, size, cases, learnt)


def _trained(
    pipeline: Any,
    measured: np.ndarray | None,
    part: "Dataset",
    digests: list[str],
    size: int | tuple[int, int] | None,
    cases: str,
    learnt: Novelty | Text | None,
) -> TrainedModel:
    """Note beside the pipeline what its images were like."""
    first = part.images[0].pixels
    summary, kept = keep(pipeline, part, digests, cases, measured)
    return TrainedModel(
        pipeline,
        part.classes,
        part.channel_axis,
        first.shape,
        str(first.dtype),
        size if size is not None else part.reading.size,
        tuple(sorted(set(digests))),
        (*part.warnings, *_dangers(part, digests), *_doubts(learnt)),
        part.region if finder_of(part.images) is None else "image",
        kept,
        as_given(part.images[spread(part.labels, _SAMPLE)]),
        summary,
        learnt if isinstance(learnt, Novelty) else None,
        fit=part.reading.fit,
        slices=part.reading.slices,
        unit=part.unit,
        any_size=len(part.sizes) > 1,
    )


def _dangers(part: "Dataset", digests: list[str]) -> list[Text]:
    """Say what is wrong with the images fitted."""
    dangers = []
    groups = equal_groups(digests)
    if groups:
        torn = sum(len(group) for group in groups if len(set(part.labels[group].tolist())) > 1)
        text = say(
            "{n} of {of} training images equal another", n=sum(map(len, groups)), of=len(part)
        )
        if torn:
            text = say("{text}; of {torn} of them the labels differ", text=text, torn=torn)
        dangers.append(text)
    if part.groups is None:
        dangers.append(
            say(
                "no patient column: what is held back inside, to calibrate or to stop early, may "
                "show patients that were trained on"
            )
        )
    return dangers


def _doubts(learnt: Novelty | Text | None) -> list[Text]:
    """Say where it cannot be told, or not well, which images are out of distribution."""
    if learnt is None:
        return []
    if not isinstance(learnt, Novelty):
        return [say("new images out of distribution will not be flagged: {reason}", reason=learnt)]
    if learnt.expected <= _USUAL:
        return []
    return [
        say(
            "{n} patients or images are few to tell which new ones are out of distribution: about "
            "1 in {of} that is not is flagged",
            n=learnt.groups,
            of=round(1.0 / learnt.expected),
        )
    ]


def _require_two_classes(dataset: "Dataset", train: np.ndarray) -> None:
    if not len(train):
        raise InputError("the data set has a split, but no image in its training part")
    present = np.unique(dataset.labels[train])
    if len(present) < 2:
        raise InputError(
            f"found one class only ({dataset.classes[present[0]]}) in the training images; "
            "training needs two or more"
        )


def _of_one_type(dataset: "Dataset") -> "Dataset":
    """Bring all images to the pixel type that holds the values of each."""
    if dataset.images.is_stack:
        return dataset
    examples: dict[str, str] = {}
    for name, image in zip(dataset.ids, dataset.images, strict=True):
        examples.setdefault(str(image.pixels.dtype), str(name))
    if len(examples) < 2:
        return dataset
    dtype = common_type(examples)
    if dtype is None:
        named = ", ".join(f"{dtype} ({name})" for dtype, name in examples.items())
        raise InputError(
            f"images of {len(examples)} pixel types: {named}; a model takes one, and 8 bits have "
            "another scale"
        )
    return dataset.changed(images=of_one_type(dataset.images, dtype))


def _validation(dataset: "Dataset", watched: np.ndarray | None) -> tuple[Any, np.ndarray] | None:
    """Give the official validation part, which is never added to training."""
    if watched is None or not len(watched):
        return None
    part = dataset.take(watched)
    return part.images, part.labels
