"""Boxes round lesions: what is accepted as one, where masks have them, and how near two are.

A box is a row ``(y0, x0, y1, x1)`` or ``(z0, y0, x0, z1, y1, x1)`` in pixels. Pixel ``i`` reaches
from ``i`` to ``i + 1``, so that the far side is not included, and a box may end within a pixel.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import check_unmasked, is_distance, lengths

_CORNERS = {4: "(y0, x0, y1, x1)", 6: "(z0, y0, x0, z1, y1, x1)"}
_EACH = ("component", "label")
_FARTHEST, _SHORTEST = 1e9, 1e-6  # pixels; areas and volumes of such sides are exact enough


class BoxWarning(UserWarning):
    """A box that was cut off at the border of its image."""


def boxes_of(mask: Any, *, each: str | None = None) -> np.ndarray:
    """Give the box of each lesion in a mask.

    Parameters
    ----------
    mask : array_like, shape (y, x) or (z, y, x)
        Nonzero inside; bool, or integers that may be labels.
    each : {"component", "label"}, optional
        A box for each connected component (pixels that touch, be it at a corner), or for each
        value but 0. By default values are labels where there are several, else not.

    Returns
    -------
    ndarray of float64, shape (n, 2 * axes)
        In the order of labels, or of the first pixel of each component; none for an empty mask.

    Raises
    ------
    InputError
        If it is no mask of an image or a volume.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.detect import boxes_of
    >>> mask = np.zeros((8, 8), bool)
    >>> mask[1:3, 2:6] = mask[5, 5] = True
    >>> boxes_of(mask).tolist()
    [[1.0, 2.0, 3.0, 6.0], [5.0, 5.0, 6.0, 6.0]]
    """
    from scipy import ndimage

    check_unmasked(mask, "the mask")
    mask = np.asarray(mask)
    if each not in (None, *_EACH):
        raise InputError(f"each={each!r}; 'component' or 'label' is what a box can be drawn round")
    if mask.ndim not in (2, 3) or not mask.size or mask.dtype.kind not in "biuf":
        raise InputError(
            f"a mask of shape {mask.shape} and dtype {mask.dtype} has no boxes; give numbers "
            "(y, x) or (z, y, x), nonzero inside"
        )
    whole = mask.dtype.kind != "f" or (np.isfinite(mask) & (mask == np.rint(mask))).all()
    if not whole:
        raise InputError("the mask holds values that are no whole numbers, or NaN")
    values, labels = np.unique(mask, return_inverse=True)
    if each == "component" or (each is None and np.count_nonzero(values) <= 1):
        labels = ndimage.label(mask != 0, np.ones((3,) * mask.ndim))[0]
    elif not (values == 0).any():
        labels = labels + 1
    else:  # negative labels stand before 0
        labels = np.where(mask != 0, labels + 1, 0)
    found = [place for place in ndimage.find_objects(labels.reshape(mask.shape)) if place]
    corners = [[s.start for s in place] + [s.stop for s in place] for place in found]
    return np.array(corners, np.float64).reshape(-1, 2 * mask.ndim)


def checked_boxes(
    boxes: Any, what: str, *, axes: int | None = None, scored: bool = False
) -> np.ndarray:
    """Take the boxes of one image; refuse what are none.

    Parameters
    ----------
    boxes : array_like, shape (n, 2 * axes), or one more column for a score
        None are ``[]``.
    what : str
        What messages call them: ``"truth of image 3"``.
    axes : int, optional
        2 for images, 3 for volumes; either by default.
    scored : bool
        Whether the last column is a score.

    Returns
    -------
    ndarray of float64, shape (n, 2 * axes + scored)
        With `axes` unknown, no boxes have those of an image.

    Raises
    ------
    InputError
        For another number of columns, values that are no finite numbers, or a box without extent;
        it names the row.
    """
    widths = [2 * n + scored for n in ((2, 3) if axes is None else (axes,))]
    check_unmasked(boxes, what)
    try:
        rows = np.asarray(boxes)
        rows = rows.astype(
            np.float64, casting="unsafe" if rows.dtype.kind in "OSU" else "same_kind"
        )
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{what}: no table of numbers; {_wanted(widths, scored)}") from None
    if rows.size == 0:
        return np.empty((0, widths[0]))
    if rows.ndim != 2 or rows.shape[1] not in widths:
        raise InputError(f"{what}: boxes of shape {rows.shape}; {_wanted(widths, scored)}")
    bad = ~np.isfinite(rows).all(axis=1)
    if bad.any():
        raise InputError(f"{what}: {_row(rows, bad)} holds NaN or infinite values")
    bad = (np.abs(rows[:, : 2 * (rows.shape[1] // 2)]) > _FARTHEST).any(axis=1)
    if bad.any():
        raise InputError(f"{what}: {_row(rows, bad)} lies beyond all images")
    low, high = corners(rows)
    bad = (high - low < _SHORTEST).any(axis=1)
    if bad.any():
        raise InputError(
            f"{what}: {_row(rows, bad)} is empty; its far corner must lie beyond its near one"
        )
    return rows


def boxes_within(boxes: np.ndarray, shape: Sequence[int], what: str) -> np.ndarray:
    """Cut boxes off at the border of their image.

    Parameters
    ----------
    boxes : ndarray, shape (n, 2 * axes)
        As `checked_boxes` gives them.
    shape : sequence of int
        Of the image, without channels.
    what : str
        What messages call the boxes.

    Returns
    -------
    ndarray of float64, shape (n, 2 * axes)

    Raises
    ------
    InputError
        If one lies wholly beyond the image.

    Warns
    -----
    BoxWarning
        If one lies partly beyond it.
    """
    cut = clipped(boxes, shape)
    low, high = corners(cut)
    outside = (high <= low).any(axis=1)
    size = " x ".join(map(str, shape))
    if outside.any():
        raise InputError(f"{what}: {_row(boxes, outside)} lies outside the image of {size} pixels")
    moved = (cut != boxes).any(axis=1)
    if moved.any():
        row = _row(boxes, moved)
        text = f"{what}: {row} reaches beyond the image of {size} pixels and was cut off"
        warnings.warn(BoxWarning(text), stacklevel=3)
    return cut


def clipped(boxes: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Cut boxes off at the border of their image, without a word; scores stay."""
    axes = len(shape)
    cut = boxes.copy()
    cut[:, : 2 * axes] = np.clip(boxes[:, : 2 * axes], 0, np.tile(shape, 2))
    return cut


def corners(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Near and far corners, (n, axes) each; a score is left out."""
    axes = boxes.shape[1] // 2
    return boxes[:, :axes], boxes[:, axes : 2 * axes]


def centres(boxes: np.ndarray) -> np.ndarray:
    """Middle of each box, (n, axes)."""
    low, high = corners(boxes)
    return (low + high) / 2


def iou(boxes: Any, others: Any) -> np.ndarray:
    """Intersection over union of each box with each of the others.

    Parameters
    ----------
    boxes, others : array_like, shapes (n, 2 * axes) and (m, 2 * axes)
        With a score as one more column, or without.

    Returns
    -------
    ndarray of float64, shape (n, m)
        From 0, where two have nothing in common, to 1, where they are equal.

    Examples
    --------
    >>> from imgpipe.detect import iou
    >>> iou([[0, 0, 2, 2]], [[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]]).round(3).tolist()
    [[1.0, 0.333, 0.0]]
    """
    return overlaps(*_pair(boxes, others))


def overlaps(boxes: np.ndarray, others: np.ndarray, of_smaller: bool = False) -> np.ndarray:
    """Intersection of checked boxes, (n, m), as a share of their union or of the smaller one."""
    (low, high), (low_2, high_2) = corners(boxes), corners(others)
    sides = np.minimum(high[:, None], high_2) - np.maximum(low[:, None], low_2)
    common = np.maximum(sides, 0).prod(axis=2)
    size, size_2 = (high - low).prod(axis=1)[:, None], (high_2 - low_2).prod(axis=1)[None]
    return common / (np.minimum(size, size_2) if of_smaller else size + size_2 - common)


def centre_distances(boxes: Any, others: Any, spacing: Any = None) -> np.ndarray:
    """Distance of the middle of each box from that of each of the others.

    Parameters
    ----------
    boxes, others : array_like, shapes (n, 2 * axes) and (m, 2 * axes)
        With a score as one more column, or without.
    spacing : tuple of float, optional
        Distance of pixels along each axis; 1 each by default.

    Returns
    -------
    ndarray of float64, shape (n, m)
        In the unit of `spacing`.

    Examples
    --------
    >>> from imgpipe.detect import centre_distances
    >>> centre_distances([[0, 0, 2, 2]], [[3, 4, 5, 6]]).tolist()
    [[5.0]]
    """
    left, right = _pair(boxes, others)
    return gaps(left, right, unit_lengths(spacing, left.shape[1] // 2))


def gaps(boxes: np.ndarray, others: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Distances of the middles of checked boxes, (n, m)."""
    apart = centres(boxes)[:, None] - centres(others)[None]
    return np.sqrt(((apart * unit) ** 2).sum(axis=2))


def unit_lengths(spacing: Any, axes: int) -> np.ndarray:
    """Distance of pixels along each axis as an array; 1 each where nothing is said."""
    found = lengths(spacing) or (1.0,) * axes
    if len(found) != axes or not all(map(is_distance, found)):
        raise InputError(
            f"spacing={spacing!r}; a positive length for each of {axes} axes is needed"
        )
    return np.array(found)


def _pair(boxes: Any, others: Any) -> tuple[np.ndarray, np.ndarray]:
    pair = [_unscored(boxes, "boxes"), _unscored(others, "others")]
    axes = {rows.shape[1] // 2 for rows in pair if len(rows)}
    if len(axes) > 1:
        raise InputError("boxes of images and of volumes have nothing in common; give one kind")
    width = 2 * max(axes, default=2)
    return tuple(rows if len(rows) else np.empty((0, width)) for rows in pair)  # type: ignore[return-value]


def _unscored(boxes: Any, what: str) -> np.ndarray:
    try:
        odd = np.ndim(boxes) == 2 and np.shape(boxes)[1] % 2 == 1
    except ValueError:  # rows of different length
        odd = False
    return checked_boxes(boxes, what, scored=odd)[:, : -1 if odd else None]


def _wanted(widths: Sequence[int], scored: bool) -> str:
    forms = [_CORNERS[width - scored] for width in widths]
    with_score = " and a score" if scored else ""
    return f"give rows {' or '.join(forms)}{with_score}"


def _row(rows: np.ndarray, bad: Any) -> str:
    """Name the first row of those that are bad, and say what is in it."""
    first = int(np.flatnonzero(bad)[0])
    return f"row {first} ({', '.join(f'{value:g}' for value in rows[first])})"
