"""How much a model leans on each feature: what its AUC loses when that feature is shuffled.

Features that only mean something together are shuffled together (HOG as a whole, LBP radius by
radius), each image receiving another image's block (Breiman, 2001). A feature whose information
others carry too shows a small drop although it matters: the drops tell what this model used.
"""

from collections.abc import Sequence
from typing import Any

import joblib
import numpy as np

from imgpipe.evaluate._fitting import probabilities
from imgpipe.evaluate.metrics import weighted_metrics

_MOST_SAMPLES = 400  # held-out samples judged


def blocks(names: Sequence[str]) -> dict[str, np.ndarray]:
    """Group columns: by family for HOG, by radius for LBP, alone otherwise."""
    found: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        found.setdefault(_block(str(name)), []).append(column)
    return {name: np.array(columns) for name, columns in found.items()}


def auc_drops(
    model: Any,
    X: np.ndarray,
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
    X : ndarray, shape (n, f)
        Held-out features; of more than 400 rows, 400 are drawn.
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
        X, labels = X[chosen], labels[chosen]
    full = _auc(model, X, labels, n_classes)
    orders = rng.permuted(np.tile(np.arange(len(X)), (repeats, 1)), axis=1)

    def drop(columns: np.ndarray, order: np.ndarray) -> float:
        shuffled = X.copy()
        shuffled[:, columns] = X[order][:, columns]
        return full - _auc(model, shuffled, labels, n_classes)

    # threads, since prediction leaves the interpreter and the model need not be copied
    with joblib.parallel_config(backend="threading"):
        found = joblib.Parallel(n_jobs=n_jobs)(
            joblib.delayed(drop)(columns, order) for columns in grouped.values() for order in orders
        )
    return np.array(found).reshape(len(grouped), repeats)


def _auc(model: Any, X: np.ndarray, labels: np.ndarray, n_classes: int) -> float:
    scores = probabilities(model, X, n_classes)
    found = weighted_metrics(labels, scores.argmax(axis=1), scores, np.ones((1, len(labels))))
    return float(found["auc"][0])


def _block(name: str) -> str:
    """Name of the block that a feature belongs to."""
    family, _, rest = name.partition("_")
    if family == "hog":
        return "hog"
    if family == "lbp":
        return f"lbp_{rest.split('_')[0]}"
    return name
