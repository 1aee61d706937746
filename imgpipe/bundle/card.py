"""What a reader should know of a model: its data, its date, and what a run found of it."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset
    from imgpipe.learn import TrainedModel


def make_card(
    trained: "TrainedModel",
    dataset: "Dataset",
    model: str,
    *,
    run: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Say of a trained model what its file should tell.

    Parameters
    ----------
    trained : TrainedModel
        From `imgpipe.learn.fit`.
    dataset : Dataset
        What it was fitted on: its training part, where it has a split.
    model : str
        Name of the classifier.
    run : dict, optional
        From `found_in_run`.

    Returns
    -------
    dict
        Texts and numbers, for ``card=`` of `save`.

    Examples
    --------
    >>> from imgpipe import bundle, datasets, learn
    >>> data = datasets.load("synthetic-nodules")
    >>> trained = learn.fit(data, "dummy", families="intensity")
    >>> card = bundle.make_card(trained, data, "dummy")
    >>> card["data"], card["images"], card["patients"]
    ('synthetic-nodules', {'benign': 131, 'malignant': 127}, 72)
    """
    part = dataset.take(dataset.positions("train"))
    groups = part.groups
    card = {
        "model": model,
        "data": dataset.name,
        "images": dict(part.counts),
        "patients": None if groups is None else len(set(groups.tolist())),
        "trained": datetime.now(UTC).isoformat(timespec="seconds"),
        "warnings": list(trained.warnings),
    }
    return card if run is None else {**card, "run": dict(run)}


def found_in_run(
    folder: str | os.PathLike[str], model: str, dataset: "Dataset", **settings: Any
) -> dict[str, Any]:
    """Take from a run what it found of a model that is yet to be fitted on the same data.

    Parameters
    ----------
    folder : path-like
        Written by ``imgpipe compare``.
    model : str
        Name of the classifier, and of the model in the run.
    dataset : Dataset
        Restricted to the region that the model looks at.
    **settings
        As for `imgpipe.learn.fit`: filters, families, bins, bin_width.

    Returns
    -------
    dict
        Parts of the run's ``result.json``.

    Raises
    ------
    InputError
        Where the run is of other data, or has no such model, or had it set otherwise.

    Examples
    --------
    >>> from imgpipe import bundle, datasets
    >>> data = datasets.load("synthetic-nodules")
    >>> bundle.found_in_run("run", "svm", data)  # doctest: +SKIP
    """
    from imgpipe.evaluate.data.survey import data_hash
    from imgpipe.evaluate.run_card import run_card
    from imgpipe.learn import make_pipeline
    from imgpipe.learn.pipelines import settings_of

    pipeline = make_pipeline(model, channel_axis=dataset.channel_axis, **settings)
    return run_card(
        folder,
        model,
        data_hash=data_hash(dataset.images, dataset.labels),
        steps=settings_of(pipeline),
    )
