"""How much a model leans on each feature: what its AUC loses when that feature is shuffled.

Features that only mean something together are shuffled together (HOG as a whole, LBP radius by
radius), each image receiving another image's block (Breiman, 2001). A feature whose information
others carry too shows a small drop although it matters: the drops tell what this model used.
"""

from collections.abc import Sequence
from typing import Any

import joblib
import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.scores.metrics import plain_metrics

_MOST_SAMPLES = 300  # held-out samples judged
_ROWS = 4000  # predicted in one call: a forest's call costs as much as many rows


def blocks(names: Sequence[str]) -> dict[str, np.ndarray]:
    """Group columns: by family for HOG, by radius for LBP, alone otherwise."""
    columns: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        columns.setdefault(_block(str(name)), []).append(column)
    return {name: np.array(together) for name, together in columns.items()}


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
        From `blocks`.
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
    # threads, since prediction leaves the interpreter and the model need not be copied
    with joblib.parallel_config(backend="threading"):
        shuffled = Parallel(n_jobs=n_jobs)(
            delayed(_aucs)(model, X, labels, batch, n_classes) for batch in batches
        )
    nothing = np.empty(0, np.intp)
    intact = _aucs(model, X, labels, [(nothing, np.arange(len(X)))], n_classes)[0]
    return intact - np.concatenate(shuffled).reshape(len(grouped), repeats)


def _aucs(
    model: Any,
    X: Any,
    labels: np.ndarray,
    batch: list[tuple[np.ndarray, np.ndarray]],
    n_classes: int,
) -> np.ndarray:
    """AUC after each shuffle of columns, all predicted in one call."""
    values = np.asarray(X)
    stacked = np.tile(values, (len(batch), 1))
    for number, (columns, order) in enumerate(batch):
        rows = slice(number * len(values), (number + 1) * len(values))
        stacked[rows, columns] = values[order][:, columns]
    table = stacked if X is values else type(X)(stacked, columns=X.columns)
    scores = probabilities(model, table, n_classes).reshape(len(batch), len(values), n_classes)
    return np.array([plain_metrics(labels, s.argmax(axis=1), s)["auc"] for s in scores])


def _block(name: str) -> str:
    """Name of the block that a feature belongs to."""
    family = name.partition("_")[0]
    if family == "hog":
        return family
    # what precedes the number of the bin is the number of neighbours and the radius
    return name.rpartition("_")[0] if family == "lbp" else name
