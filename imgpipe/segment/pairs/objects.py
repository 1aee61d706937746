"""Objects of two label images, and which of them are the same."""

from typing import NamedTuple

import numpy as np


class Overlaps(NamedTuple):
    """Which objects overlap, and by how much.

    Parameters
    ----------
    labels, reference : ndarray of int
        Labels of the objects of both.
    first, second : ndarray of int
        Of each overlap, the index of its two objects.
    iou : ndarray of float
        Their intersection over union.
    """

    labels: np.ndarray
    reference: np.ndarray
    first: np.ndarray
    second: np.ndarray
    iou: np.ndarray


def overlaps(a: np.ndarray, b: np.ndarray) -> Overlaps:
    """Count what objects have in common; those that touch nowhere are left out."""
    labels, of_a, size_a = _objects(a)
    reference, of_b, size_b = _objects(b)
    both = (of_a >= 0) & (of_b >= 0)
    width = max(len(reference), 1)
    pairs, common = np.unique(of_a[both] * width + of_b[both], return_counts=True)
    first, second = pairs // width, pairs % width
    iou = common / (size_a[first] + size_b[second] - common)
    return Overlaps(labels, reference, first, second, iou)


def matched(found: Overlaps, threshold: float) -> np.ndarray:
    """Choose overlaps above a threshold so that no object stands in two.

    At one half and above they are such by themselves, since two objects cannot both fill more than
    half of a third. Below, as many as can be are chosen, and among these the best.
    """
    chosen = np.flatnonzero(found.iou > threshold)
    if threshold >= 0.5 or not len(chosen):
        return chosen
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # objects that touch form small groups: one matrix of all would not fit for thousands of cells
    n, m = len(found.labels), len(found.reference)
    first, second = found.first[chosen], found.second[chosen]
    graph = coo_array((np.ones(len(chosen)), (first, n + second)), shape=(n + m, n + m))
    group = connected_components(graph, directed=False)[1][first]
    order = np.argsort(group, kind="stable")
    kept = []
    for part in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        rows, i = np.unique(first[part], return_inverse=True)
        columns, j = np.unique(second[part], return_inverse=True)
        worth = np.zeros((len(rows), len(columns)))
        # one more pair is worth more than the overlap of all
        worth[i, j] = 1 + found.iou[chosen[part]] / (1 + min(worth.shape))
        place = np.full(worth.shape, -1)
        place[i, j] = part
        taken = place[linear_sum_assignment(worth, maximize=True)]
        kept += taken[taken >= 0].tolist()
    return chosen[np.sort(kept)]


def _objects(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, the index of each pixel's one (below zero outside), and their sizes."""
    labels, index, sizes = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    at = int(np.searchsorted(labels, 0))
    if at == len(labels) or labels[at] != 0:
        return labels, index, sizes
    index = np.where(index == at, -1, np.where(index > at, index - 1, index))
    return np.delete(labels, at), index, np.delete(sizes, at)
