"""How much a model leans on each feature: what its AUC loses when that feature is shuffled.

Features that only mean something together are shuffled together (HOG as a whole, LBP radius by
radius), each image receiving another image's block (Breiman, 2001). A feature whose information
others carry too shows a small drop although it matters: the drops tell what this model used.
"""

from collections.abc import Callable, Iterable
from typing import Any

import joblib
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.parallel import Parallel, delayed

from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.scores.metrics import plain_metrics

_MOST_SAMPLES = 300  # held-out samples judged
_ROWS = 4000  # predicted in one call: a forest's call costs as much as many rows

_Shuffle = tuple[np.ndarray, np.ndarray]  # columns, and the order that their rows come in
_Predicted = Callable[[list[_Shuffle]], Iterable[np.ndarray]]


def auc_drops(
    model: Any,
    X: Any,
    labels: np.ndarray,
    grouped: dict[str, np.ndarray],
    n_classes: int,
    *,
    repeats: int,
    seed: int,
    n_jobs: int | None = None,
) -> np.ndarray:
    """Loss of AUC for each block and repetition, shape (blocks, repeats).

    Parameters
    ----------
    model : estimator
        Fitted on features.
    X : ndarray or DataFrame, shape (n, f)
        Held-out features; of more than 300 rows, 300 are drawn.
    labels : ndarray of int, shape (n,)
        Their codes.
    grouped : dict of str to ndarray
        From `imgpipe.learn.feature_groups.blocks`.
    n_classes : int
        Number of classes.
    repeats : int
        Shuffles of each block.
    seed : int
        Of the shuffles, and of the choice of samples.
    n_jobs : int, optional
        Threads.
    """
    rng = np.random.default_rng(seed)
    if len(X) > _MOST_SAMPLES:
        chosen = np.sort(rng.permutation(len(X))[:_MOST_SAMPLES])
        X, labels = take(X, chosen), labels[chosen]
    shuffles = [rng.permutation(len(X)) for _ in range(repeats)]
    jobs = [(columns, order) for columns in grouped.values() for order in shuffles]
    at_once = max(1, _ROWS // len(X))
    batches = [jobs[start : start + at_once] for start in range(0, len(jobs), at_once)]
    model, X = _past_single_columns(model, X)
    predicted = _predicted_anew(model, X, n_classes)
    quick = getattr(model, "shuffled_proba", None)
    if quick is not None and isinstance(X, np.ndarray):
        predicted = _predicted_quickly(quick(X), model.classes_, n_classes) or predicted
    # threads, since prediction leaves the interpreter and the model need not be copied
    with joblib.parallel_config(backend="threading"):
        shuffled = Parallel(n_jobs=n_jobs)(
            delayed(_aucs)(predicted, labels, batch) for batch in batches
        )
    nothing = np.empty(0, np.intp)
    intact = _aucs(predicted, labels, [(nothing, np.arange(len(X)))])[0]
    return intact - np.concatenate(shuffled).reshape(len(grouped), repeats)


def _past_single_columns(model: Any, X: Any) -> tuple[Any, Any]:
    """Send `X` through the first steps that look at each column alone; give the rest of the model.

    Whether a column is shuffled before or after them is the same.
    """
    if not isinstance(model, Pipeline):
        return model, X
    for position, (_, step) in enumerate(model.steps):
        if not _looks_at_single_columns(step):
            rest = model.steps[position:]
            return (rest[0][1] if len(rest) == 1 else Pipeline(rest)), X
        X = step.transform(X)
    return model, X


def _looks_at_single_columns(step: Any) -> bool:
    """Whether each column that comes out depends on the same one that went in."""
    if type(step) is SimpleImputer:
        return bool(step.keep_empty_features and not step.add_indicator)
    return type(step) is StandardScaler


def _aucs(predicted: _Predicted, labels: np.ndarray, batch: list[_Shuffle]) -> np.ndarray:
    """AUC after each shuffle of columns."""
    return np.array([plain_metrics(labels, s.argmax(axis=1), s)["auc"] for s in predicted(batch)])


def _predicted_anew(model: Any, X: Any, n_classes: int) -> _Predicted:
    """Predict the whole of each shuffled table, all in one call."""
    values = np.asarray(X)

    def predicted(batch: list[_Shuffle]) -> np.ndarray:
        stacked = np.tile(values, (len(batch), 1))
        for number, (columns, order) in enumerate(batch):
            rows = slice(number * len(values), (number + 1) * len(values))
            stacked[rows, columns] = values[order][:, columns]
        table = stacked if X is values else type(X)(stacked, columns=X.columns)
        return probabilities(model, table, n_classes).reshape(len(batch), len(values), n_classes)

    return predicted


def _predicted_quickly(
    shuffled: Callable[..., np.ndarray] | None, classes: np.ndarray, n_classes: int
) -> _Predicted | None:
    """Let the classifier say what a shuffle changes."""
    if shuffled is None:
        return None
    codes = np.asarray(classes, dtype=int)

    def predicted(batch: list[_Shuffle]) -> list[np.ndarray]:
        said = [shuffled(columns, order) for columns, order in batch]
        full = [np.zeros((len(of_known), n_classes)) for of_known in said]
        for scores, of_known in zip(full, said, strict=True):
            scores[:, codes] = of_known
        return full

    return predicted
