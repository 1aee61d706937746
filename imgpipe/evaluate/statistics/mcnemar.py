"""Errors of two models on the same images: McNemar's exact test."""

from typing import Any

import numpy as np
from scipy.stats import binomtest, norm

from imgpipe._common.texts import say
from imgpipe.evaluate.results.verdicts import PairedTest
from imgpipe.evaluate.statistics.arguments import Z, as_clusters, as_right


def mcnemar(
    labels: Any, predicted_a: Any, predicted_b: Any, *, groups: Any | None = None
) -> PairedTest:
    """Test whether two models err equally often.

    Only images that one model gets right and the other wrong count: under the null, either is as
    likely to be the right one.

    Parameters
    ----------
    labels, predicted_a, predicted_b : array-like, shape (n,)
        True and predicted labels, of any kind.
    groups : array-like, shape (n,), optional
        Patient of each image. Where patients have several, the test is Obuchowski's: each
        patient's images are added up.

    Returns
    -------
    PairedTest
        Accuracy of `a` less that of `b`, with a 95 % interval (Newcombe's; with several images a
        patient, Obuchowski's), the smaller count of discordant images (or z), and a two-sided
        p-value.

    Raises
    ------
    InputError
        For arrays of other lengths.

    References
    ----------
    McNemar, Psychometrika 12:153 (1947). Interval: Newcombe, Statistics in Medicine 17:2635
    (1998), method 10. Clusters: Obuchowski, Statistics in Medicine 17:1495 (1998).

    Examples
    --------
    >>> from imgpipe.evaluate import mcnemar
    >>> labels = [1] * 20
    >>> test = mcnemar(labels, [1] * 18 + [0] * 2, [1] * 10 + [0] * 10)
    >>> round(test.difference, 2), round(test.p_value, 4)
    (0.4, 0.0078)
    """
    a, b = as_right(labels, [("predicted_a", predicted_a), ("predicted_b", predicted_b)])
    clusters = as_clusters(groups, len(a))
    if clusters is not None:
        return _clustered(a, b, clusters)
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    discordant = only_a + only_b
    p = float(binomtest(only_a, discordant, 0.5).pvalue) if discordant else 1.0
    low, high = _newcombe(int((a & b).sum()), only_a, only_b, int((~a & ~b).sum()))
    return PairedTest(
        difference=(only_a - only_b) / len(a),
        low=low,
        high=high,
        statistic=float(min(only_a, only_b)),
        p_value=p,
        method=say("McNemar, exact"),
    )


def _clustered(a: np.ndarray, b: np.ndarray, clusters: np.ndarray) -> PairedTest:
    """Compare with each patient's images added up."""
    gained = np.bincount(clusters, a.astype(float) - b)
    n, k = len(a), len(gained)
    difference = float(gained.sum() / n)
    under_null = float(np.sqrt((gained**2).sum()))
    z = float(gained.sum()) / under_null if under_null else 0.0
    sizes = np.bincount(clusters)
    error = float(np.sqrt(((gained - difference * sizes) ** 2).sum() * k / max(k - 1, 1)) / n)
    return PairedTest(
        difference=difference,
        low=max(-1.0, difference - Z * error),
        high=min(1.0, difference + Z * error),
        statistic=z,
        p_value=float(2 * norm.sf(abs(z))),
        method=say("McNemar for clustered images (Obuchowski)"),
    )


def _newcombe(both: int, only_a: int, only_b: int, neither: int) -> tuple[float, float]:
    """Give Newcombe's interval: Wilson's of each share, put together by their correlation."""
    n = both + only_a + only_b + neither
    share_a, share_b = (both + only_a) / n, (both + only_b) / n
    low_a, high_a = _wilson(share_a, n)
    low_b, high_b = _wilson(share_b, n)
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    determinant = float(both * neither - only_a * only_b)
    if determinant > 0:
        determinant = max(determinant - n / 2, 0.0)
    phi = determinant / np.sqrt(margins) if margins else 0.0
    difference = share_a - share_b

    def reach(x: float, y: float) -> float:
        return float(np.sqrt(max(0.0, x**2 - 2 * phi * x * y + y**2)))

    return (
        float(difference - reach(share_a - low_a, high_b - share_b)),
        float(difference + reach(high_a - share_a, share_b - low_b)),
    )


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval of a share."""
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return middle - reach, middle + reach
