"""Decision thresholds, chosen on samples that the model was not fitted on and is not judged by.

An image is called positive where its probability is at least the threshold. A threshold lies
halfway between two neighbouring probabilities of the samples it was chosen on, so that new ones
near either fall to its side.
"""

import numpy as np

TARGETS = (0.90, 0.95)
BALANCED = "balanced accuracy"
NOTHING = float(np.nextafter(1.0, 2.0))  # no probability reaches it
_ROUNDING = 1e-9


def choose_thresholds(positive: np.ndarray, score: np.ndarray) -> dict[str, float] | None:
    """Choose a threshold by each rule; None where a class is absent or a probability is no number.

    Parameters
    ----------
    positive : ndarray of bool, shape (n,)
        Truth of the samples to choose on.
    score : ndarray, shape (n,)
        Their probabilities.

    Returns
    -------
    dict of str to float, or None
        ``"balanced accuracy"``: the highest mean of sensitivity and specificity (Youden, 1950); of
        several, the nearest to 0.5. ``"specificity 0.95"``: the lowest threshold that is as
        specific, so the most sensitive one; one that calls nothing where no other is.
        ``"sensitivity 0.95"``: the highest threshold that is as sensitive.

    Examples
    --------
    >>> import numpy as np
    >>> positive = np.array([False, False, True, True])
    >>> found = choose_thresholds(positive, np.array([0.1, 0.3, 0.4, 0.8]))
    >>> round(found["balanced accuracy"], 2), round(found["sensitivity 0.95"], 2)
    (0.35, 0.35)
    """
    if positive.all() or not positive.any() or not np.isfinite(score).all():
        return None
    # thresholds from the one that calls nothing to the one that calls all
    values, place = np.unique(-score, return_inverse=True)
    thresholds = np.r_[_between(-values), 0.0]
    sensitivity = _share_called(place, positive)
    specificity = 1 - _share_called(place, ~positive)
    balanced = sensitivity + specificity
    best = np.flatnonzero(balanced >= balanced.max() - _ROUNDING)
    chosen = {BALANCED: thresholds[best[np.argmin(np.abs(thresholds[best] - 0.5))]]}
    for target in TARGETS:
        specific = np.flatnonzero(specificity >= target - _ROUNDING)
        chosen[f"specificity {target:.2f}"] = thresholds[specific[-1]]
    for target in TARGETS:
        sensitive = np.flatnonzero(sensitivity >= target - _ROUNDING)
        chosen[f"sensitivity {target:.2f}"] = thresholds[sensitive[0]]
    return {rule: float(threshold) for rule, threshold in chosen.items()}


def _share_called(place: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Share of some samples that are called at each threshold, from none to all."""
    return np.r_[0, np.cumsum(np.bincount(place, among))] / among.sum()


def _between(values: np.ndarray) -> np.ndarray:
    """Halves between neighbours, falling, the first one above all of them."""
    above = (values[0] + 1) / 2 if values[0] < 1 else NOTHING
    halves = (values[:-1] + values[1:]) / 2
    # where no float lies between, the upper one separates them, too
    return np.r_[above, np.where(halves > values[1:], halves, values[:-1])]


def counts_at(positive: np.ndarray, score: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Count the positives and the negatives that each threshold calls, shape (2, m).

    Examples
    --------
    >>> import numpy as np
    >>> positive, score = np.array([True, False, True]), np.array([0.2, 0.5, 0.9])
    >>> counts_at(positive, score, np.array([0.0, 0.5, 0.95])).tolist()
    [[2, 1, 0], [1, 1, 0]]
    """
    kinds = (np.sort(score[positive]), np.sort(score[~positive]))
    return np.array([len(kind) - np.searchsorted(kind, thresholds) for kind in kinds])
