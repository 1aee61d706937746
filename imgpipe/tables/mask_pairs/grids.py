"""Two masks on one grid, nothing of either lost."""

from dataclasses import replace
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images import MAX_PIXELS, LabelImage
from imgpipe.images.resampling.nearest import Grid, grid_of, onto

_SAME_LENGTH = 1e-3  # relative
_MARGIN = 1e-3  # of a pixel


class OnOneGrid(NamedTuple):
    """Two label images pixel by pixel.

    Parameters
    ----------
    mask, reference : ndarray
    spacing : tuple of float or None
        In mm.
    notes : list of str
        What a reader should know.
    resampled : bool
        The mask had another grid and got labels of nearest neighbours.
    """

    mask: np.ndarray
    reference: np.ndarray
    spacing: tuple[float, ...] | None
    notes: list[Text]
    resampled: bool = False


def on_one_grid(mask: LabelImage, reference: LabelImage, resample: bool) -> OnOneGrid:
    """Bring a mask onto the grid of its reference, made larger where it lies beyond.

    An `InputError` says how grids differ where pixels do not lie on pixels, unless `resample` asks
    for the nearest neighbour.
    """
    own = grid_of(mask.labels.shape, mask.spacing, mask.place)
    other = grid_of(reference.labels.shape, reference.spacing, reference.place)
    if own is None or other is None or len(own.shape) != len(other.shape):
        return _by_shape(mask, reference)
    frames = own.place.frame, other.place.frame
    if all(frames) and frames[0] != frames[1]:
        raise InputError("mask and reference lie in two frames of reference", code="GRID")
    larger, before = _holding(other, own, mask.labels)
    moved = onto(mask.labels, own, larger)
    if moved is None:
        raise InputError("mask and reference lie in two planes", code="GRID")
    if not moved.exact and not resample:
        raise InputError(
            f"mask and reference lie on two grids: {_told(own)} against {_told(other)}; "
            "resample (--resample) brings the mask onto that of the reference",
            code="GRID",
        )
    notes = []
    if not moved.exact:
        notes.append(
            say("on another grid than its reference: brought onto that by the nearest neighbour")
        )
    elif own.shape != other.shape or not moved.covers:
        notes.append(
            say(
                "{own} pixels beside {other} of its reference: put where they say that they lie",
                own=" x ".join(map(str, own.shape)),
                other=" x ".join(map(str, other.shape)),
            )
        )
    return OnOneGrid(
        moved.labels, _padded(reference.labels, larger.shape, before), other.spacing, notes,
        not moved.exact,
    )  # fmt: skip


def _by_shape(mask: LabelImage, reference: LabelImage) -> OnOneGrid:
    """Take pixel for pixel what does not say where it lies."""
    shapes = mask.labels.shape, reference.labels.shape
    if shapes[0] != shapes[1]:
        raise InputError(
            f"a mask of shape {shapes[0]} beside a reference of {shapes[1]}", code="MASK-SHAPE"
        )
    known = mask.spacing, reference.spacing
    if all(known) and not np.allclose(*known, rtol=_SAME_LENGTH, atol=0):  # type: ignore[arg-type]
        raise InputError(
            f"pixels of the mask are {_lengths(known[0])} mm apart, those of the reference "
            f"{_lengths(known[1])} mm",
            code="GRID",
        )
    notes = []
    if (mask.place is None) != (reference.place is None):
        notes.append(say("only one of mask and reference says where it lies: taken pixel by pixel"))
    return OnOneGrid(mask.labels, reference.labels, known[1] or known[0], notes)


def _holding(other: Grid, own: Grid, labels: np.ndarray) -> tuple[Grid, tuple[int, ...]]:
    """Make a grid larger, so that it holds what is labelled on another; tell by how much before."""
    inside = np.argwhere(labels)
    if not len(inside) or len(own.place.directions) != len(other.shape):
        return other, (0,) * len(other.shape)
    ends = zip(inside.min(axis=0), inside.max(axis=0), strict=True)
    corners = own.place.at(np.array(list(product(*ends))), own.spacing)
    turn = np.linalg.pinv(other.place.directions * np.array(other.spacing)[:, None])
    at = (corners - other.place.origin) @ turn
    first = np.minimum(np.floor(at.min(axis=0) + _MARGIN), 0).astype(int)
    last = np.maximum(np.ceil(at.max(axis=0) - _MARGIN), np.array(other.shape) - 1).astype(int)
    shape = tuple((last - first + 1).tolist())
    if prod(shape) > MAX_PIXELS:
        raise InputError("mask and reference lie so far apart that they are of two patients",
                         code="GRID")  # fmt: skip
    origin = other.place.at(first, other.spacing)
    return Grid(shape, other.spacing, replace(other.place, origin=origin)), tuple((-first).tolist())


def _padded(labels: np.ndarray, shape: tuple[int, ...], before: tuple[int, ...]) -> np.ndarray:
    if labels.shape == shape:
        return labels
    out = np.zeros(shape, labels.dtype)
    out[tuple(slice(b, b + n) for b, n in zip(before, labels.shape, strict=True))] = labels
    return out


def _told(grid: Grid) -> str:
    return f"{' x '.join(map(str, grid.shape))} pixels of {_lengths(grid.spacing)} mm"


def _lengths(spacing: tuple[float, ...] | None) -> str:
    return " x ".join(f"{length:g}" for length in spacing or ())
