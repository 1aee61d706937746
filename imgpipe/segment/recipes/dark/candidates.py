"""Dark parts at many thresholds, with what speaks for each of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from imgpipe.segment.clean import clean
from imgpipe.segment.parts.connected import parts_of
from imgpipe.segment.recipes.planes.plane import Plane

_RING = (0.01, 0.035)  # from so far to so far round a part, its surroundings are looked at


class Candidate(NamedTuple):
    """A dark part.

    Parameters
    ----------
    mask : ndarray of bool
        Inside its box.
    box : tuple of slice
        Rows and columns of the image.
    area : float
        As a share of the image.
    centre : tuple of float
        As shares of height and width.
    contrast : float
        How much brighter it is round about, in standard deviations of the image.
    edge : float
        How steeply brightness rises outwards at its border, in standard deviations of the image
        over the longer side.
    touches : tuple of bool
        The upper, lower, left and right border of the image.
    """

    mask: np.ndarray
    box: tuple[slice, slice]
    area: float
    centre: tuple[float, float]
    contrast: float
    edge: float
    touches: tuple[bool, bool, bool, bool]

    def drawn(self, shape: tuple[int, ...]) -> np.ndarray:
        """Mask of the whole image."""
        found = np.zeros(shape, bool)
        found[self.box] = self.mask
        return found


def candidates(
    values: np.ndarray,
    inside: np.ndarray | None,
    plane: Plane,
    shares: Sequence[float],
    openings: Sequence[float],
    sizes: tuple[float, float],
) -> Iterator[Candidate]:
    """Find dark parts, holes filled.

    Parameters
    ----------
    values : ndarray of float32, shape (y, x)
        Smoothed.
    inside : ndarray of bool, optional
        Where to look.
    plane : Plane
        Lengths as shares of the longer side.
    shares : sequence of float
        Thresholds: shares of the pixels that lie below.
    openings : sequence of float
        Radii of the discs with which parts are taken from one another.
    sizes : tuple of float
        Smallest and largest area, as shares of the image.
    """
    spread = float(values.std())
    if spread == 0 or min(values.shape) < 2:
        return  # no slope across a single line
    even = values / spread
    slopes = [g / step for g, step in zip(np.gradient(even), plane.pixel, strict=True)]
    looked_at = values if inside is None else values[inside]
    seen = set()
    for level in np.unique(np.quantile(looked_at, shares)) if looked_at.size else ():
        dark = values < level if inside is None else (values < level) & inside
        for radius in openings:
            parts = parts_of(plane.opened(dark, radius) if radius else dark, corners=False)
            share = parts.sizes / values.size
            for k in np.flatnonzero((share >= sizes[0]) & (share <= sizes[1])):
                one = _described(parts.labels == k + 1, even, slopes, plane)
                key = (one.area, *one.centre)
                if key not in seen:
                    seen.add(key)
                    yield one


def _described(
    part: np.ndarray, values: np.ndarray, slopes: list[np.ndarray], plane: Plane
) -> Candidate:
    height, width = part.shape
    rows, columns = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
    reach = [int(_RING[1] / step) + 1 for step in plane.pixel]
    box = (
        slice(max(rows[0] - reach[0], 0), rows[-1] + reach[0] + 1),
        slice(max(columns[0] - reach[1], 0), columns[-1] + reach[1] + 1),
    )
    mask = clean(part[box], fill_holes=True)
    ring = plane.dilated(mask, _RING[1]) & ~plane.dilated(mask, _RING[0])
    y, x = np.nonzero(mask)
    centre = y.mean(), x.mean()
    border = mask & ~plane.eroded(mask, max(plane.pixel))
    y, x = np.nonzero(border)
    away = np.stack([(y - centre[0]) * plane.pixel[0], (x - centre[1]) * plane.pixel[1]])
    away /= np.maximum(np.hypot(*away), 1e-9)
    rise = sum(slope[box][border] * each for slope, each in zip(slopes, away, strict=True))
    seen = values[box]
    around = seen[ring].mean() if ring.any() else seen[mask].mean()
    return Candidate(
        mask,
        box,
        np.count_nonzero(mask) / part.size,
        ((centre[0] + box[0].start) / height, (centre[1] + box[1].start) / width),
        float(around - seen[mask].mean()),
        float(np.mean(rise)) if border.any() else 0.0,
        (rows[0] == 0, rows[-1] == height - 1, columns[0] == 0, columns[-1] == width - 1),
    )
