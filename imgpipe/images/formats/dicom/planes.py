"""Slices in space: their order along the normal, and the one distance between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgpipe._common import InputError

_SAME_DIRECTION = 1e-4  # difference of unit vectors
_EVEN = 0.01  # share of the distance of slices by which one may be off its place
_GAP = 1.6  # ratio of the longest to the shortest step, above which a slice is missing


@dataclass(frozen=True)
class Plane:
    """Where a slice lies: what it is called, and its geometry in mm.

    `rounding` is how far each coordinate of the position may be off by the digits that were
    written; `spacing` is that of rows and of columns.
    """

    label: str
    position: tuple[float, ...]
    rounding: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing: tuple[float, float]

    @property
    def axes(self) -> np.ndarray:
        """Unit vectors along the normal, down a column and along a row."""
        x, y = (np.array(self.orientation[i : i + 3]) for i in (0, 3))
        return np.stack([np.cross(x, y), y, x])


def check_alike(planes: Sequence[Plane]) -> None:
    """Refuse slices of different spacing or orientation."""
    first = planes[0]
    for plane in planes:
        if not np.allclose(plane.spacing, first.spacing, rtol=1e-4):
            raise InputError(
                f"{plane.label}: PixelSpacing {plane.spacing}, where {first.label} has "
                f"{first.spacing}"
            )
        if not np.allclose(plane.orientation, first.orientation, atol=_SAME_DIRECTION):
            raise InputError(f"{plane.label}: another orientation than {first.label}")
    _, y, x = first.axes
    if not np.allclose((x @ x, y @ y, x @ y), (1, 1, 0), atol=_SAME_DIRECTION):
        raise InputError(
            f"{first.label}: ImageOrientationPatient is not two right-angled directions"
        )


def spatial_order(planes: Sequence[Plane]) -> list[int]:
    """Indices of the slices from the lowest position along the normal."""
    normal = planes[0].axes[0]
    return sorted(range(len(planes)), key=lambda k: float(normal @ planes[k].position))


def distance(name: str, planes: Sequence[Plane], what: str) -> float:
    """Distance of neighbouring slices in order, mm; an error where it is not one."""
    normal = planes[0].axes[0]
    places = np.array([plane.position for plane in planes])
    # the digits of all slices together, since zeros at the end may not have been written; whole
    # numbers are not taken for rounded ones
    rounding = np.array([plane.rounding for plane in planes]).min(axis=0)
    rounding[rounding >= 0.5] = 0
    steps = np.diff(places, axis=0) @ normal
    for k, step in enumerate(steps):
        if step < 1e-3:
            raise InputError(
                f"{planes[k].label} and {planes[k + 1].label}: two {what} at one position; points "
                "in time, echoes and segments are no slices of one volume"
            )
    along, count = places @ normal, np.arange(len(places))
    between = float(along[-1] - along[0]) / (len(places) - 1)
    # half the band that holds all places, about the line through the ends or that of least squares
    slopes = (between, np.polyfit(count, along, 1)[0])
    off = min(float(np.ptp(along - slope * count)) for slope in slopes) / 2
    if off > _EVEN * between + np.abs(normal) @ rounding or steps.max() > _GAP * steps.min():
        k = int(steps.argmax())
        raise InputError(
            f"{name}: {what} {steps.min():.4g} to {steps.max():.4g} mm apart: one is missing or "
            f"out of place, most likely behind {planes[k].label}"
        )
    aside = places - places[0] - np.outer(along - along[0], normal)
    if _is_tilted(aside, _EVEN * between, 2 * float(np.linalg.norm(rounding))):
        raise InputError(f"{name}: {what} are shifted against each other (a tilted gantry)")
    return between


def _is_tilted(aside: np.ndarray, step: float, rounding: float) -> bool:
    """Whether slices lie beside the normal through the first, at once or bit by bit."""
    steps = np.linalg.norm(np.diff(aside, axis=0), axis=1)
    total = float(np.linalg.norm(aside[-1]))
    return bool(steps.max() > step + rounding or total > step * len(steps) + rounding)
