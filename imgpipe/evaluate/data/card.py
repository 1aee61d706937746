"""The data card: counts, duplicates, and what to beware of."""

from typing import Any

import numpy as np

from imgpipe.datasets.annotations.identity import alike
from imgpipe.evaluate.data.areas import area_auc, area_warnings
from imgpipe.evaluate.data.leakage import (
    count_copies,
    duplicates,
    in_training_warnings,
    judged_in_training,
)
from imgpipe.evaluate.data.splits import Split, shared_groups, split_warnings
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.results import DataCard, Example, ModelResult
from imgpipe.evaluate.wording import count

_FEW = 10  # held-out samples of a class below which its metrics are called rough


def data_card(
    dataset: Any,
    survey: Survey,
    splits: list[Split],
    results: tuple[ModelResult, ...],
    trained_on: frozenset[str] | None = None,
    examples: tuple[Example, ...] = (),
) -> DataCard:
    """Describe the data set and list its dangers, the worst first."""
    labels = np.asarray(dataset.labels).astype(np.int64)
    classes = tuple(str(name) for name in dataset.classes)
    pairs, complaints = duplicates(survey, dataset.ids, labels, _places(dataset, splits))
    judged = judged_in_training(survey.digests, splits, trained_on)
    area = area_auc(survey.areas, labels)
    rough = _few(labels, splits, classes)
    warnings = [
        *in_training_warnings(judged, splits),
        *dataset.warnings,
        *_group_warnings(dataset, fitted=len(splits[0].train) > 0),
        *complaints,
        *split_warnings(dataset, splits),
        *area_warnings(dataset.region, area),
        *rough,
        *_perfect(results),
    ]
    groups = dataset.groups
    return DataCard(
        name=str(dataset.name),
        source=None if dataset.source is None else str(dataset.source),
        n=len(labels),
        classes=classes,
        counts=_counts(labels, dataset.split, classes),
        sizes=survey.sizes,
        dtype=survey.dtype,
        channels=survey.channels,
        patients=None if groups is None else len(np.unique(np.asarray(groups))),
        shared_patients=len(shared_groups(dataset)),
        duplicates=pairs,
        warnings=tuple(warnings),
        rough=tuple(rough),
        copies=count_copies(survey.digests, labels, judged),
        region=dataset.region,
        area_auc=area,
        examples=examples,
    )


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


def _places(dataset: Any, splits: list[Split]) -> list[str | None]:
    """Given split of each sample, or the fold of the first repeat that holds it out."""
    if dataset.split is not None:
        return [str(name) for name in dataset.split]
    places: list[str | None] = [None] * len(dataset.labels)
    for split in splits:
        if split.fold is not None and not split.repeat:
            for index in split.test:
                places[index] = f"fold {split.fold + 1}"
    return places


def _group_warnings(dataset: Any, fitted: bool) -> list[str]:
    """Say when patients are unknown, or known under two spellings."""
    if dataset.groups is None and not fitted:
        return [
            "no patient column: several images of one patient count as so many patients, and "
            "the intervals may be too narrow"
        ]
    if dataset.groups is None:
        return [
            "no patient column: images of one patient may stand on both sides of a split, and "
            "the scores may be too good"
        ]
    extra = sum(len(found) - 1 for found in alike(str(group) for group in dataset.groups))
    if extra:
        return [
            f"{count(extra, 'patient id')} {'differs' if extra == 1 else 'differ'} from another "
            "only in case, blanks or zeros; they count as different patients"
        ]
    return []


def _few(labels: np.ndarray, splits: list[Split], classes: tuple[str, ...]) -> list[str]:
    """Name the classes of which too few samples were held out to judge."""
    judged = labels[np.concatenate([split.test for split in splits if not split.repeat])]
    return [
        f"only {count(n, 'held-out sample')} of class {name}: its metrics are rough"
        for code, name in enumerate(classes)
        if 0 < (n := int((judged == code).sum())) < _FEW
    ]


def _perfect(results: tuple[ModelResult, ...]) -> list[str]:
    """A perfect score is an alarm."""
    return [
        f"{result.name} is perfect ({metric} 1.0 on held-out data): look for a leak, such as "
        "duplicates, a mark on the image, or a label in its border"
        for result in results
        for metric in ("accuracy", "auc")
        if result.metrics[metric].value == 1.0
    ]
