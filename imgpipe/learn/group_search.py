"""A search for folds of whole patients that all hold every class, where shuffles found none."""

from typing import Any

import numpy as np

_NODES = 20_000  # of the search tree; a search without end would help nobody


class Undecided(Exception):
    """The search ended before it found a division or knew that there is none."""


def divide_groups(counts: np.ndarray, folds: int) -> np.ndarray | None:
    """Give each group a fold, such that as many folds as can be hold every class.

    An integer program decides which kinds of groups, by the classes that they hold, every fold
    gets. The groups that no fold needs then go where their classes are rarest.

    Parameters
    ----------
    counts : ndarray of int, shape (groups, classes)
        Samples of each class in each group; of equal groups the last are placed first.
    folds : int
        How many; at least 2.

    Returns
    -------
    ndarray of int, shape (groups,), or None
        Fold of each group: none is empty, and with any of them left out every class remains. None
        where there is no such division.

    Raises
    ------
    Undecided
        Where the search was too long.

    Examples
    --------
    >>> import numpy as np
    >>> divide_groups(np.array([[1, 2], [3, 0], [0, 4]]), 2).tolist()
    [0, 1, 1]
    >>> divide_groups(np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]]), 2) is None
    True
    """
    kinds, kind, sizes = np.unique(counts > 0, axis=0, return_inverse=True, return_counts=True)
    needed = _needed(kinds, sizes, folds)
    if needed is None:
        return None
    fold_of = np.full(len(counts), -1)
    for number, wanted in enumerate(needed):
        members = np.flatnonzero(kind == number)[::-1]
        held = np.flatnonzero(wanted)
        fold_of[members[: len(held)]] = held
    return _with_rest(counts, fold_of, folds)


def _needed(kinds: np.ndarray, sizes: np.ndarray, folds: int) -> np.ndarray | None:
    """Say which fold gets a group of which kind, shape (kinds, folds); None if nothing will do."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    n, classes = kinds.shape
    gets, covered = n * folds, classes * folds
    # unknowns: kind x fold, whether it gets one; class x fold, whether it is held there
    fold_sums = np.tile(np.eye(folds), n)
    of_kind, of_class = (np.kron(np.eye(k), np.ones(folds)) for k in (n, classes))
    holds = np.kron(kinds.T.astype(float), np.eye(folds))
    rules: list[Any] = [
        LinearConstraint(np.hstack([of_kind, np.zeros((n, covered))]), -np.inf, sizes),
        LinearConstraint(np.hstack([fold_sums, np.zeros((folds, covered))]), 1, np.inf),
        LinearConstraint(np.hstack([holds, -np.eye(covered)]), 0, np.inf),
        LinearConstraint(np.hstack([np.zeros((classes, gets)), of_class]), 2, np.inf),
    ]
    most_covered = np.concatenate([np.zeros(gets), -np.ones(covered)])
    found = milp(
        most_covered,
        integrality=np.ones(gets + covered),
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"node_limit": _NODES},
    )
    if found.x is not None:
        return found.x[:gets].reshape(n, folds) > 0.5
    if found.status == 2:
        return None
    raise Undecided


def _with_rest(counts: np.ndarray, fold_of: np.ndarray, folds: int) -> np.ndarray:
    """Place the other groups, large ones first, where their classes are rarest."""
    shares = counts / counts.sum(axis=0)
    held = np.array([shares[fold_of == fold].sum(axis=0) for fold in range(folds)])
    rest = np.flatnonzero(fold_of < 0)
    for group in rest[np.argsort(-counts[rest].sum(axis=1), kind="stable")]:
        fold = int((held @ shares[group]).argmin())
        fold_of[group] = fold
        held[fold] += shares[group]
    return fold_of
