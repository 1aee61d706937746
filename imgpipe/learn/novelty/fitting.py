"""From the features of training images to a distance, and to the limit of what is like them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from imgpipe._common.texts import Text, say
from imgpipe.learn.novelty.distance import FURTHEST, Novelty
from imgpipe.learn.novelty.held_out import divided, limit_of

LEAST = 20
"""Images below which nothing can be said."""
_DIRECTIONS = 64
_IMAGES = 8  # for each direction, at least
_SHARE = 0.999  # of all variance: directions behind it are rounding, or nearly
_FOLDS = 5
_LEAST_NOISE = 1e-6  # of all variance: features may lie on few directions to rounding
_ROUNDING = 1e-9  # of the mean, below which a feature is constant
_HUGE = 1e100  # whose square is a number yet


def fit_novelty(
    features: np.ndarray, families: Sequence[str], groups: np.ndarray
) -> Novelty | Text:
    """Learn how training images scatter, and how far from them a new one may lie.

    The limit is the 99.5th percentile of held-out distances, each found without the images of its
    fold (`imgpipe.learn.novelty.held_out.limit_of`).

    Parameters
    ----------
    features : ndarray, shape (n, f)
        As measured; NaN where undefined.
    families : sequence of str
        Family of each feature; each counts alike, whatever the number of its features.
    groups : ndarray of int, shape (n,)
        0, 1, ...: images held out together, of one patient, or equal.

    Returns
    -------
    Novelty or Text
        The reason where nothing can be learnt: fewer than twenty images, fewer groups than five
        folds, or no feature that varies.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(500, 3))
    >>> novelty = fit_novelty(rows, ["intensity"] * 3, np.arange(500))
    >>> novelty.distances(np.array([[0.0, 0, 0], [9, 9, 9]])).round(1).tolist()
    [0.0, 2.3]
    """
    # small matrices: more threads would only wait for one another
    with threadpool_limits(1, user_api="blas"):
        return _fitted(np.asarray(features, np.float64), families, groups)


def _fitted(features: np.ndarray, families: Sequence[str], groups: np.ndarray) -> Novelty | Text:
    """Learn the scatter, and the limit from folds."""
    if len(features) < LEAST:
        return say(
            "{n} training images are too few; it takes {least}", n=len(features), least=LEAST
        )
    if groups.max() + 1 < _FOLDS:
        return say(
            "their {n} patients, or sets of equal images, are too few; it takes {least}",
            n=int(groups.max()) + 1,
            least=_FOLDS,
        )
    constant = say("no feature varies among the training images")
    found = _scatter(features, families)
    if found is None:
        return constant
    held = np.empty(len(features))
    for train, test in divided(groups, _FOLDS):
        own = _scatter(features[train], families) if len(train) > 1 else None
        if own is None:
            return say("without the images of one patient no feature varies among those left")
        held[test] = own.distances(features[test])
    limit, expected = limit_of(held, groups)
    if limit <= 0.0:
        return constant
    return replace(
        found,
        limit=limit,
        held_out=len(held),
        groups=int(groups.max()) + 1,
        marked=int((held > limit).sum()),
        expected=expected,
    )


def _scatter(features: np.ndarray, families: Sequence[str]) -> Novelty | None:
    """Learn centre and directions; the limit is left at 1."""
    blank = _standardising(features)
    weights = _weights(families, blank.precision > 0.0)
    ready = blank.standardised(features)
    mean = ready.mean(axis=0)
    off = (ready - mean) * weights
    variances, axes = np.linalg.eigh(off.T @ off / len(off))
    main = np.maximum(variances[::-1], 0.0)
    whole = float(main.sum())
    if whole <= 0.0:
        return None
    used = int((weights > 0.0).sum())
    k = 1 + int(np.searchsorted(np.cumsum(main), _SHARE * whole))
    k = min(k, _DIRECTIONS, len(features) // _IMAGES, used - 1)
    # by the number of directions, not the rank: it must not depend on how many images there are
    noise = max(float(main[k:].sum()), _LEAST_NOISE * whole) / max(1, used - k)
    spared = 1.0 / noise - 1.0 / np.maximum(main[:k], noise)
    directions = weights[:, None] * axes[:, ::-1][:, :k] * np.sqrt(spared)
    return replace(
        blank,
        mean=mean,
        precision=weights**2 / noise,
        directions=directions.astype(np.float32).astype(np.float64),
    )


def _standardising(features: np.ndarray) -> Novelty:
    """Learn how each feature is standardised and filled in."""
    usable = np.abs(features) < _HUGE  # not so NaN
    count = np.maximum(usable.sum(axis=0), 1)
    centre = np.where(usable, features, 0.0).sum(axis=0) / count
    off = np.where(usable, features, centre) - centre
    scale = np.sqrt((off**2).sum(axis=0) / count)
    varies = scale > _ROUNDING * np.maximum(np.abs(centre), _ROUNDING)
    scale = np.where(varies, scale, 1.0)
    some_missing = np.isnan(features).any(axis=0)
    missing = np.where(some_missing, 0.0, FURTHEST)
    for column in np.flatnonzero(some_missing & varies):
        values = off[usable[:, column], column]
        missing[column] = np.median(values) / scale[column]
    return Novelty(
        centre=centre,
        scale=scale,
        missing=missing,
        mean=np.zeros(len(centre)),
        precision=varies.astype(np.float64),
        directions=np.zeros((len(centre), 0)),
        limit=1.0,
        held_out=0,
        groups=0,
        marked=0,
        expected=0.0,
    )


def _weights(families: Sequence[str], varies: np.ndarray) -> np.ndarray:
    """Give each family the same sum of squares: many features of one say the same thing."""
    names, of = np.unique(np.asarray(families), return_inverse=True)
    sizes = np.bincount(of, weights=varies, minlength=len(names))
    weights: np.ndarray = np.where(varies, 1.0 / np.sqrt(np.maximum(sizes[of], 1.0)), 0.0)
    return weights
