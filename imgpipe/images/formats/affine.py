"""Spacing and place of an array, from the matrix that takes its indices to the patient."""

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.images.place import Place

_RIGHT_ANGLE = 1e-3  # cosine between two axes: .06 degrees
LPS_FROM_RAS = np.array([-1.0, -1.0, 1.0])
MM = {"m": 1e3, "mm": 1.0, "um": 1e-3}


class NoGrid(InputError):
    """A matrix that is no grid of voxels in space; the message lacks the file."""


def placed(columns: np.ndarray, origin: np.ndarray, frame: str = "") -> tuple[np.ndarray, Place]:
    """Spacing and place of an array whose axes are those of a file, the last one first.

    Parameters
    ----------
    columns : ndarray of float64, shape (3, n)
        Step from one voxel to the next along each axis of the file, mm, towards left, back, head.
    origin : ndarray of float64, shape (3,)
        Centre of the first voxel, mm.
    frame : str
        Frame of reference.

    Returns
    -------
    ndarray, Place
        Steps and directions in the order of the array's axes.

    Raises
    ------
    NoGrid
        If a number is not finite, a step has no length, or two axes are not at right angles.
    """
    steps = np.asarray(columns, np.float64).T[::-1]
    start = np.asarray(origin, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        spacing = np.sqrt((steps**2).sum(axis=1))
    if not (np.isfinite(steps).all() and np.isfinite(start).all() and np.isfinite(spacing).all()):
        raise NoGrid(say("holds NaN or infinite values"))
    if not (spacing > 1e-9).all():
        raise NoGrid(say("has an axis without length"))
    directions = steps / spacing[:, None]
    cosines = np.abs(directions @ directions.T - np.eye(len(directions)))
    off = float(cosines[~np.eye(len(directions), dtype=bool)].max(initial=0.0))
    if off > _RIGHT_ANGLE:
        angle = float(np.degrees(np.arccos(min(off, 1.0))))
        raise NoGrid(
            say(
                "has axes at {angle:.3g} degrees to each other (sheared), not at right angles",
                angle=angle,
            )
        )
    return spacing, Place(start, directions + 0.0, frame)
