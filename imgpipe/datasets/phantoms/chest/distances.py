"""How far points lie from the surface of simple bodies, in mm: below 0 inside."""

from collections.abc import Sequence

import numpy as np


def ellipsoid(axes: Sequence[float], *off: np.ndarray | float) -> np.ndarray:
    """Distance from an ellipse or ellipsoid, to first order in the distance.

    Parameters
    ----------
    axes : sequence of float
        Half axes.
    *off : ndarray or float
        Coordinates from its centre, one for each half axis.
    """
    scaled = [np.asarray(each) / axis for each, axis in zip(off, axes, strict=True)]
    level = np.sqrt(sum(each * each for each in scaled)) + 1e-9
    slope = np.sqrt(sum((each / axis) ** 2 for each, axis in zip(scaled, axes, strict=True)))
    return np.asarray(level * (level - 1) / (slope + 1e-9))


def tube(
    start: np.ndarray, end: np.ndarray, radius: float, x: np.ndarray, y: np.ndarray, z: float
) -> np.ndarray:
    """Distance from a tube with round ends."""
    along = end - start
    off = (x - start[0], y - start[1], z - start[2])
    dot = sum(each * step for each, step in zip(off, along, strict=True))
    share = np.clip(dot / float(along @ along), 0, 1)
    away = [each - share * step for each, step in zip(off, along, strict=True)]
    return np.asarray(np.sqrt(sum(each * each for each in away)) - radius)
