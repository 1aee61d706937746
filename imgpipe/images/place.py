"""Where the pixels of an image lie in the patient."""

from dataclasses import dataclass

import numpy as np

_SAME_DIRECTION, _SAME_POINT = 1e-4, 1e-3  # difference of unit vectors; share of a voxel


@dataclass(frozen=True, eq=False)
class Place:
    """Origin and directions in the patient's coordinates.

    Parameters
    ----------
    origin : ndarray of float64, shape (3,)
        Centre of the first pixel (x to the left, y to the back, z to the head; DICOM's system),
        mm.
    directions : ndarray of float64, shape (n, 3)
        Unit vectors along the axes of the array, in their order: (z, y, x) of a volume.
    frame : str
        Frame of reference (UID), which contours must share; empty where none is known.
    """

    origin: np.ndarray
    directions: np.ndarray
    frame: str = ""

    def at(self, index: np.ndarray, spacing: tuple[float, ...]) -> np.ndarray:
        """Coordinates, mm, of array indices (..., n), which may be fractions."""
        return self.origin + (np.asarray(index) * spacing) @ self.directions

    def is_same(self, other: "Place", spacing: tuple[float, ...]) -> bool:
        """Whether pixels of this spacing lie where those of another place do."""
        if self.directions.shape != other.directions.shape:
            return False
        near = _SAME_POINT * min(spacing)
        return bool(
            np.abs(self.origin - other.origin).max() <= near
            and np.abs(self.directions - other.directions).max() <= _SAME_DIRECTION
        )
