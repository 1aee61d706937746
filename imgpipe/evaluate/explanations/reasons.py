"""Which features speak for a prediction, and which against it.

Features that go together are replaced together by those of a few training images, as many of each
class, and the probability is predicted anew (a counterfactual of the model, not of the patient).
What other features tell as well is not missed: changes do not add up to the probability.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from imgpipe.evaluate.explanations.importance import blocks
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.results.explained import Quartiles, Reason
from imgpipe.learn.cases import TrainingCases

BACKGROUND = 24
"""Training images that features are taken from, at most."""
_ALIKE = 0.9  # rank correlation
_RANKED = 500  # training images that correlations are taken from


def reasons(
    learnt: Any,
    cases: TrainingCases,
    features: np.ndarray,
    code: int,
    classes: tuple[str, ...],
) -> tuple[Reason, ...]:
    """Tell what each group of features changes, the strongest first.

    Parameters
    ----------
    learnt : Pipeline
        The steps behind the features, with the classifier.
    cases : TrainingCases
        From the model.
    features : ndarray, shape (f,)
        Of the image.
    code : int
        The class to explain.
    classes : tuple of str
        Names of the codes.

    Returns
    -------
    tuple of Reason
        Empty where the model keeps no features.
    """
    if not len(cases) or not cases.features.shape[1]:
        return ()
    groups = together(cases.names, cases.features)
    others = cases.features[background(cases.labels)].astype(np.float64)
    rows = np.tile(features, (1 + len(groups) * len(others), 1))
    for number, (_, columns) in enumerate(groups):
        start = 1 + number * len(others)
        rows[start : start + len(others), columns] = others[:, columns]
    said = probabilities(learnt, rows, len(classes))[:, code]
    without = said[1:].reshape(len(groups), len(others)).mean(axis=1)
    found = [
        _reason(name, columns, cases, features, classes, float(p), float(said[0] - p))
        for (name, columns), p in zip(groups, without, strict=True)
    ]
    return tuple(sorted(found, key=lambda reason: -abs(reason.change)))


def background(labels: np.ndarray) -> np.ndarray:
    """Choose training images to take features from: as many of each class, evenly spread."""
    present = np.unique(labels)
    each = max(1, BACKGROUND // len(present))
    chosen = []
    for code in present:
        own = np.flatnonzero(labels == code)
        chosen.append(own[np.unique(np.linspace(0, len(own) - 1, each).round().astype(int))])
    return np.sort(np.concatenate(chosen))


def together(names: Sequence[str], values: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Group columns: blocks such as HOG, and single features that are all but equal in training.

    Each group is called by the feature that is most like the others.
    """
    grouped = blocks(names)
    single = [int(columns[0]) for columns in grouped.values() if len(columns) == 1]
    found = [(name, columns) for name, columns in grouped.items() if len(columns) > 1]
    if len(single) < 2:
        return found + [(names[column], np.array([column])) for column in single]
    alike = _correlations(values[:, single])
    tree = linkage(squareform(1 - alike, checks=False), "complete")
    member = fcluster(tree, 1 - _ALIKE, "distance")
    for cluster in np.unique(member):
        own = np.flatnonzero(member == cluster)
        middle = own[alike[np.ix_(own, own)].sum(axis=1).argmax()]
        found.append((names[single[middle]], np.array(single)[own]))
    return found


def _correlations(values: np.ndarray) -> np.ndarray:
    """Size of the rank correlation of each two columns; 0 with a constant one."""
    rows = np.linspace(0, len(values) - 1, min(len(values), _RANKED)).round().astype(int)
    ranks = rankdata(np.nan_to_num(values[rows]), axis=0)
    ranks -= ranks.mean(axis=0)
    norms = np.sqrt((ranks**2).sum(axis=0))
    scaled = np.divide(ranks, norms, out=np.zeros_like(ranks), where=norms > 0)
    alike = np.abs(scaled.T @ scaled).clip(0, 1)
    np.fill_diagonal(alike, 1.0)
    return alike


def _reason(
    name: str,
    columns: np.ndarray,
    cases: TrainingCases,
    features: np.ndarray,
    classes: tuple[str, ...],
    without: float,
    change: float,
) -> Reason:
    members = tuple(cases.names[column] for column in columns)
    if name not in members:  # a block, of which no number means anything by itself
        return Reason(name, members, "", None, {}, None, without, change)
    column = cases.names.index(name)
    values = cases.features[:, column].astype(np.float64)
    known = np.isfinite(values)
    typical = {
        classes[code]: Quartiles(*np.percentile(values[own], [25, 50, 75]).tolist())
        for code in np.unique(cases.labels)
        if (own := known & (cases.labels == code)).any()
    }
    span = tuple(np.percentile(values[known], [5, 95]).tolist()) if known.any() else None
    value = float(features[column])
    own = value if np.isfinite(value) else None
    return Reason(name, members, cases.units[column], own, typical, span, without, change)
