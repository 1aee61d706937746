"""Folds in which each patient stands once, with about as many lesions each."""

import numpy as np

from imgpipe._common import InputError
from imgpipe.detect.numbers import whole


def lesion_folds(patients: np.ndarray, lesions: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Divide images among folds by patient.

    Parameters
    ----------
    patients : ndarray of int, shape (n,)
        Codes from 0 on.
    lesions : ndarray of int, shape (n,)
        How many each image has.
    folds : int
    seed : int
        Decides between patients with equally many.

    Returns
    -------
    ndarray of int, shape (n,)
        Fold of each image.

    Raises
    ------
    InputError
        With fewer patients than folds, or lesions in one patient only.
    """
    if whole(folds) < 2:
        raise InputError(f"folds={folds!r}; an integer of 2 or more is needed")
    n = int(patients.max()) + 1
    if n < folds:
        raise InputError(f"found {n} patients for {folds} folds; use --folds {n} or fewer"
                         if n > 1 else "found 1 patient; two or more are needed")  # fmt: skip
    counts = np.stack([np.bincount(patients, lesions, n), np.bincount(patients, minlength=n)])
    if np.count_nonzero(counts[0]) < 2:
        raise InputError("all lesions are of one patient: none would be left to train on")
    order = np.random.default_rng(seed).permutation(n)
    order = order[np.lexsort((-counts[1, order], -counts[0, order]))]
    held = np.zeros((2, folds))
    fold_of = np.empty(n, int)
    for patient in order:
        # fewest lesions first, then fewest images
        fold_of[patient] = fold = int(np.lexsort((held[1], held[0]))[0])
        held[:, fold] += counts[:, patient]
    return fold_of[patients]
