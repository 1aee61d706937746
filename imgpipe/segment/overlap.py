"""Overlap and volume of two masks: Dice, Jaccard, difference of volumes."""

import math
from typing import Any

from imgpipe.segment.pairs.masks import Pair, known_spacing, pair_of


def dice(a: Any, b: Any, *, label: int | None = None) -> float:
    r"""Dice coefficient of two masks.

    .. math:: \frac{2 |A \cap B|}{|A| + |B|}

    Parameters
    ----------
    a, b : array_like
        Masks of one shape. Nonzero is inside, whatever the value.
    label : int, optional
        Of label images, the label that is inside; needed where there are several, since labels that
        are mixed up would agree if they were taken together. `measure` gives a row for each.

    Returns
    -------
    float
        0 to 1. Two empty masks are equal, and have 1; one that is empty beside one that is not, 0.

    Raises
    ------
    InputError
        If shapes differ, there is no pixel, values are NaN or fractions, or there are several
        labels and none is chosen.

    Examples
    --------
    >>> from imgpipe.segment import dice
    >>> dice([[1, 1, 0, 0]], [[0, 1, 1, 0]])
    0.5
    >>> dice([[1, 1, 2, 2]], [[1, 1, 1, 2]], label=1)
    0.8
    """
    return dice_of(pair_of(a, b, label))


def jaccard(a: Any, b: Any, *, label: int | None = None) -> float:
    r"""Jaccard index of two masks, or intersection over union.

    .. math:: \frac{|A \cap B|}{|A \cup B|}

    Parameters
    ----------
    a, b, label
        As of `dice`.

    Returns
    -------
    float
        0 to 1. Two empty masks have 1; one that is empty beside one that is not, 0.

    Raises
    ------
    InputError
        As `dice`.

    Examples
    --------
    >>> from imgpipe.segment import jaccard
    >>> jaccard([[1, 1, 1, 0]], [[0, 1, 1, 1]])
    0.5
    """
    return jaccard_of(pair_of(a, b, label))


def volume_difference(
    a: Any, b: Any, spacing: Any = None, *, relative: bool = False, label: int | None = None
) -> float:
    """Volume of a mask less that of the reference.

    Parameters
    ----------
    a, b : array_like
        The mask and its reference, as of `dice`.
    spacing : sequence of float, optional
        Distance of neighbouring pixels along each axis, mm; by default that of an `Image`, else 1.
    relative : bool
        As a share of the reference's volume.
    label : int, optional
        As of `dice`.

    Returns
    -------
    float
        In mm3, of images of two axes in mm2, above zero where the mask is the larger one; or a
        share, 0.1 for a mask that is a tenth too large. That is infinite where the reference is
        empty and the mask is not, and 0 where both are.

    Raises
    ------
    InputError
        As `dice`, and for a spacing that is not above zero.

    Examples
    --------
    >>> from imgpipe.segment import volume_difference
    >>> volume_difference([[1, 1, 1, 0]], [[0, 1, 1, 0]], spacing=(2.0, 0.5))
    1.0
    >>> volume_difference([[1, 1, 1, 0]], [[0, 1, 1, 0]], relative=True)
    0.5
    """
    pair = pair_of(a, b, label)
    pixel = math.prod(known_spacing(spacing, pair.a.ndim, (a, b)))
    n, of = pair.counts
    return relative_difference(n, of) if relative else (n - of) * pixel


def relative_difference(n: int, of: int) -> float:
    """By how much of the second the first is larger."""
    if n == of:
        return 0.0
    return (n - of) / of if of else math.inf


def dice_of(pair: Pair) -> float:
    """Dice of two masks that were checked."""
    n, of = pair.counts
    both = int((pair.a & pair.b).sum())
    return 2 * both / (n + of) if n + of else 1.0


def jaccard_of(pair: Pair) -> float:
    """Jaccard index of two masks that were checked."""
    either = int((pair.a | pair.b).sum())
    both = int((pair.a & pair.b).sum())
    return both / either if either else 1.0
