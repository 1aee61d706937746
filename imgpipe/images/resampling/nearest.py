"""Labels on another grid: of each pixel those of the nearest one, which need no new labels."""

from itertools import product
from typing import NamedTuple

import numpy as np

from imgpipe.images.place import Place

_PLANE = 0.01  # share of a pixel by which an image may lie beside the plane of its mask
_ON = 2e-3  # pixels by which one lies on another
_TIE = 1e-6  # pixels: what lies half way in numbers that were rounded


class Grid(NamedTuple):
    """Where the pixels of an array lie."""

    shape: tuple[int, ...]
    spacing: tuple[float, ...]
    place: Place


def grid_of(
    shape: tuple[int, ...], spacing: tuple[float, ...] | None, place: Place | None
) -> Grid | None:
    """Where an array lies; None where that is not known."""
    if spacing is None or place is None or len(place.directions) != len(shape):
        return None
    return Grid(shape, spacing, place)


class Moved(NamedTuple):
    """Labels on another grid, and how they came there.

    Parameters
    ----------
    labels : ndarray
        In the shape of the other grid, 0 beyond their own.
    exact : bool
        Each pixel lies on one of the other grid, in whatever order.
    covers : bool
        The two begin and end at the same places.
    beyond, of : int
        Labelled pixels whose centre lies outside the other grid, and how many there are.
    """

    labels: np.ndarray
    exact: bool
    covers: bool
    beyond: int
    of: int


def onto(labels: np.ndarray, own: Grid, other: Grid) -> Moved | None:
    """Take the nearest label for each pixel of another grid.

    None where the labels are a plane in which the other grid does not lie.
    """
    turn, start = _indices(own, other)
    if len(own.shape) == 2 and not _in_plane(own, other):
        return None
    inside = np.argwhere(labels)
    exact, beyond = _is_exact(turn, start), _beyond(inside, own, other)
    out = np.zeros(other.shape, labels.dtype)
    box = _box(inside, turn, start, other.shape)
    first, *rest = [np.arange(side.start, side.stop) for side in box]
    across = np.meshgrid(*rest, indexing="ij", sparse=True)
    # plane by plane, since the indices of all pixels would take three times the space of an image
    for z in first:
        index = [
            start[axis]
            + steps[0] * z
            + sum(s * at for s, at in zip(steps[1:], across, strict=True))
            for axis, steps in enumerate(turn)
        ]
        out[(z, *box[1:])] = _looked_up(labels, index)
    return Moved(out, exact, _covers(own, other), beyond, len(inside))


def _indices(own: Grid, other: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Matrix and offset that take indices of the other grid to those of one's own."""
    inverse = own.place.directions.T / own.spacing
    steps = other.place.directions * np.array(other.spacing)[:, None]
    return (steps @ inverse).T, (other.place.origin - own.place.origin) @ inverse


def _in_plane(own: Grid, other: Grid) -> bool:
    """Whether a grid lies in the plane of one of two axes."""
    normal = np.cross(*own.place.directions)
    corners = np.array(list(product(*((0, n - 1) for n in other.shape))))
    off = (other.place.at(corners, other.spacing) - own.place.origin) @ normal
    return bool(np.abs(off).max() <= _PLANE * min(own.spacing))


def _is_exact(turn: np.ndarray, start: np.ndarray) -> bool:
    """Whether pixels lie on pixels, which are as far apart."""
    steps = np.abs(turn)
    return bool(
        np.abs(turn - np.rint(turn)).max() <= _ON / 10
        and (np.rint(steps).sum(axis=0) == 1).all()
        and (np.rint(steps).sum(axis=1) <= 1).all()
        and np.abs(start - np.rint(start)).max() <= _ON
    )


def _covers(own: Grid, other: Grid) -> bool:
    """Whether one grid begins and ends where the other does, within half a pixel."""
    turn, start = _indices(other, own)
    corners = np.array(list(product(*((0, n - 1) for n in own.shape))))
    at = corners @ turn.T + start
    ends = at.max(axis=0) - (np.array(other.shape) - 1)
    return bool(max(np.abs(at.min(axis=0)).max(), np.abs(ends).max()) < 0.5)


def _looked_up(labels: np.ndarray, index: list[np.ndarray]) -> np.ndarray:
    """Nearest labels at fractions of indices, which broadcast; 0 beyond."""
    nearest = [np.floor(i + 0.5 + _TIE).astype(np.intp) for i in index]
    limits = list(zip(nearest, labels.shape, strict=True))
    inside = np.ones((), bool)
    for i, n in limits:
        inside = inside & (i >= 0) & (i < n)
    values = labels[tuple(np.clip(i, 0, n - 1) for i, n in limits)]
    return np.where(inside, values, labels.dtype.type(0))


def _beyond(inside: np.ndarray, own: Grid, other: Grid) -> int:
    """Count labelled pixels that have no pixel of the other grid about them."""
    turn, start = _indices(other, own)
    at = inside @ turn.T + start
    slack = 0.5 + _TIE
    out = (at < -slack) | (at > np.array(other.shape) - 1 + slack)
    return int(np.count_nonzero(out.any(axis=1)))


def _box(
    inside: np.ndarray, turn: np.ndarray, start: np.ndarray, shape: tuple[int, ...]
) -> list[slice]:
    """Part of the other grid that what is labelled can reach."""
    if not len(inside):
        return [slice(0, 0)] * len(shape)
    if turn.shape[0] != turn.shape[1]:  # one of them is a plane
        return [slice(0, n) for n in shape]
    low, high = inside.min(axis=0) - 1, inside.max(axis=0) + 1
    corners = np.array(list(product(*zip(low, high, strict=True))))
    at = (corners - start) @ np.linalg.inv(turn).T
    first = np.clip(np.floor(at.min(axis=0)), 0, shape).astype(int)
    last = np.clip(np.ceil(at.max(axis=0)) + 1, first, shape).astype(int)
    return [slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
