"""A small stated grid, scored where the model may look: never on held-out data."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from imgpipe._common import InputError
from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.cost import cpu_seconds
from imgpipe.evaluate.fits.parameters import with_budget
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.scores.metrics import plain_metrics
from imgpipe.learn.fitting import fit_model
from imgpipe.learn.folds import inner_folds

_INNER_FOLDS = 5


@dataclass(frozen=True)
class Choice:
    """The settings with the best AUC, and how many of the grid were tried before the budget."""

    params: dict[str, Any]
    tried: int
    of: int


def choose(
    model: Any,
    grid: dict[str, list[Any]],
    inputs: Any,
    labels: np.ndarray,
    groups: np.ndarray | None,
    split: Split,
    n_classes: int,
    *,
    seed: int,
    budget: float | None,
) -> Choice:
    """Try the model as it is, then the grid; score on the validation part or on inner folds."""
    trials = _trials(model, grid)
    folds = _inner_folds(labels, groups, split, seed)
    validation = None
    if split.val is not None:
        validation = (take(inputs, split.val), labels[split.val])
    start = cpu_seconds()
    best, best_score, tried = trials[0], -np.inf, 0
    for params in trials:
        # the settings that came with the model are always tried
        if tried and budget is not None and cpu_seconds() - start >= budget:
            break
        scores = []
        for train, judged in folds:
            left = None if budget is None else max(budget - (cpu_seconds() - start), 1.0)
            candidate = with_budget(clone(model).set_params(**params), left)
            patients = None if groups is None else groups[train]
            fitted = fit_model(candidate, take(inputs, train), labels[train], patients, validation)
            scores.append(_auc(fitted, take(inputs, judged), labels[judged], n_classes))
        score = _mean(scores)
        tried += 1
        if score > best_score:
            best, best_score = params, score
    return Choice(best, tried, len(trials))


def _trials(model: Any, grid: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Grid points, the model's own settings first."""
    own = {key: model.get_params()[key] for key in grid}
    return [own, *(point for point in ParameterGrid(grid) if point != own)]


def _inner_folds(
    labels: np.ndarray, groups: np.ndarray | None, split: Split, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Train and judge on these while searching: the validation part, or folds of the training."""
    if split.val is not None:
        return [(split.train, split.val)]
    patients = None if groups is None else groups[split.train]
    folds = inner_folds(labels[split.train], patients, _INNER_FOLDS, random_state=seed)
    if folds is None:
        raise InputError(
            "tuning needs two samples, or patients, of each class in the training part, which "
            "can be set apart; add some, or compare without tuning"
        )
    return [(split.train[train], split.train[judged]) for train, judged in folds]


def _mean(scores: list[float]) -> float:
    """Mean over the inner folds that hold both classes."""
    defined = [score for score in scores if not np.isnan(score)]
    if not defined:
        raise InputError(
            "tuning needs samples of at least two classes in the validation part; add some, or "
            "compare without tuning"
        )
    return float(np.mean(defined))


def _auc(model: Any, X: Any, labels: np.ndarray, n_classes: int) -> float:
    scores = probabilities(model, X, n_classes)
    return plain_metrics(labels, scores.argmax(axis=1), scores)["auc"]
