"""The images that a model was surest to call wrong, with what spoke for its call."""

import numpy as np

from imgpipe.evaluate.explanations.maps import explain
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.results import Mistake
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.images.picture import fitted_map, outlined

_FEWEST, _MOST = 8, 12
_OF_CLASS = 3  # at least, of each true class, where there is room


def surest_mistakes(
    record: ModelRecord, folds: list[HeldOut], pooled: HeldOut, experiment: Experiment
) -> tuple[Mistake, ...]:
    """The wrong predictions that the model was surest of, some of each true class.

    `pooled` holds those of all `folds`.
    """
    wrong = np.flatnonzero(pooled.predicted != experiment.labels[pooled.index])
    sure = pooled.scores[wrong, pooled.predicted[wrong]]
    ranked = _unlike(wrong[np.argsort(-sure, kind="stable")], pooled, experiment)
    surest = ranked[_some_of_each(experiment.labels[pooled.index[ranked]])]
    fold = np.repeat(np.arange(len(folds)), [len(part.index) for part in folds])
    mistakes = []
    for at in surest:
        # the first seed's models are at hand
        model = record.explained[fold[at]] if fold[at] < len(record.explained) else None
        mistakes.append(_mistake(pooled, at, model, experiment))
    return tuple(mistakes)


def _some_of_each(labels: np.ndarray) -> np.ndarray:
    """Places of the first of each label, up to three, and of the first of all; in order."""
    classes = len(np.unique(labels))
    most = min(_MOST, max(_FEWEST, 2 * classes))
    before = np.array([np.sum(labels[:k] == label) for k, label in enumerate(labels)], np.intp)
    first = min(_OF_CLASS, max(1, most // max(classes, 1)))
    return np.sort(np.argsort(before.clip(max=first), kind="stable")[:most])


def _unlike(ranked: np.ndarray, pooled: HeldOut, experiment: Experiment) -> np.ndarray:
    """Of images that look alike, only the first is worth a look."""
    if experiment.copies is None:
        return ranked
    group_of = {i: k for k, group in enumerate(experiment.copies.alike.groups) for i in group}
    kept, seen = [], set()
    for at in ranked:
        group = group_of.get(int(pooled.index[at]))
        if group is None or group not in seen:
            kept.append(at)
            seen.add(group)
    return np.array(kept, ranked.dtype)


def _mistake(pooled: HeldOut, at: int, model: object, experiment: Experiment) -> Mistake:
    """One wrong prediction, explained by the model that made it where it is at hand."""
    dataset, classes = experiment.dataset, experiment.classes
    index, predicted = int(pooled.index[at]), int(pooled.predicted[at])
    picture: np.ndarray | None = None
    maps: tuple[tuple[str, np.ndarray], ...] = ()
    if dataset.region != "table":
        image = dataset.images[index]
        picture = outlined(image)
        if model is not None:
            found = explain(model, image, predicted, dataset.channel_axis)
            maps = tuple((name, fitted_map(seen, picture.shape)) for name, seen in found)
    return Mistake(
        id=str(dataset.ids[index]),
        index=index,
        label=classes[experiment.labels[index]],
        predicted=classes[predicted],
        probability=float(pooled.scores[at, predicted]),
        image=picture,
        maps=maps,
    )
