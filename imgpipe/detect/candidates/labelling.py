"""Which candidates a classifier learns as lesions, and which as none."""

import numpy as np

from imgpipe.detect.boxes import overlaps
from imgpipe.detect.judging.hits import HitRule

NEGATIVE, POSITIVE, UNSURE = 0, 1, -1
_LIKE = 0.3  # intersection over union with a lesion above which a hit shows it whole
_TOUCHES = 0.1


def labels_of(boxes: np.ndarray, truth: np.ndarray, rule: HitRule) -> np.ndarray:
    """Label the candidates of one image.

    Hits that overlap their lesion well are positive, and the best hit of each lesion. Other hits,
    and what overlaps a lesion without hitting it, are neither. The rest is negative.

    Returns
    -------
    ndarray of int8, shape (n,)
        `POSITIVE`, `NEGATIVE`, or `UNSURE`.
    """
    labels = np.full(len(boxes), NEGATIVE, np.int8)
    if not len(boxes) or not len(truth):
        return labels
    hit = rule.hits(boxes, truth)
    shares = overlaps(boxes, truth)
    own = np.where(hit >= 0, shares[np.arange(len(boxes)), hit], 0.0)
    labels[(hit >= 0) | (shares.max(axis=1) > _TOUCHES)] = UNSURE
    labels[own >= _LIKE] = POSITIVE
    for lesion in np.unique(hit[hit >= 0]):
        hits = np.flatnonzero(hit == lesion)
        labels[hits[own[hits].argmax()]] = POSITIVE
    return labels


def drawn_negatives(
    labels: np.ndarray, share: float | None, rng: np.random.RandomState
) -> np.ndarray:
    """Positions of negatives, at random: `share` for each positive, None for all."""
    negatives = np.flatnonzero(labels == NEGATIVE)
    if share is None:
        return negatives
    wanted = max(1, round(share * np.count_nonzero(labels == POSITIVE)))
    return np.sort(rng.permutation(negatives)[:wanted])


def hardest_negatives(
    labels: np.ndarray, scores: np.ndarray, n: int, rng: np.random.RandomState
) -> np.ndarray:
    """Positions of `n` negatives: half of them those with the highest scores, half at random."""
    negatives = np.flatnonzero(labels == NEGATIVE)
    order = negatives[np.argsort(-scores[negatives], kind="stable")]
    hard, others = order[: n // 2], order[n // 2 :]
    return np.sort(np.concatenate([hard, rng.permutation(others)[: n - len(hard)]]))
