"""What a reader should know of a model: its data, its date, and what a run found of it."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError, hidden_in

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset
    from imgpipe.images import Image
    from imgpipe.learn import TrainedModel

MOST_NOTE = 4000
"""Characters of a note."""


def make_card(
    trained: "TrainedModel",
    dataset: "Dataset",
    model: str,
    *,
    run: Mapping[str, Any] | None = None,
    seed: int | None = None,
    note: str | None = None,
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
    seed : int, optional
        That the classifier was fitted with.
    note : str, optional
        What else a reader should know: what the model is meant for, what it is not meant for.

    Returns
    -------
    dict
        Texts and numbers, for ``card=`` of `save`: counts and shares, and nothing of one image.

    Raises
    ------
    InputError
        For a note of more than 4,000 characters, or an empty one.

    Examples
    --------
    >>> from imgpipe import bundle, datasets, learn
    >>> data = datasets.load("synthetic-nodules")
    >>> trained = learn.fit(data, "dummy", families="intensity")
    >>> card = bundle.make_card(trained, data, "dummy", note="for the example")
    >>> card["data"], card["images"], card["patients"]
    ('synthetic-nodules', {'benign': 131, 'malignant': 127}, 72)
    """
    from imgpipe.evaluate.data.survey import data_hash
    from imgpipe.images.found import as_given
    from imgpipe.learn.pipelines import settings_of

    check_note(note)
    rows = dataset.positions("train")
    part = dataset.take(rows)
    looked = _Looked(as_given(dataset.images), set(rows.tolist()))
    card = {
        "model": model,
        "data": dataset.name,
        "images": dict(part.counts),
        "patients": None if part.groups is None else len(set(part.groups.tolist())),
        "trained": datetime.now(UTC).isoformat(timespec="seconds"),
        "warnings": list(trained.warnings),
        "data_hash": data_hash(looked, dataset.labels),  # type: ignore[arg-type]
        "prevalence": {name: count / len(part) for name, count in part.counts.items()},
        "patients_by_class": _patients(part),
        "split": None if dataset.split is None else _parts(dataset),
        "pixel_values": looked.values,
        "spacing": looked.spacing,
        "seed": seed,
        "settings": settings_of(trained.pipeline),
        **_registered(dataset),
        "note": note,
    }
    return card if run is None else {**card, "run": dict(run)}


def check_note(note: str | None) -> None:
    """Refuse, before any work, a note that says nothing or too much.

    Parameters
    ----------
    note : str or None
        As for `make_card`.

    Raises
    ------
    InputError
        For an empty one, and one of more than 4,000 characters.
    """
    if note is None:
        return
    if not note.strip():
        raise InputError("the note is empty; say what the model is meant for, or leave it out")
    if len(note) > MOST_NOTE:
        raise InputError(f"the note has {len(note):,} characters; {MOST_NOTE:,} at most are kept")
    hidden = hidden_in(note)
    if hidden:
        raise InputError(f"the note holds {hidden!a}, which moves the cursor or is not seen")


class _Looked:
    """Images on their way into a hash: which values and spacings those of the training have."""

    def __init__(self, images: Any, training: set[int]) -> None:
        self._images, self._training = images, training
        self._ends: list[tuple[Any, Any]] = []
        self._spacings: set[tuple[float, ...] | None] = set()

    def __len__(self) -> int:
        return len(self._images)

    def __iter__(self) -> Iterator["Image"]:
        for i, image in enumerate(self._images):
            if i in self._training:
                finite = image.pixels[np.isfinite(image.pixels)]
                self._ends += [(finite.min(), finite.max())] if finite.size else []
                self._spacings.add(image.spacing)
            yield image

    @property
    def values(self) -> list[float] | None:
        """The lowest and the highest."""
        if not self._ends:
            return None
        lows, highs = zip(*self._ends, strict=True)
        return [float(min(lows)), float(max(highs))]

    @property
    def spacing(self) -> list[float] | None:
        """That of all, in mm; None where it is not known, or not one."""
        (first, *others) = self._spacings
        return None if others or first is None else list(first)


def _patients(part: "Dataset") -> dict[str, int] | None:
    """Count the patients of each class."""
    if part.groups is None:
        return None
    of_class = [set(part.groups[part.labels == code]) for code in range(len(part.classes))]
    return {name: len(own) for name, own in zip(part.classes, of_class, strict=True)}


def _parts(dataset: "Dataset") -> dict[str, int]:
    """Count the images of each part of a given split."""
    counts = Counter(map(str, np.asarray(dataset.split)))
    return {part: counts[part] for part in ("train", "val", "test") if counts[part]}


def _registered(dataset: "Dataset") -> dict[str, str | None]:
    """Terms of use and source of a registered data set, known by its name and its counts."""
    from imgpipe.datasets import DATASETS

    entry = DATASETS.get(dataset.name)
    counts = {"all": len(dataset)} if dataset.split is None else _parts(dataset)
    if entry is None or entry.images != counts:
        return {"licence": None, "citation": None}
    return {"licence": entry.licence, "citation": entry.citation}


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
        As for `imgpipe.learn.fit`: filters, families, bins, bin_width, extraction.

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
