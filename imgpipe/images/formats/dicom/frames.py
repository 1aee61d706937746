"""Where the frames of a DICOM file lie, and how their values are scaled.

An enhanced object says it in functional groups: those that all frames share, and those of each.
"""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.images.formats.dicom.elements import element, items, numbers, text, whole
from imgpipe.images.formats.dicom.planes import Plane, check_alike, distance, spatial_order
from imgpipe.images.place import Place

POSITION = ("PlanePositionSequence", "ImagePositionPatient")
ORIENTATION = ("PlaneOrientationSequence", "ImageOrientationPatient")
SPACING = ("PixelMeasuresSequence", "PixelSpacing")
BETWEEN = ("PixelMeasuresSequence", "SpacingBetweenSlices")
SLOPE = ("PixelValueTransformationSequence", "RescaleSlope")
INTERCEPT = ("PixelValueTransformationSequence", "RescaleIntercept")
RESCALE_TYPE = ("PixelValueTransformationSequence", "RescaleType")
WINDOW_CENTER = ("FrameVOILUTSequence", "WindowCenter")


def frame_count(name: str, dataset: Any) -> int:
    """Number of frames that the header declares."""
    count = whole(name, dataset, "NumberOfFrames", 1)
    if count < 0:
        raise InputError(f"{name}: its NumberOfFrames is {count}")
    return count or 1


def places(name: str, dataset: Any, macro: tuple[str, str], frames: int) -> list[tuple[Any, str]]:
    """For each frame the data set and keyword where an element stands: its own group first."""
    sequence, keyword = macro
    shared = items(name, dataset, "SharedFunctionalGroupsSequence")[:1]
    own = items(name, dataset, "PerFrameFunctionalGroupsSequence")
    if own and len(own) < frames:
        raise InputError(
            f"{name}: damaged: functional groups of {len(own)} frames, where there are {frames}"
        )
    found = []
    for k in range(frames):
        groups = [*own[k : k + 1], *shared]
        holders = [item for group in groups for item in items(name, group, sequence)[:1]]
        here = [item for item in holders if element(name, item, keyword) is not None]
        found.append(((here or [dataset])[0], keyword))
    return found


def per_frame(
    name: str, dataset: Any, macro: tuple[str, str], frames: int, default: float
) -> list[float]:
    """One number for each frame, NaN where what is there is no number."""
    return [
        (*numbers(name, holder, keyword), default)[0]
        for holder, keyword in places(name, dataset, macro, frames)
    ]


def planes_of(name: str, dataset: Any, frames: int) -> list[Plane] | None:
    """Plane of each frame; None unless all are known."""
    where = places(name, dataset, POSITION, frames)
    positions = [numbers(name, *place) for place in where]
    turns = [numbers(name, *place) for place in places(name, dataset, ORIENTATION, frames)]
    spacings = [numbers(name, *place) for place in places(name, dataset, SPACING, frames)]
    roundings = [_rounding(name, *place) for place in where]
    if not _usable(positions, 3) or not _usable(spacings, 2) or min(map(min, spacings)) <= 0:
        return None
    if frames > 1 and not any(turns):
        turns = [_facing_along(np.array(positions))] * frames
    if not _usable(turns, 6):
        return None
    if frames > 1 and where[0][0] is dataset:
        # one position for all frames: only a dose says how far the others are from it
        offsets = element(name, dataset, "GridFrameOffsetVector")
        shifts = numbers(name, dataset, "GridFrameOffsetVector")
        if len(shifts) != frames or not _usable([shifts], frames):
            return None
        normal = np.cross(turns[0][:3], turns[0][3:])
        positions = [(*np.array(positions[0]) + (shift - shifts[0]) * normal,) for shift in shifts]
        roundings = [(_half_unit(offset),) * 3 for offset in offsets]
    return [
        Plane(
            name if frames == 1 else f"{name}, frame {k + 1}",
            positions[k],
            roundings[k],
            turns[k],
            (spacings[k][0], spacings[k][1]),
        )
        for k in range(frames)
    ]


def _usable(values: Sequence[tuple[float, ...]], length: int) -> bool:
    return all(len(v) == length and all(map(math.isfinite, v)) for v in values)


def _facing_along(positions: np.ndarray) -> tuple[float, ...]:
    """Orientation of slices of which only positions are known: at right angles to their line."""
    axis = np.ptp(positions, axis=0).argmax()
    line = positions[positions[:, axis].argmax()] - positions[positions[:, axis].argmin()]
    normal = line / (np.linalg.norm(line) or 1)
    x = np.eye(3)[np.abs(normal).argmin()]
    x = x - (x @ normal) * normal
    x = x / np.linalg.norm(x)
    return (*x, *np.cross(normal, x))


def _rounding(name: str, holder: Any, keyword: str) -> tuple[float, ...]:
    """Half a unit of the last digit that is written of each number."""
    value = element(name, holder, keyword)
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return tuple(_half_unit(v) for v in (value if several else [value]))


def _half_unit(value: Any) -> float:
    try:
        exponent = (
            Decimal(str(getattr(value, "original_string", value)).strip()).as_tuple().exponent
        )
    except InvalidOperation:
        return 0.0
    return 0.5 * 10.0**exponent if isinstance(exponent, int) else 0.0


class Stacking(NamedTuple):
    """How frames make an array."""

    order: list[int]
    spacing: tuple[float, ...] | None
    warnings: tuple[str, ...] = ()
    place: Place | None = None


def stacking(name: str, dataset: Any, frames: int) -> Stacking:
    """Order of the frames in space, and spacing along the axes of the array.

    Frames whose place is not known keep their order. The distance of slices is that of their
    positions, or SpacingBetweenSlices where there are none; never their thickness.
    """
    order = list(range(frames))
    if frames > 1 and (planes := planes_of(name, dataset, frames)) is not None:
        check_alike(planes)
        order = spatial_order(planes)
        between = distance(name, [planes[k] for k in order], say("frames"))
        first = planes[order[0]]
        place = Place(np.array(first.position), first.axes, _frame_of(name, dataset))
        return Stacking(order, (between, *first.spacing), place=place)
    plane = numbers(name, *places(name, dataset, SPACING, frames)[0])
    if not plane:
        return Stacking(order, None)
    if not _usable([plane], 2) or min(plane) <= 0:
        told = " x ".join(f"{mm:g}" for mm in plane)
        note = say("PixelSpacing {told} mm is no spacing: it is left out", told=told)
        return Stacking(order, None, (note,))
    if frames == 1:
        return Stacking(order, plane, place=_place_of_plane(name, dataset))
    between = abs((*numbers(name, *places(name, dataset, BETWEEN, frames)[0]), math.nan)[0])
    if not (math.isfinite(between) and between > 0):
        note = say("{n} frames whose distance is not known: their spacing is left out", n=frames)
        return Stacking(order, None, (note,))
    return Stacking(order, (between, *plane))


def _place_of_plane(name: str, dataset: Any) -> Place | None:
    """Place of the only frame, where the file says one."""
    planes = planes_of(name, dataset, 1)
    if planes is None:
        return None
    axes = planes[0].axes
    if not np.allclose(axes @ axes.T, np.eye(3), atol=1e-3):
        return None
    return Place(np.array(planes[0].position), axes[1:], _frame_of(name, dataset))


def _frame_of(name: str, dataset: Any) -> str:
    return text(name, dataset, "FrameOfReferenceUID")
