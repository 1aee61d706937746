"""Slices in space: their order along the normal, and the one distance between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say

_SAME_DIRECTION = 1e-4  # difference of unit vectors
_EVEN = 0.01  # share of the distance of slices by which one may be off its place
_SAME_PLACE = 1e-3  # mm
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
    first, *others = parallel_groups(planes)
    if others:
        raise InputError(
            f"{others[0][0].label}: another orientation than {first[0].label}: "
            f"{len(first)} of {len(planes)} slices are parallel; a localizer is no slice of the "
            "volume: take it out, or choose the series"
        )
    for plane in planes:
        if not np.allclose(plane.spacing, planes[0].spacing, rtol=1e-4):
            raise InputError(
                f"{plane.label}: PixelSpacing {plane.spacing}, where {planes[0].label} has "
                f"{planes[0].spacing}"
            )
    _, y, x = planes[0].axes
    if not np.allclose((x @ x, y @ y, x @ y), (1, 1, 0), atol=_SAME_DIRECTION):
        raise InputError(
            f"{planes[0].label}: ImageOrientationPatient is not two right-angled directions"
        )


def parallel_groups(planes: Sequence[Plane]) -> list[list[Plane]]:
    """Slices of one orientation together, the largest group first."""
    groups: list[list[Plane]] = []
    for plane in planes:
        group = next((g for g in groups if _is_parallel(plane, g[0])), None)
        if group is None:
            groups.append(group := [])
        group.append(plane)
    return sorted(groups, key=len, reverse=True)


def _is_parallel(plane: Plane, other: Plane) -> bool:
    return np.allclose(plane.orientation, other.orientation, atol=_SAME_DIRECTION)


def spatial_order(planes: Sequence[Plane]) -> list[int]:
    """Indices of the slices from the lowest position along the normal."""
    normal = planes[0].axes[0]
    return sorted(range(len(planes)), key=lambda k: float(normal @ planes[k].position))


def distance(name: str, planes: Sequence[Plane], what: Text) -> float:
    """Distance of neighbouring slices in order, mm; an error where it is not one."""
    check_single(planes, what)
    if (fault := unevenness(planes, what)) is not None:
        raise InputError(f"{name}: {fault}; allow_gaps=True (--allow-gaps) resamples them")
    along = places_along(planes)
    return float(along[-1] - along[0]) / (len(along) - 1)


def places_along(planes: Sequence[Plane]) -> np.ndarray:
    """Where each slice lies along the normal of the first, mm."""
    return np.array([plane.position for plane in planes]) @ planes[0].axes[0]


def _repeats(planes: Sequence[Plane]) -> np.ndarray:
    """Whether the next slice, of slices in order, lies where each does."""
    return np.asarray(np.diff(places_along(planes)) < _SAME_PLACE)


def stand_alone(planes: Sequence[Plane]) -> list[Plane]:
    """Slices in order, one of those at one position."""
    return [
        planes[0],
        *(p for p, same in zip(planes[1:], _repeats(planes), strict=True) if not same),
    ]


def check_single(planes: Sequence[Plane], what: str) -> None:
    """Refuse two slices, of slices in order, at one position."""
    twice = np.flatnonzero(_repeats(planes))
    if len(twice):
        k = int(twice[0])
        more = f" ({len(twice)} such pairs)" if len(twice) > 1 else ""
        raise InputError(
            f"{planes[k].label} and {planes[k + 1].label}: two {what} at one position{more}; "
            "points in time, echoes and segments are no slices of one volume, nor are copies"
        )


def unevenness(planes: Sequence[Plane], what: Text) -> Text | None:
    """What keeps slices in order from being a grid, if anything."""
    along, rounding = places_along(planes), rounding_of(planes)
    steps, count = np.diff(along), np.arange(len(planes))
    between = float(along[-1] - along[0]) / (len(planes) - 1)
    # half the band that holds all places, about the line through the ends or that of least squares
    slopes = (between, np.polyfit(count, along, 1)[0])
    off = min(float(np.ptp(along - slope * count)) for slope in slopes) / 2
    allowed = _EVEN * between + np.abs(planes[0].axes[0]) @ rounding
    if off > allowed or steps.max() > _GAP * steps.min():
        return say(
            "{what} {low:.4g} to {high:.4g} mm apart: one is missing or out of place, most likely "
            "behind {label}",
            what=what,
            low=float(steps.min()),
            high=float(steps.max()),
            label=planes[int(steps.argmax())].label,
        )
    if is_tilted(planes):
        return say("{what} are shifted against each other (a tilted gantry)", what=what)
    return None


def rounding_of(planes: Sequence[Plane]) -> np.ndarray:
    """How far positions may be off by the digits of all slices, mm along x, y and z."""
    # of all together, since zeros at the end may not have been written; whole numbers are not
    # taken for rounded ones
    rounding = np.array([plane.rounding for plane in planes]).min(axis=0)
    rounding[rounding >= 0.5] = 0
    return rounding


def is_tilted(planes: Sequence[Plane]) -> bool:
    """Whether slices in order lie beside the normal through the first, at once or bit by bit."""
    places, along = np.array([plane.position for plane in planes]), places_along(planes)
    aside = places - places[0] - np.outer(along - along[0], planes[0].axes[0])
    step = _EVEN * float(along[-1] - along[0]) / (len(along) - 1)
    rounding = 2 * float(np.linalg.norm(rounding_of(planes)))
    steps = np.linalg.norm(np.diff(aside, axis=0), axis=1)
    total = float(np.linalg.norm(aside[-1]))
    return bool(steps.max() > step + rounding or total > step * len(steps) + rounding)
