"""From what models said of held-out samples to results and a table of predictions."""

from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe.evaluate.data.images import take, thumbnail
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.explanations.maps import explain
from imgpipe.evaluate.fits.held_out import ModelRecord
from imgpipe.evaluate.results import Curve, Importance, Mistake, ModelResult
from imgpipe.evaluate.scores.intervals import HeldOut, intervals
from imgpipe.evaluate.scores.metrics import roc_curve, weighted_confusion

if TYPE_CHECKING:
    import pandas as pd

_MISTAKES = 12
_EXPLAINED = 8  # the most confident ones, which the report shows


def summarise(run: ModelRecord, dataset: Any, parts: list[Split], seed: int) -> ModelResult:
    """Turn one model's runs into its result."""
    labels = np.asarray(dataset.labels).astype(np.int64)
    classes = tuple(str(name) for name in dataset.classes)
    patients = np.arange(len(labels)) if dataset.groups is None else np.asarray(dataset.groups)
    scored = {
        name: intervals(labels, held, len(classes), patients, seed=seed)
        for name, held in (("val", run.val), ("test", run.test))
        if held
    }
    once = [held for held, part in zip(run.test, parts, strict=False) if not part.repeat]
    pooled = _pooled(once)
    true = labels[pooled.index]
    confusion = weighted_confusion(true, pooled.predicted, len(classes), np.ones((1, len(true))))[0]
    cost = {"fit_cpu_seconds": float(np.mean(run.fit_seconds))} if run.fit_seconds else {}
    return ModelResult(
        name=run.name,
        metrics=scored["test"],
        splits=scored if dataset.split is not None and parts[0].fold is None else {},
        roc=_curves(true, pooled.scores, classes),
        confusion=confusion.astype(np.int64),
        cost=cost | run.cost | ({"epochs": float(np.mean(run.epochs))} if run.epochs else {}),
        importances=_importances(run),
        mistakes=_mistakes(run, once, pooled, true, dataset, classes),
        best_params=_best(run),
        pipeline=run.pipeline,
    )


def predictions_table(
    runs: list[ModelRecord], dataset: Any, parts: list[Split], seeds: int
) -> "pd.DataFrame":
    """One row for each model, held-out sample, repeat and seed."""
    import pandas as pd

    frames = []
    for run in runs:
        for number, held in enumerate(run.val + run.test):
            place: dict[str, Any] = {"split": "val" if number < len(run.val) else "test"}
            part = parts[(number - len(run.val)) % len(parts)]
            if part.fold is not None:
                place = {"fold": part.fold + 1, "repeat": (part.repeat or 0) + 1}
            frames.append(_rows(run.name, held, dataset, place, seeds > 1))
    return pd.concat(frames, ignore_index=True)


def _rows(
    name: str, held: HeldOut, dataset: Any, place: dict[str, Any], with_seed: bool
) -> "pd.DataFrame":
    import pandas as pd

    classes = np.asarray([str(c) for c in dataset.classes], dtype=object)
    columns = {
        "id": [str(dataset.ids[i]) for i in held.index],
        **place,
        "label": classes[np.asarray(dataset.labels)[held.index].astype(int)],
        "model": name,
        **({"seed": held.seed} if with_seed else {}),
        "predicted": classes[held.predicted],
    }
    columns |= {f"p_{c}": held.scores[:, k] for k, c in enumerate(classes)}
    return pd.DataFrame(columns)


def _pooled(held: list[HeldOut]) -> HeldOut:
    """All folds of one repeat together: every held-out sample once."""
    return HeldOut(
        np.concatenate([part.index for part in held]),
        np.concatenate([part.predicted for part in held]),
        np.concatenate([part.scores for part in held]),
    )


def _curves(true: np.ndarray, scores: np.ndarray, classes: tuple[str, ...]) -> tuple[Curve, ...]:
    """ROC of the positive class, or of each class against the rest."""
    drawn = []
    for code in [1] if len(classes) == 2 else range(len(classes)):
        positive = true == code
        if positive.any() and not positive.all():
            x, y = roc_curve(positive, scores[:, code])
            drawn.append(Curve(classes[code], tuple(x.tolist()), tuple(y.tolist())))
    return tuple(drawn)


def _importances(run: ModelRecord) -> tuple[Importance, ...]:
    """Mean drops, largest first; none for a model that no feature moves."""
    if not run.drops:
        return ()
    drops = np.concatenate(run.drops, axis=1)
    if not drops.any():
        return ()
    found = [
        Importance(name, float(row.mean()), float(row.min()), float(row.max()))
        for name, row in zip(run.blocks, drops, strict=True)
    ]
    return tuple(sorted(found, key=lambda importance: -importance.value))


def _mistakes(
    run: ModelRecord,
    once: list[HeldOut],
    pooled: HeldOut,
    true: np.ndarray,
    dataset: Any,
    classes: tuple[str, ...],
) -> tuple[Mistake, ...]:
    """The wrong predictions that the model was surest of."""
    wrong = np.flatnonzero(pooled.predicted != true)
    sure = pooled.scores[wrong, pooled.predicted[wrong]]
    worst = wrong[np.argsort(-sure, kind="stable")[:_MISTAKES]]
    part = np.repeat(np.arange(len(once)), [len(held.index) for held in once])

    def maps(rank: int, w: int) -> tuple[tuple[str, np.ndarray], ...]:
        # the report shows the first few, and the first seed's models are at hand
        if rank >= _EXPLAINED or part[w] >= len(run.explained):
            return ()
        image = np.asarray(take(dataset.images, pooled.index[[w]])[0])
        model = run.explained[part[w]]
        return explain(model, image, int(pooled.predicted[w]), dataset.channel_axis)

    return tuple(
        Mistake(
            id=str(dataset.ids[pooled.index[w]]),
            index=int(pooled.index[w]),
            label=classes[true[w]],
            predicted=classes[pooled.predicted[w]],
            probability=float(pooled.scores[w, pooled.predicted[w]]),
            image=thumbnail(take(dataset.images, pooled.index[[w]])[0], dataset.channel_axis),
            maps=maps(rank, w),
        )
        for rank, w in enumerate(worst)
    )


def _best(run: ModelRecord) -> dict[str, Any] | None:
    """What tuning chose: a value, or one value for each fold."""
    if not run.choices:
        return None
    keys = run.choices[0].params
    if len(run.choices) == 1:
        return dict(run.choices[0].params)
    return {key: [choice.params[key] for choice in run.choices] for key in keys}
