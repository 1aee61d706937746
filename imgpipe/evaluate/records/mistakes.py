"""The images that a model was surest to call wrong, with what spoke for its call."""

import numpy as np

from imgpipe.evaluate.explanations.maps import explain
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.results import Mistake
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.images.picture import fitted_map, outlined

_MISTAKES = 12
_EXPLAINED = 8  # the most confident ones, which the report shows


def surest_mistakes(
    record: ModelRecord, folds: list[HeldOut], pooled: HeldOut, experiment: Experiment
) -> tuple[Mistake, ...]:
    """The wrong predictions that the model was surest of; `pooled` holds those of all `folds`."""
    wrong = np.flatnonzero(pooled.predicted != experiment.labels[pooled.index])
    sure = pooled.scores[wrong, pooled.predicted[wrong]]
    surest = _unlike(wrong[np.argsort(-sure, kind="stable")], pooled, experiment)[:_MISTAKES]
    fold = np.repeat(np.arange(len(folds)), [len(part.index) for part in folds])
    mistakes = []
    for rank, at in enumerate(surest):
        # the report shows the first few, and the first seed's models are at hand
        explained = rank < _EXPLAINED and fold[at] < len(record.explained)
        model = record.explained[fold[at]] if explained else None
        mistakes.append(_mistake(pooled, at, model, experiment))
    return tuple(mistakes)


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
