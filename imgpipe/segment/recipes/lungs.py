"""Lungs in computed tomography."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels import mean
from imgpipe.segment.method.given import Given, taken
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.parts.connected import parts_of
from imgpipe.segment.recipes.planes.numbers import number
from imgpipe.segment.recipes.planes.plane import Plane, filled, largest_parts, plane_of

_SIDE = 400.0  # mm that a slice shows where its spacing is not known
_AIR = -300.0  # HU: without anything darker, values are of another unit
_TABLE = 4.0  # mm: half of what a table's shell, a blanket or a fold of skin is thick
_SMOOTH = 5.0  # mm: noise is averaged over so much before gas is told from lung
_LEAST = 20.0  # mm2: what is smaller is noise, not an airway
_WALL = 3.0  # mm: so far round gas a wall of tissue is looked for


def lungs(
    image: Any,
    spacing: Any = None,
    *,
    threshold: float = -400.0,
    gas: float = -930.0,
    closing: float = 6.0,
    holes: float = 5.0,
    min_size: float = 2.0,
) -> np.ndarray:
    """Find both lungs in computed tomography.

    The largest body is found, which leaves out the table, and the air that it surrounds in each
    slice. Gas that tissue surrounds is taken away: trachea, main bronchi, stomach, bowel. The two
    largest parts of a volume stay, and the four largest of a slice, where the diaphragm may divide
    a lung. Vessels and nodules are closed in each lung and slice.

    Parameters
    ----------
    image : Image or array_like, shape (y, x) or (z, y, x)
        Hounsfield units, axial slices that show the whole chest. Of an `Image` with a mask, lungs
        inside are looked for; the body and the walls that surround them may lie outside.
    spacing : tuple of float, optional
        In mm; the image's own by default. Where neither is known, the longer side of a slice is
        taken for 400 mm, and slices for as far apart as pixels.
    threshold : float
        Air is at or below, HU.
    gas : float
        Below, in the mean over 5 mm, there is gas rather than lung, HU.
    closing : float
        Vessels at the edge of a lung are closed with a disc of this radius, mm.
    holes : float
        Holes of a lung in a slice are filled up to this area, in cm2; larger ones are the
        diaphragm's.
    min_size : float
        Parts that are smaller are no lungs: cm2 in a slice, and ten times as many cm3 in a volume.

    Returns
    -------
    ndarray of bool
        Both lungs. All False where there are none, as in a slice of the abdomen or of a leg.

    Raises
    ------
    InputError
        For an image whose unit is known and not HU; for values of no known unit that cannot be HU,
        since nothing is below -300; for settings out of range.

    Notes
    -----
    Lungs that touch one another stand in one part, and the seam between them is closed; bowel that
    holds food and gas is taken for lung where no lung is in sight. A consolidated or collapsed
    part of a lung is tissue, and is not found.

    Examples
    --------
    >>> from imgpipe.datasets import chest_ct
    >>> from imgpipe.segment import recipe
    >>> image, truth = chest_ct(seed=1, spacing=(2.0, 2.0), height=0.0)
    >>> found = recipe("lungs")(image)
    >>> 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.97
    np.True_
    """
    given = taken(image, "lungs", spacing)
    threshold, gas = number("threshold", threshold), number("gas", gas)
    closing, holes = number("closing", closing, 0), number("holes", holes, 0)
    smallest = number("min_size", min_size, 0) * (100 if given.values.ndim == 2 else 10_000)
    _refuse_other_units(given)
    plane = plane_of(given, _SIDE)
    body = _inside_body(given.values > threshold, plane)
    air = (given.values <= threshold) & body
    if given.inside is not None:
        air &= given.inside
    if not air.any():
        return air
    air &= ~_hollow_organs(given.values, air, gas, plane)
    found = np.zeros_like(air)
    most = holes * 100 / (plane.pixel[0] * plane.pixel[1])
    for lung in largest_parts(air, 2 if air.ndim == 3 else 4, smallest / plane.voxel):
        found |= filled(plane.closed(lung, closing), most) & body
    return found if given.inside is None else found & given.inside


def _refuse_other_units(given: Given) -> None:
    """Refuse what is known, or seen, not to be Hounsfield units."""
    low, high = float(given.values.min()), float(given.values.max())
    if given.unit not in (None, "HU"):
        raise InputError(f"lungs are found in Hounsfield units, and the image is in {given.unit}")
    if given.unit is None and low > _AIR and low != high:
        raise InputError(
            f"lungs are found in Hounsfield units (air is -1000, water 0), and values from {low:g} "
            f'to {high:g} hold no air; give the image in HU, or as Image(..., unit="HU") if it is'
        )


def _inside_body(tissue: np.ndarray, plane: Plane) -> np.ndarray:
    """The largest body, without what is thin, and all that it surrounds in a slice."""
    bodies = largest_parts(plane.opened(tissue, _TABLE), 1, 1)
    return filled(bodies[0]) if bodies else np.zeros_like(tissue)


def _hollow_organs(values: np.ndarray, air: np.ndarray, gas: float, plane: Plane) -> np.ndarray:
    """Gas that tissue surrounds in a slice: airways and bowel, but no bullae in lung."""
    window = [2 * int(_SMOOTH / 2 / step) + 1 for step in plane.pixel]
    even = mean(values, [1] * (values.ndim - 2) + window, output=np.float32)
    # averaged, gas ends half a window before its wall
    edge = max((n / 2 + 1) * step for n, step in zip(window, plane.pixel, strict=True))
    flat = plane._replace(ndim=2)
    slices = (-1, *values.shape[-2:])
    pairs = zip((air & (even < gas)).reshape(slices), air.reshape(slices), strict=True)
    return np.stack([_walled(pure, each, edge, flat) for pure, each in pairs]).reshape(air.shape)


def _walled(pure: np.ndarray, air: np.ndarray, edge: float, plane: Plane) -> np.ndarray:
    """Parts of pure gas most of whose surroundings are tissue, up to their walls."""
    parts = parts_of(pure, corners=False)
    found = np.zeros_like(pure)
    for k in np.flatnonzero(parts.sizes * np.prod(plane.pixel) >= _LEAST):
        part = parts.labels == k + 1
        within = plane.dilated(part, edge)
        wall = plane.dilated(part, edge + _WALL) & ~within
        if np.count_nonzero(wall & ~air) > np.count_nonzero(wall) / 2:
            found |= within
    return found


SEGMENTER = Segmenter(lungs, "both lungs, vessels included", expects="CT in HU")
