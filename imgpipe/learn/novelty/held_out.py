"""Training images held out in turn: whole patients, and copies of an image with it."""

from collections.abc import Sequence

import numpy as np

from imgpipe.learn.novelty.distance import LEVEL


def kept_together(patients: np.ndarray | None, digests: Sequence[str]) -> np.ndarray:
    """Number the images so that those of one patient, and equal ones, have the same number.

    Parameters
    ----------
    patients : ndarray, shape (n,), or None
        None where they are not known.
    digests : sequence of str
        Of the pixels.

    Returns
    -------
    ndarray of int, shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> kept_together(np.array(["a", "a", "b", "c"]), ["1", "2", "2", "3"]).tolist()
    [0, 0, 0, 1]
    """
    owner = np.arange(len(digests))
    of_image = np.unique(np.asarray(digests), return_inverse=True)[1]
    of_patient = owner if patients is None else np.unique(patients, return_inverse=True)[1]
    while True:
        before = owner.copy()
        for parts in (of_image, of_patient):
            least = np.full(parts.max() + 1, len(digests))
            np.minimum.at(least, parts, owner)
            owner = least[parts]
        if np.array_equal(owner, before):
            return np.unique(owner, return_inverse=True)[1]


def divided(groups: np.ndarray, folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Divide images into folds of about one size, whatever their classes, and no group.

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
        0, 1, ...
    folds : int
        At most as many as there are groups.

    Returns
    -------
    list of (train, test)
        Positions; a fold may be empty where one group is large, and is left out then.
    """
    sizes = np.bincount(groups)
    order = np.random.default_rng(0).permutation(len(sizes))
    middle = np.cumsum(sizes[order]) - sizes[order] / 2
    fold = np.empty(len(sizes), np.intp)
    fold[order] = (middle * folds / len(groups)).astype(np.intp)
    of_image = fold[groups]
    return [
        (np.flatnonzero(of_image != one), np.flatnonzero(of_image == one))
        for one in np.unique(of_image)
    ]


def limit_of(distances: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """Find the distance that an image of a new patient passes in one of two hundred cases.

    Every patient counts alike, and the new one is counted too: with n patients, or images where
    these are not known, the limit is the ``ceil((n + 1) * .995)``-th smallest distance. With fewer
    than 199 that is beyond all, and the largest stands in, which 1 of n + 1 passes.

    Parameters
    ----------
    distances : ndarray, shape (m,)
        Held-out.
    groups : ndarray of int, shape (m,)
        Patient of each: 0, 1, ...

    Returns
    -------
    tuple of (float, float)
        The limit, and the share of new images like these that passes it, in expectation.

    Examples
    --------
    >>> import numpy as np
    >>> limit_of(np.arange(999.0), np.arange(999))
    (994.0, 0.005)
    >>> limit_of(np.arange(49.0), np.arange(49))
    (48.0, 0.02)
    """
    sizes = np.bincount(groups)
    order = np.argsort(distances, kind="stable")
    below = np.cumsum(1.0 / sizes[groups[order]]) / (len(sizes) + 1)
    at = min(int(np.searchsorted(below, LEVEL - 1e-9)), len(order) - 1)
    return float(distances[order[at]]), round(1.0 - float(below[at]), 6)
