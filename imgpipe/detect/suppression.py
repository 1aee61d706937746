"""Non-maximum suppression: of boxes that overlap, the one with the highest score stays."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.detect.boxes import checked_boxes, overlaps
from imgpipe.detect.numbers import real

_MEASURES = ("iou", "smaller")


def suppress(boxes: Any, overlap: float = 0.3, *, measure: str = "iou") -> np.ndarray:
    """Choose boxes greedily: by falling score, each that overlaps none of those chosen before.

    Parameters
    ----------
    boxes : array_like, shape (n, 2 * axes + 1)
        The last column is the score. Of equal scores, the first comes first.
    overlap : float, default 0.3
        From 0 to 1: a box goes where its overlap with a chosen one is larger.
    measure : {"iou", "smaller"}
        Overlap is the intersection as a share of the union, or of the smaller box: then a small
        box within a large one goes as well.

    Returns
    -------
    ndarray of int
        Rows of those that stay, by falling score.

    Raises
    ------
    InputError
        If they are no boxes with scores, or a setting is none.

    Examples
    --------
    >>> from imgpipe.detect import suppress
    >>> suppress([[0, 0, 4, 4, 0.6], [0, 1, 4, 5, 0.9], [8, 8, 9, 9, 0.1]]).tolist()
    [1, 2]
    """
    if measure not in _MEASURES:
        raise InputError(
            f"measure={measure!r}; 'iou' or 'smaller' is what overlaps are measured by"
        )
    if not 0 <= real(overlap) <= 1:
        raise InputError(f"overlap={overlap!r}; a number from 0 to 1 is needed")
    rows = checked_boxes(boxes, "boxes", scored=True)
    waiting = np.argsort(-rows[:, -1], kind="stable")
    chosen = []
    while len(waiting):
        first, waiting = waiting[0], waiting[1:]
        chosen.append(first)
        shares = overlaps(rows[[first]], rows[waiting], of_smaller=measure == "smaller")[0]
        waiting = waiting[shares <= overlap]
    return np.array(chosen, np.intp)
