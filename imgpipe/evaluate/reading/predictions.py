"""The predictions of a run: the table read back, and whether its scores follow from it."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.evaluate.results import Comparison, ModelResult
from imgpipe.evaluate.scores.metrics import plain_metrics

if TYPE_CHECKING:
    import pandas as pd

_WHOLE = ("fold", "repeat", "seed")
_AS_WRITTEN = 1e-6
_NAMES = {"auc": say("AUC"), "accuracy": say("accuracy")}


def read_predictions(folder: Path, classes: tuple[str, ...], shown_as: str) -> "pd.DataFrame":
    """Read ``predictions.csv`` with the types that it was written from."""
    import pandas as pd

    where = f"{shown_as}/predictions.csv"
    path = folder / "predictions.csv"
    if not path.is_file():
        raise InputError(
            f"{shown_as} has no predictions.csv, without which nobody can tell what its scores "
            "rest on, nor compare its models with others"
        )
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (ValueError, OSError) as error:
        raise InputError(f"{where}: cannot be read: {' '.join(str(error).split())}") from None
    shares = [f"p_{name}" for name in classes]
    missing = [n for n in ("id", "label", "model", "predicted", *shares) if n not in table]
    if missing or not len(table):
        lack = f"no column {missing[0]!r}" if missing else "no rows"
        raise InputError(f"{where}: {lack}: these are no predictions of this run")
    for column in (*(name for name in _WHOLE if name in table), *shares):
        kind = int if column in _WHOLE else float
        try:
            table[column] = table[column].map(kind)
        except ValueError:
            raise InputError(f"{where}: column {column!r} holds what is no number") from None
    for column in ("label", "predicted"):
        other = sorted(set(table[column]) - set(classes))
        if other:
            raise InputError(f"{where}: {other[0]!r} in column {column!r} is no class of the run")
    return table


def contradictions(comparison: Comparison, shown_as: str) -> list[Text]:
    """Compute each model's scores again from the predictions; say which ones are others."""
    told = []
    for model in comparison.models:
        rows = comparison.predictions[comparison.predictions["model"] == model.name]
        if not len(rows):
            told.append(
                say(
                    "In {run}, predictions.csv holds nothing of {model}, which has scores.",
                    run=shown_as,
                    model=model.name,
                )
            )
            continue
        again = _scores(rows, comparison.dataset.classes)
        told += _differing(model, again, shown_as)
    return told


def _differing(model: ModelResult, again: dict[str, float], shown_as: str) -> list[Text]:
    """Name the first score, the AUC before others, that the predictions do not give."""
    names = sorted(model.metrics, key=lambda name: name not in ("auc", "accuracy"))
    for name in names:
        value = model.metrics[name].value
        if name in again and not np.isnan(value) and not abs(again[name] - value) < _AS_WRITTEN:
            return [
                say(
                    "In {run}, the {metric} of {model} is {told:.3f}, and {found:.3f} by its "
                    "predictions: one of the two was changed.",
                    metric=_NAMES.get(name, name.replace("_", " ")),
                    model=model.name,
                    told=value,
                    found=again[name],
                    run=shown_as,
                )
            ]
    return []


def _scores(rows: "pd.DataFrame", classes: tuple[str, ...]) -> dict[str, float]:
    """Mean of each metric over the folds, repeats and seeds of the held-out rows."""
    codes = {name: code for code, name in enumerate(classes)}
    if "split" in rows:
        rows = rows[rows["split"] == "test"]
    places = [name for name in _WHOLE if name in rows]
    parts = [part for _, part in rows.groupby(places, sort=False)] if places else [rows]
    each: dict[str, list[float]] = {}
    for part in parts:
        found = plain_metrics(
            part["label"].map(codes).to_numpy(),
            part["predicted"].map(codes).to_numpy(),
            part[[f"p_{name}" for name in classes]].to_numpy(float),
        )
        for name, value in found.items():
            each.setdefault(name, []).append(value)
    return {
        name: float("nan") if np.isnan(values).all() else float(np.nanmean(values))
        for name, values in each.items()
    }
