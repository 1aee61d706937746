"""Folds that keep each patient whole and every class on both sides."""

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, counted, say
from imgpipe.learn.group_search import Undecided, divide_groups

_Folds = list[tuple[np.ndarray, np.ndarray]]

_ATTEMPTS = 20  # shuffles tried until every fold holds every class


def stratified_folds(
    labels: np.ndarray,
    groups: np.ndarray | None,
    folds: int,
    *,
    random_state: int | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split samples into folds of similar class shares, never dividing a group.

    Parameters
    ----------
    labels : ndarray, shape (n,)
        Class of each sample.
    groups : ndarray, shape (n,), or None
        Patient of each sample; all samples of one land in the same fold.
    folds : int
        How many; at most `most_folds`.
    random_state : int, optional
        Seed of the shuffle.

    Returns
    -------
    list of (train, test)
        Index arrays, sorted; the test parts cover every sample once.

    Raises
    ------
    InputError
        With fewer samples or groups of a class than folds; it says how many would do. Also where
        the groups leave no way to have every class in each training part.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    >>> patients = np.array(["a", "a", "b", "b", "c", "c", "d", "d"])
    >>> for train, test in stratified_folds(labels, patients, 2, random_state=0):
    ...     print(len(train), len(test), set(patients[train]) & set(patients[test]))
    4 4 set()
    4 4 set()
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    _check_folds(labels, groups, folds)
    if groups is None:
        splitter = StratifiedKFold(folds, shuffle=True, random_state=random_state)
        return list(splitter.split(np.zeros(len(labels)), labels))
    # the greedy grouping of scikit-learn can leave a fold without a class: shuffle anew then
    rng = np.random.default_rng(random_state)
    division: _Folds = []
    for seed in rng.integers(2**31 - 1, size=_ATTEMPTS):
        grouped = StratifiedGroupKFold(folds, shuffle=True, random_state=int(seed))
        division = list(grouped.split(np.zeros(len(labels)), labels, groups))
        if folds_lacking_a_class(labels, division) == 0:
            return division
    searched, known = _searched(labels, groups, folds, rng)
    if searched is not None and folds_lacking_a_class(labels, searched) == 0:
        return searched
    if all(len(test) and not _lacks_class(labels, train) for train, test in division):
        return division
    if searched is None:
        raise InputError(_undivided(folds, known))
    return searched


def inner_folds(
    labels: np.ndarray, groups: np.ndarray | None, most: int, *, random_state: int | None = None
) -> _Folds | None:
    """Give as many folds as can be, up to `most`; None where there are not even two."""
    folds = min(most, most_folds(labels, groups))
    if folds < 2:
        return None
    try:
        return stratified_folds(labels, groups, folds, random_state=random_state)
    except InputError:  # with fewer folds, still less could be set apart
        return None


def hold_back(
    labels: np.ndarray, groups: np.ndarray | None, share: float, *, random_state: int | None = None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Give all but about a share, and that share; None where no group can be held back.

    Every class is on both sides wherever that can be, if need be with a larger share.
    """
    most = min(round(1 / share), most_folds(labels, groups))
    first = None
    for folds in range(most, 1, -1):
        found = inner_folds(labels, groups, folds, random_state=random_state) or []
        for train, held in found:
            if not _lacks_class(labels, train) and not _lacks_class(labels, held):
                return train, held
        first = first or next(iter(found), None)
    return first


def _searched(
    labels: np.ndarray, groups: np.ndarray, folds: int, rng: np.random.Generator
) -> tuple[_Folds | None, bool]:
    """Search for a division, and tell whether the answer is certain.

    The seed decides between patients that are alike.
    """
    classes, label = np.unique(labels, return_inverse=True)
    names, group = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), len(classes)), np.intp)
    row = rng.permutation(len(names))[group]
    np.add.at(counts, (row, label), 1)
    try:
        fold_of = divide_groups(counts, folds)
    except Undecided:
        return None, False
    if fold_of is None:
        return None, True
    return [
        (np.flatnonzero(fold_of[row] != fold), np.flatnonzero(fold_of[row] == fold))
        for fold in range(folds)
    ], True


def _undivided(folds: int, known: bool) -> Text:
    """Say that there is no division, or that none was found, and what would do."""
    if known:
        return say(
            "the patients cannot be divided into {folds} folds with every class in the training "
            "part; add patients",
            folds=folds,
        )
    return say(
        "no way was found to divide the patients into {folds} folds with every class in the "
        "training part, which does not mean that there is none; add patients, or use another "
        "--seed",
        folds=folds,
    )


def most_folds(labels: np.ndarray, groups: np.ndarray | None) -> int:
    """Largest number of folds that can hold every class: the rarest class's groups, or samples."""
    return min(_supply(labels, groups).values())


def folds_lacking_a_class(labels: np.ndarray, folds: list[tuple[np.ndarray, np.ndarray]]) -> int:
    """Count the folds whose training or test part misses a class."""
    return sum(_lacks_class(labels, train) or _lacks_class(labels, test) for train, test in folds)


def _lacks_class(labels: np.ndarray, part: np.ndarray) -> bool:
    return len(np.unique(labels[part])) < len(np.unique(labels))


def _supply(labels: np.ndarray, groups: np.ndarray | None) -> dict[object, int]:
    """For each class, its number of samples, or of groups that hold it."""
    if groups is None:
        return {label: int((labels == label).sum()) for label in np.unique(labels)}
    return {label: len(np.unique(groups[labels == label])) for label in np.unique(labels)}


def _check_folds(labels: np.ndarray, groups: np.ndarray | None, folds: int) -> None:
    """Refuse what cannot be split, and say what can."""
    supply = _supply(labels, groups)
    if len(supply) < 2:
        raise InputError(f"found one class only ({next(iter(supply), 'none')}); two are needed")
    if folds < 2:
        raise InputError(say("folds is {folds}; it must be at least 2", folds=folds))
    if groups is not None and len(np.unique(groups)) < folds:
        n = len(np.unique(groups))
        way_out = say("use --folds {n} or fewer", n=n) if n > 1 else say("add patients")
        found = counted(n, "{n} patient", "{n} patients")
        raise InputError(
            say(
                "found {patients} for {folds} folds; {way_out}",
                patients=found,
                folds=folds,
                way_out=way_out,
            )
        )
    rarest = min(supply, key=lambda label: supply[label])
    if supply[rarest] < folds:
        raise InputError(_too_few(str(rarest), supply[rarest], folds, groups is not None))


def _too_few(name: str, n: int, folds: int, patients: bool) -> Text:
    """Say that a class has too little for so many folds, and what would do."""
    if n > 1:
        way_out = say("use --folds {n}", n=n)
    elif patients:
        way_out = say("add patients of that class, or leave it out")
    else:
        way_out = say("add samples of that class, or leave it out")
    found = (
        counted(n, "{n} patient", "{n} patients")
        if patients
        else counted(n, "{n} sample", "{n} samples")
    )
    return say(
        "class {name} has {found} for {folds} folds; {way_out}",
        name=name,
        found=found,
        folds=folds,
        way_out=way_out,
    )
