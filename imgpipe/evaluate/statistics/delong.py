"""Two AUCs of the same images: DeLong's test, and Obuchowski's where patients have several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.evaluate.results.verdicts import PairedTest
from imgpipe.evaluate.scores.intervals import freedom_of
from imgpipe.evaluate.statistics.arguments import as_binary, as_clusters, as_scores, edge_error


def delong(labels: Any, scores_a: Any, scores_b: Any, *, groups: Any | None = None) -> PairedTest:
    """Test whether two models have the same AUC on one held-out set.

    Each image's placement (the share of the other class that it is ranked against rightly) comes
    from midranks in O(n log n); the placements' covariance is that of the AUCs. Where patients
    have several images, placements are added up within patients, and z is read as Student's t.

    Parameters
    ----------
    labels : array-like, shape (n,)
        Two values; the larger one is the positive class.
    scores_a, scores_b : array-like of float, shape (n,)
        The models' scores, higher for the positive class. Only their order counts.
    groups : array-like, shape (n,), optional
        Patient of each image. By default each image is a patient of its own.

    Returns
    -------
    PairedTest
        AUC of `a` less that of `b`, with a 95 % interval, z, and a two-sided p-value.

    Raises
    ------
    InputError
        For one class, NaN, or arrays of other lengths.

    Notes
    -----
    Without groups z is read from the normal distribution, as published. With ten patients of a
    class that gives 6.5 % false alarms for 5: verdicts of `compare` read it as Student's t.

    Scores are taken as fixed functions of the image: pooled scores of several folds' models are
    not. Two AUCs of 1, or one beside a constant score, have no variance: Wilson's bound for as
    many patients as the rarer class has stands in.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44:837 (1988). Midranks: Sun and Xu, IEEE Signal
    Processing Letters 21:1389 (2014). Clusters: Obuchowski, Biometrics 53:567 (1997).

    Examples
    --------
    >>> from imgpipe.evaluate import delong
    >>> labels = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> test = delong(labels, [1, 2, 3, 5, 4, 6, 7, 8], [3, 2, 5, 1, 6, 2, 4, 7])
    >>> round(test.difference, 4), round(test.p_value, 4)
    (0.1562, 0.5209)
    """
    positive = as_binary(labels)
    a = as_scores("scores_a", scores_a, len(positive))
    b = as_scores("scores_b", scores_b, len(positive))
    clusters = as_clusters(groups, len(positive))
    return compare_areas([Ranked(positive, a, b)], clusters, normal=clusters is None)


@dataclass(frozen=True)
class Ranked:
    """Scores that two fitted models give the same images."""

    positive: np.ndarray
    a: np.ndarray
    b: np.ndarray


def compare_areas(
    parts: Sequence[Ranked], clusters: np.ndarray | None, *, normal: bool = False
) -> PairedTest:
    """Compare mean AUCs over several fits (of other seeds) that are judged on the same images.

    The statistic is read as Student's t, or as published, from the normal distribution.
    """
    if not parts:
        raise InputError("there is nothing to compare")
    positive = parts[0].positive
    placed = [placements(positive, np.stack([part.a, part.b])) for part in parts]
    up, down = (np.mean([sides[i] for sides in placed], axis=0) for i in (0, 1))
    areas = up.mean(axis=1)
    same = all(np.array_equal(rankdata(p.a), rankdata(p.b)) for p in parts)
    covariance = area_covariance(positive, up, down, clusters)
    difference = float(areas[0] - areas[1])
    error = float(np.sqrt(max(0.0, covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])))
    if error < 1e-12:
        error = 0.0 if same else edge_error(min(_patients(positive, clusters)))
    law = norm if normal else student(area_freedom(positive, clusters))
    name = say("DeLong")
    if clusters is not None:
        name = say("Obuchowski (DeLong's for clustered images)")
    if len(parts) > 1:
        name = say("{test}, mean over {n} seeds", test=name, n=len(parts))
    z = difference / error if error else 0.0
    return PairedTest(
        difference=difference,
        low=max(-1.0, difference - float(law.ppf(0.975)) * error),
        high=min(1.0, difference + float(law.ppf(0.975)) * error),
        statistic=z,
        p_value=float(2 * law.sf(abs(z))),
        method=name,
    )


def placements(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Placements of positives and of negatives, a row a model; a tie counts one half.

    Examples
    --------
    >>> up, down = placements(np.array([False, False, True]), np.array([[1.0, 3.0, 2.0]]))
    >>> up.tolist(), down.tolist()
    ([[0.5]], [[1.0, 0.0]])
    """
    among_all = rankdata(scores, axis=1)
    among_up = rankdata(scores[:, positive], axis=1)
    among_down = rankdata(scores[:, ~positive], axis=1)
    n_up, n_down = among_up.shape[1], among_down.shape[1]
    up = (among_all[:, positive] - among_up) / n_down
    down = 1.0 - (among_all[:, ~positive] - among_down) / n_up
    return up, down


def area_covariance(
    positive: np.ndarray, up: np.ndarray, down: np.ndarray, clusters: np.ndarray | None = None
) -> np.ndarray:
    """Covariance of the models' AUCs from their placements, shape (models, models)."""
    n_up, n_down = up.shape[1], down.shape[1]
    areas = up.mean(axis=1, keepdims=True)
    if clusters is None:
        if min(n_up, n_down) < 2:
            return np.zeros((len(up), len(up)))
        return np.atleast_2d(np.cov(up) / n_up + np.cov(down) / n_down)
    n = int(clusters.max()) + 1
    of_up, of_down = clusters[positive], clusters[~positive]
    # sums over each patient's images of what they deviate
    rows_up = np.stack([np.bincount(of_up, row, n) for row in up - areas])
    rows_down = np.stack([np.bincount(of_down, row, n) for row in down - areas])
    with_up, with_down = len(np.unique(of_up)), len(np.unique(of_down))
    if min(with_up, with_down) < 2:
        return np.zeros((len(up), len(up)))
    crossed = rows_up @ rows_down.T * n / (n - 1)
    return np.asarray(
        rows_up @ rows_up.T * with_up / (with_up - 1) / n_up**2
        + rows_down @ rows_down.T * with_down / (with_down - 1) / n_down**2
        + (crossed + crossed.T) / (n_up * n_down)
    )


def area_freedom(positive: np.ndarray, clusters: np.ndarray | None) -> float:
    """Degrees of freedom of an AUC's error, by the patients of each class."""
    return freedom_of(_patients(positive, clusters))


def _patients(positive: np.ndarray, clusters: np.ndarray | None) -> tuple[int, int]:
    """Count the patients of either class."""
    if clusters is None:
        return int(positive.sum()), int((~positive).sum())
    return len(np.unique(clusters[positive])), len(np.unique(clusters[~positive]))
