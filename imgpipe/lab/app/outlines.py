"""Edges of masks and of labelled objects as lines."""

from collections.abc import Iterator

import cv2
import numpy as np

Outline = list[list[list[float]]]
_MOST_POINTS = 8_000  # more take longer to send and draw than to find


def outline_of(mask: np.ndarray) -> tuple[Outline, int]:
    """Trace the edges of a mask, or of each object of a label image, as closed lines.

    Parameters
    ----------
    mask : ndarray of bool or int, shape (h, w)

    Returns
    -------
    list of list of [float, float]
        Rows and columns, the lines of most points first. A pixel's centre has whole numbers, and
        lines run a quarter of a pixel inside of its edge.
    int
        Lines that were left out, since there are too many.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.lab.app.outlines import outline_of
    >>> outline_of(np.pad(np.ones((1, 1), bool), 1))
    ([[[0.75, 0.75], [1.25, 0.75], [1.25, 1.25], [0.75, 1.25]]], 0)
    """
    found: Outline = []
    points = 0
    lines = sorted(_lines(np.asarray(mask)), key=len, reverse=True)
    for line in lines:
        points += len(line)
        if points > _MOST_POINTS and found:
            break
        found.append(line.tolist())
    return found, len(lines) - len(found)


def _lines(mask: np.ndarray) -> Iterator[np.ndarray]:
    if mask.dtype == bool:
        yield from _traced(mask)
        return
    from scipy.ndimage import find_objects

    labels = mask.astype(np.int32, copy=False)
    for label, box in enumerate(find_objects(labels), 1):
        if box is not None:
            corner = np.array([side.start for side in box])
            yield from (line + corner for line in _traced(labels[box] == label))


def _traced(inside: np.ndarray) -> Iterator[np.ndarray]:
    """Follow the edge in twice the resolution, where a line one pixel wide has two sides."""
    doubled = inside.astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    lines, _ = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for line in lines:
        yield line[:, 0, ::-1] / 2 - 0.25
