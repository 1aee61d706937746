"""Fitting one model on the training part of a data set."""

from typing import Any

import numpy as np

from imgpipe._common import InputError, StoppedFit
from imgpipe.cli.files.models import Model
from imgpipe.evaluate import fit_model, image_digests
from imgpipe.evaluate.fits.feature_store import naming_images
from imgpipe.learn import make_pipeline


def fit_training_part(
    dataset: Any, model: str, families: list[str], *, seed: int, n_jobs: int, size: int | None
) -> tuple[Model, int, bool]:
    """Fit a model by name.

    Give it, the number of images it was fitted on, and False if that was interrupted: a network
    has kept its best weights so far then.
    """
    dataset.require_one_size()
    _require_one_dtype(dataset)
    everything = np.arange(len(dataset))
    train = everything if dataset.split is None else np.flatnonzero(dataset.split == "train")
    if not len(train):
        raise InputError("the data set has a split, but no image in its training part")
    found = np.unique(dataset.labels[train])
    if len(found) < 2:
        raise InputError(
            f"found one class only ({dataset.classes[found[0]]}) in the training images; "
            "training needs two or more"
        )
    part = dataset.take(train)
    watched = None if dataset.split is None else np.flatnonzero(dataset.split == "val")
    pipeline = make_pipeline(
        model,
        families=families[0] if len(families) == 1 else families,
        channel_axis=dataset.channel_axis,
        random_state=seed,
        n_jobs=n_jobs,
    )
    with naming_images(dataset, train, watched):
        try:
            fitted = fit_model(
                pipeline, part.images, part.labels, part.groups, _validation(dataset, watched)
            )
            whole = True
        except StoppedFit as stop:
            fitted, whole = stop.model, False
    first = np.asarray(part.images[0])
    made = Model(
        fitted,
        tuple(map(str, dataset.classes)),
        dataset.channel_axis,
        first.shape,
        str(first.dtype),
        size,
        tuple(sorted(set(image_digests(part.images)))),
    )
    return made, len(train), whole


def _require_one_dtype(dataset: Any) -> None:
    """Refuse images of several pixel types, whose values have no common scale."""
    if isinstance(dataset.images, np.ndarray):
        return
    found: dict[str, str] = {}
    for name, pixels in zip(dataset.ids, dataset.images, strict=True):
        found.setdefault(str(pixels.dtype), str(name))
    if len(found) > 1:
        named = ", ".join(f"{dtype} ({name})" for dtype, name in found.items())
        raise InputError(f"images of {len(found)} pixel types: {named}; a model takes one")


def _validation(dataset: Any, watched: np.ndarray | None) -> tuple[Any, np.ndarray] | None:
    """Give the official validation part, which is never added to training."""
    if watched is None or not len(watched):
        return None
    part = dataset.take(watched)
    return part.images, part.labels
