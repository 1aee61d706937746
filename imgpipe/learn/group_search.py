"""A search for folds of whole patients that all hold every class, where shuffles found none."""

import numpy as np

_STEPS = 5_000  # patients placed or taken back; a search without end would help nobody


def divide_groups(counts: np.ndarray, folds: int) -> np.ndarray | None:
    """Give each group a fold, such that every fold holds every class.

    Fold after fold gets a group for the class that has the fewest to spare, and the search goes
    back where a class has too few left. The groups that no fold needs then go where their classes
    are rarest.

    Parameters
    ----------
    counts : ndarray of int, shape (groups, classes)
        Samples of each class in each group; of equal groups the last are placed first.
    folds : int
        How many; at least 2.

    Returns
    -------
    ndarray of int, shape (groups,), or None
        Fold of each group. None where there is no such division, or it was not found in the steps
        allowed.

    Examples
    --------
    >>> import numpy as np
    >>> divide_groups(np.array([[1, 2], [3, 0], [0, 4]]), 2).tolist()
    [0, 1, 1]
    >>> divide_groups(np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]]), 2) is None
    True
    """
    holds = counts > 0
    fold_of = np.full(len(counts), -1)
    placed: list[int] = []
    trail = [_hardest_need(holds, fold_of, folds)]
    for _ in range(_STEPS):
        fold, candidates = trail[-1]
        if candidates:
            placed.append(candidates.pop())
            fold_of[placed[-1]] = fold
            if _lacks(holds, fold_of, folds).any():
                trail.append(_hardest_need(holds, fold_of, folds))
            else:
                return _with_rest(counts, fold_of, folds)
        else:
            trail.pop()
            if not trail:
                return None
            fold_of[placed.pop()] = -1
    return None


def _lacks(holds: np.ndarray, fold_of: np.ndarray, folds: int) -> np.ndarray:
    """Tell which fold still lacks which class, shape (folds, classes)."""
    return np.array([~holds[fold_of == fold].any(axis=0) for fold in range(folds)])


def _hardest_need(holds: np.ndarray, fold_of: np.ndarray, folds: int) -> tuple[int, list[int]]:
    """Give the first fold that lacks the scarcest class, and the groups that would do, best last.

    There are none where a class has fewer groups left than folds that lack it.
    """
    free = fold_of < 0
    lacks = _lacks(holds, fold_of, folds)
    spare = holds[free].sum(axis=0) - lacks.sum(axis=0)
    if spare.min() < 0:
        return 0, []
    scarcest = int(np.where(lacks.any(axis=0), spare, len(holds)).argmin())
    fold = int(lacks[:, scarcest].argmax())
    able = np.flatnonzero(free & holds[:, scarcest])
    gain = (holds[able] & lacks[fold]).sum(axis=1)
    return fold, able[np.argsort(gain, kind="stable")].tolist()


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
