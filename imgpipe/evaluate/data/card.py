"""The data card: counts, duplicates, and what to beware of."""

from collections import Counter
from typing import Any

import numpy as np

from imgpipe.evaluate.data.areas import area_auc
from imgpipe.evaluate.data.leakage import count_copies, judged_in_training
from imgpipe.evaluate.data.splits import Split, shared_groups
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.results import DataCard, DuplicatePair, Example


def data_card(
    dataset: Any,
    survey: Survey,
    splits: list[Split],
    pairs: tuple[DuplicatePair, ...],
    warnings: tuple[str, ...],
    rough: tuple[str, ...],
    trained_on: frozenset[str] | None = None,
    examples: tuple[Example, ...] = (),
    found: str | None = None,
) -> DataCard:
    """Describe the data set; its dangers, the worst first, were found by the checks."""
    labels = np.asarray(dataset.labels).astype(np.int64)
    classes = tuple(str(name) for name in dataset.classes)
    judged = judged_in_training(survey.digests, splits, trained_on)
    groups = dataset.groups
    return DataCard(
        name=str(dataset.name),
        source=dataset.source,
        n=len(labels),
        classes=classes,
        counts=_counts(labels, dataset.split, classes),
        sizes=survey.sizes,
        dtype=survey.dtype,
        channels=survey.channels,
        patients=None if groups is None else len(np.unique(np.asarray(groups))),
        shared_patients=len(shared_groups(dataset)),
        duplicates=pairs,
        warnings=warnings,
        rough=rough,
        copies=count_copies(survey.digests, labels, judged),
        region=dataset.region,
        area_auc=area_auc(survey.areas, labels),
        spacings=_said(dataset, "spacing"),
        units=_said(dataset, "unit"),
        slices=None if (how := getattr(dataset, "reading", None)) is None else how.slices,
        examples=examples,
        found=found or "",
    )


def _said(dataset: Any, name: str) -> dict[str, int]:
    """Count what files say of images."""
    said = getattr(dataset, "formats", {}).get(name, ())
    return dict(Counter(str(each) for each in said).most_common())


def _counts(labels: np.ndarray, split: Any, classes: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """Samples of each class, in all or in each given part."""
    if split is None:
        parts = {"all": np.ones(len(labels), bool)}
    else:
        split = np.asarray(split)
        parts = {name: split == name for name in ("train", "val", "test") if (split == name).any()}
    return {
        part: {name: int((labels[inside] == code).sum()) for code, name in enumerate(classes)}
        for part, inside in parts.items()
    }


def places(dataset: Any, splits: list[Split]) -> list[str | None]:
    """Given split of each sample, or the fold of the first repeat that holds it out."""
    if dataset.split is not None:
        return [str(name) for name in dataset.split]
    places: list[str | None] = [None] * len(dataset.labels)
    for split in splits:
        if split.fold is not None and not split.repeat:
            for index in split.test:
                places[index] = f"fold {split.fold + 1}"
    return places
