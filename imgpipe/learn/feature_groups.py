"""Features that go together, and what is usual of them in the training of a model."""

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from imgpipe.learn.feature_summary import BACKGROUND, FeatureSummary, block_of

_ALIKE = 0.9  # rank correlation
_RANKED = 500  # training images that correlations are taken from


def summarised(
    names: tuple[str, ...],
    units: tuple[str, ...],
    values: np.ndarray,
    labels: np.ndarray,
    n_classes: int,
) -> FeatureSummary:
    """Sum up the features of training images.

    Parameters
    ----------
    names, units : tuple of str
        Of the features.
    values : ndarray of float32, shape (n, f)
        Of the images, or of a sample by class.
    labels : ndarray of int, shape (n,)
        Their codes.
    n_classes : int
        Of the model.
    """
    grouped = together(names, values)
    group_of = np.zeros(len(names), np.int64)
    quartiles = np.full((n_classes, len(grouped), 3), np.nan)
    span = np.full((len(grouped), 2), np.nan)
    for number, (name, columns) in enumerate(grouped):
        group_of[columns] = number
        if name not in names:  # a block, of which no number means anything by itself
            continue
        column = values[:, names.index(name)].astype(np.float64)
        known = np.isfinite(column)
        for code in np.unique(labels[known]):
            own = known & (labels == code)
            quartiles[code, number] = np.percentile(column[own], [25, 50, 75])
        if known.any():
            span[number] = np.percentile(column[known], [5, 95])
    rows = np.asarray(values[background(labels)], np.float32)
    groups = tuple(name for name, _ in grouped)
    return FeatureSummary(names, units, groups, group_of, rows, quartiles, span)


def background(labels: np.ndarray) -> np.ndarray:
    """Choose training images to take features from: as many of each class, evenly spread."""
    present = np.unique(labels)
    each = max(1, BACKGROUND // len(present))
    chosen = []
    for code in present:
        own = np.flatnonzero(labels == code)
        chosen.append(own[np.unique(np.linspace(0, len(own) - 1, each).round().astype(int))])
    return np.sort(np.concatenate(chosen))


def blocks(names: Sequence[str]) -> dict[str, np.ndarray]:
    """Group columns: by family for HOG, by radius for LBP, alone otherwise."""
    columns: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        columns.setdefault(block_of(str(name)), []).append(column)
    return {name: np.array(together) for name, together in columns.items()}


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
