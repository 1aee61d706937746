"""One model fitted on the training part of a data set."""

from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError, StoppedFit, unknown_name
from imgpipe._common.texts import Text, say
from imgpipe.datasets.digests import equal_groups, image_digests
from imgpipe.datasets.naming import naming_images
from imgpipe.datasets.pairs import as_dataset
from imgpipe.datasets.regions import in_region
from imgpipe.learn.cases import KEPT
from imgpipe.learn.classifiers import CLASSIFIERS
from imgpipe.learn.fitting import fit_measured
from imgpipe.learn.keeping import keep, spread
from imgpipe.learn.novelty.distance import LEVEL, Novelty
from imgpipe.learn.novelty.training import novelty_of
from imgpipe.learn.pipelines import GivenFilters, make_pipeline
from imgpipe.learn.trained import TrainedModel

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset

_USUAL = 1.0 - LEVEL + 1e-6  # share of images marked that are like those of the training
_SAMPLE = 32
"""Training images that a model has at hand, to check a file against."""


def fit(
    dataset: "Dataset",
    model: str = "svm",
    *,
    filters: GivenFilters = (),
    families: Any = "default",
    bins: int | None = 32,
    bin_width: float | None = None,
    seed: int = 0,
    n_jobs: int | None = None,
    size: int | tuple[int, int] | None = None,
    region: str | None = None,
    empty_mask: str = "error",
    cases: str = "none",
    novelty: bool = True,
) -> TrainedModel:
    """Fit one model on the training part of a data set.

    Where the data set has a split, only its training part is fitted; the validation part is at
    hand to models that stop early, and the test part is not looked at. Without a split, all
    images are fitted.

    Parameters
    ----------
    dataset : Dataset or pair
        From `imgpipe.datasets.load`, or images and their labels; all images of one size and pixel
        type.
    model : str
        A name of `CLASSIFIERS`.
    filters, families, bins, bin_width
        As in `make_pipeline`.
    seed : int
        Of the classifier.
    n_jobs : int, optional
        Workers for features and classifier; None means 1.
    size : int or (int, int), optional
        What `load` was asked to resize the images to: noted, so that new images are resized too.
    region, empty_mask : str, optional
        What features look at, and what is done without a mask: as in
        `imgpipe.datasets.in_region`.
    cases : {"none", "features", "pictures"}
        What the model keeps of up to 2,000 training images, to show the nearest of them beside a
        new one: ids, labels, patients and features, or small pictures as well. Whoever gets the
        model gets these too.
    novelty : bool
        Also learn how far new images may lie from these by their features, so that a prediction
        can mark those that are unlike them (out of distribution).

    Returns
    -------
    TrainedModel

    Raises
    ------
    InputError
        For an unknown name or kind of cases, images of several sizes or pixel types, or one class
        only.
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
    dataset = in_region(as_dataset(dataset), region, empty_mask=empty_mask)
    dataset.require_one_size()
    _require_one_dtype(dataset)
    train = dataset.positions("train")
    _require_two_classes(dataset, train)
    part = dataset.take(train)
    watched = None if dataset.split is None else dataset.positions("val")
    pipeline = make_pipeline(
        model,
        filters=filters,
        families=families,
        bins=bins,
        bin_width=bin_width,
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
        stopped = _trained(stop.model, None, part, size, cases, novelty)
        raise StoppedFit(str(stop), stopped) from None
    return _trained(fitted, measured, part, size, cases, novelty)


def _trained(
    pipeline: Any,
    measured: np.ndarray | None,
    part: "Dataset",
    size: int | tuple[int, int] | None,
    cases: str,
    novelty: bool,
) -> TrainedModel:
    """Note beside the pipeline what its images were like."""
    first = part.images[0].pixels
    digests = image_digests(part.images)
    summary, kept = keep(pipeline, part, digests, cases, measured)
    unlike = novelty_of(pipeline, part, digests, measured) if novelty else None
    return TrainedModel(
        pipeline,
        part.classes,
        part.channel_axis,
        first.shape,
        str(first.dtype),
        size,
        tuple(sorted(set(digests))),
        (*part.warnings, *_dangers(part, digests), *(_doubts(unlike) if novelty else ())),
        part.region,
        kept,
        part.images[spread(part.labels, _SAMPLE)],
        summary,
        unlike,
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


def _doubts(unlike: Novelty | None) -> list[Text]:
    """Say where there is too little to tell which images are unlike those of the training."""
    if unlike is None:
        return [say("new images unlike these are not marked: too few training images")]
    if unlike.expected <= _USUAL:
        return []
    return [
        say(
            "{n} patients or images are few to tell which new ones are unlike them: about 1 in "
            "{of} that is like them is marked",
            n=unlike.groups,
            of=round(1.0 / unlike.expected),
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


def _require_one_dtype(dataset: "Dataset") -> None:
    """Refuse images of several pixel types, whose values have no common scale."""
    if dataset.images.is_stack:
        return
    examples: dict[str, str] = {}
    for name, image in zip(dataset.ids, dataset.images, strict=True):
        examples.setdefault(str(image.pixels.dtype), str(name))
    if len(examples) > 1:
        named = ", ".join(f"{dtype} ({name})" for dtype, name in examples.items())
        raise InputError(f"images of {len(examples)} pixel types: {named}; a model takes one")


def _validation(dataset: "Dataset", watched: np.ndarray | None) -> tuple[Any, np.ndarray] | None:
    """Give the official validation part, which is never added to training."""
    if watched is None or not len(watched):
        return None
    part = dataset.take(watched)
    return part.images, part.labels
