"""How far two masks are from one another: Hausdorff distance, mean distance of surfaces."""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.segment.pairs.masks import Pair, known_spacing, pair_of
from imgpipe.segment.pairs.surfaces import Distances, distances


def hausdorff(
    a: Any, b: Any, spacing: Any = None, percentile: float = 100, *, label: int | None = None
) -> float:
    r"""Hausdorff distance of two masks, or a percentile of their surfaces' distances.

    Parameters
    ----------
    a, b : array_like
        Masks of one shape, as of `dice`.
    spacing : sequence of float, optional
        Distance of neighbouring pixels along each axis, mm; by default that of an `Image`, else 1.
    percentile : float
        100 for the Hausdorff distance, 95 for what is called HD95.
    label : int, optional
        As of `dice`.

    Returns
    -------
    float
        In mm. Two empty masks are equal, and have 0; from one that is not empty to one that is, no
        distance is long enough: infinity.

    Raises
    ------
    InputError
        As `dice`; also for a spacing that is not above zero, and a percentile beyond 0 to 100.

    Notes
    -----
    The Hausdorff distance is that of the sets of pixels inside, as of scikit-image and SimpleITK:

    .. math:: \max\left(\max_{x \in A} \min_{y \in B} |x - y|,
                        \max_{y \in B} \min_{x \in A} |x - y|\right)

    A percentile below 100 looks at surfaces alone, since pixels that both have inside are at
    distance 0 and would leave nothing to see: it is the larger one of two percentiles, of the
    distances of the surface of a to that of b and of the reverse (interpolated as NumPy does).
    Pixels inside with a face neighbour outside (4 neighbours in an image, 6 in a volume) are the
    surface, also at the edge of the array; distances are between centres of pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import hausdorff
    >>> a, b = np.zeros((2, 9, 9), bool)
    >>> a[2:5, 2:5] = b[2:5, 2:8] = True
    >>> hausdorff(a, b), hausdorff(a, b, spacing=(1.0, 0.5))
    (3.0, 1.5)
    """
    number = isinstance(percentile, int | float | np.number) and not isinstance(percentile, bool)
    if not number or not 0 <= percentile <= 100:  # NaN neither
        raise InputError(f"percentile={percentile!r}; give 0 to 100")
    pair = pair_of(a, b, label)
    lengths = known_spacing(spacing, pair.a.ndim, (a, b))
    return of_empty(pair) if not all(pair.counts) else at(distances(pair, lengths), percentile)


def surface_distance(a: Any, b: Any, spacing: Any = None, *, label: int | None = None) -> float:
    r"""Mean distance of the surfaces of two masks, in both directions.

    .. math:: \frac{\sum_{x \in \partial A} \min_{y \in \partial B} |x - y| +
                    \sum_{y \in \partial B} \min_{x \in \partial A} |x - y|}
                   {|\partial A| + |\partial B|}

    Parameters
    ----------
    a, b, spacing, label
        As of `hausdorff`.

    Returns
    -------
    float
        In mm: the mean over the pixels of both surfaces together, known as the average symmetric
        surface distance. 0 for two empty masks, infinity where one of the two is empty.

    Raises
    ------
    InputError
        As `hausdorff`.

    Notes
    -----
    What the surface is stands in `hausdorff`. Each pixel of it counts once, whatever its area.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import surface_distance
    >>> a, b = np.zeros((2, 9, 9), bool)
    >>> a[2:5, 2:5] = b[2:5, 3:6] = True
    >>> surface_distance(a, b)
    0.5
    """
    pair = pair_of(a, b, label)
    lengths = known_spacing(spacing, pair.a.ndim, (a, b))
    return of_empty(pair) if not all(pair.counts) else mean(distances(pair, lengths))


def of_empty(pair: Pair) -> float:
    """Distance of two masks of which at least one is empty."""
    return math.inf if any(pair.counts) else 0.0


def at(found: Distances, percentile: float) -> float:
    """Hausdorff distance of surfaces at a percentile, of the sets at 100."""
    if percentile == 100:
        return max(found.beyond)
    return max(float(np.percentile(each, percentile)) for each in found.directed)


def mean(found: Distances) -> float:
    """Mean over both surfaces together."""
    return float(np.concatenate(found.directed).mean())
