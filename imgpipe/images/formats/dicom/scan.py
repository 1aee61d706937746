"""What the headers of a series say of it as a volume, and what speaks against one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from imgpipe._common.texts import say
from imgpipe.images.formats.dicom.headers import Header
from imgpipe.images.formats.dicom.planes import (
    Plane,
    parallel_groups,
    places_along,
    spatial_order,
    stand_alone,
    unevenness,
)


class Scan(NamedTuple):
    """Size and spacing along the axes of the array, and what is wrong."""

    size: tuple[int, ...] | None
    spacing: tuple[float, ...] | None
    slices: int
    gaps: int
    problems: tuple[str, ...]


def scan_of(headers: Sequence[Header]) -> Scan:
    """Put the images of one series together by their headers."""
    images = [header for header in headers if header.shape is not None]
    problems = [
        f"{n} of {len(images)} files {told}" for told, n in _counts(h.fault for h in images)
    ]
    for key in ("patient", "study"):
        if len(there := {header.said[key] for header in headers}) > 1:
            problems.append(f"files of {len(there)} {key} identifiers")
    if not images:
        return Scan(None, None, 0, 0, tuple(problems))
    shapes = _counts(header.shape for header in images)
    shape, spacing = shapes[0][0], images[0].spacing
    placed = [header for header in images if header.planes]
    if not placed:
        frames = max(header.frames for header in images)
        alone = len(images) == 1 and frames > 1
        size = (frames, *shape) if alone else shape
        return Scan(size, None if alone else spacing, 0, 0, tuple(problems))
    if len(shapes) > 1:
        sizes = ", ".join(f"{y} x {x} ({n})" for (y, x), n in shapes)
        problems.append(f"images of {len(shapes)} sizes: {sizes}")
    if len(placed) < len(images):
        problems.append(f"{len(images) - len(placed)} of {len(images)} images without a place")
    planes = [plane for header in placed for plane in header.planes or []]
    return _volume(shape, planes, problems)


def _counts(values: Iterable) -> list[tuple]:
    """Values with how often they occur, the most frequent first; None is none."""
    return Counter(value for value in values if value is not None).most_common()


def _volume(shape: tuple[int, int], planes: list[Plane], problems: list[str]) -> Scan:
    """Slices with places as a volume."""
    groups = parallel_groups(planes)
    # views that are all turned against each other, as localizers are, are meant to be looked at
    if len(groups) > 1 and len(groups[0]) > 1:
        told = ", ".join(str(len(group)) for group in groups)
        problems.append(f"slices in {len(groups)} orientations ({told}): localizers among them?")
    main = groups[0]
    main = [main[k] for k in spatial_order(main)]
    if len({tuple(np.round(plane.spacing, 4)) for plane in main}) > 1:
        problems.append("slices of different PixelSpacing")
    single = stand_alone(main)
    if twice := len(main) - len(single):
        problems.append(
            f"{twice} of {len(main)} slices at the position of another (points in time, echoes, "
            "copies)"
        )
    if len(single) == 1:
        return Scan(shape, single[0].spacing, 1, 0, tuple(problems))
    along = places_along(single)
    steps = np.sort(np.diff(along))
    usual = float(steps[(len(steps) - 1) // 2])
    gaps = int(sum(max(round(step / usual) - 1, 0) for step in steps))
    if (fault := unevenness(single, say("slices"))) is None:
        usual = float(along[-1] - along[0]) / (len(along) - 1)
    else:
        missing = f"{gaps} missing: " if gaps else ""
        problems.append(f"{missing}{fault}")
    return Scan((len(single), *shape), (usual, *single[0].spacing), len(single), gaps,
                tuple(problems))  # fmt: skip
