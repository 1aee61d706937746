"""Local intensity (IBSI family 9ST6): the mean around bright pixels, robust against noise.

The mean runs over the pixels whose centre lies in a sphere of 1 cm3 (radius 6.2 mm; in an image a
disc of that radius) around a pixel of the mask, those outside the mask included.
"""

from functools import lru_cache
from itertools import starmap
from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

DEFINITIONS = tuple(starmap(Definition, (
    ("local_peak", "VJGA", "intensity", "Mean around the brightest pixel.", None, "loc_peak_loc",
     "mean over the sphere at the maximum; the highest of several"),
    ("global_peak", "0F91", "intensity", "Highest mean around any pixel.", None, "loc_peak_glob",
     "max over the mask of the mean over the sphere"),
)))  # fmt: skip
RADIUS = 10 * (3 / (4 * np.pi)) ** (1 / 3)
"""Radius of a sphere of 1 cm3, mm."""


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Two peaks."""
    return [definition.feature("local_intensity") for definition in DEFINITIONS]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Peaks of each image of a stack.

    Where the sphere reaches beyond the image, or holds NaN or infinite pixels outside the mask,
    the mean is that of the other pixels. Both peaks are defined for every image.
    """
    spacing = (1.0,) * (3 - plan.ndim) + plan.spacing
    sphere = sphere_of(spacing, batch.whole.shape[1:], plan.ndim == 2)
    finite = np.isfinite(batch.whole) if batch.finite is None else batch.finite
    boxes = batch.extents.boxes
    brightest = np.where(batch.inside, batch.values, -np.inf).reshape(len(batch), -1).max(axis=1)
    reach = np.array(batch.values.shape[1:]) + 2 * sphere.margin
    prefix = np.zeros((2, reach[0], reach[1], reach[2] + 1))
    row = np.empty((2, reach[2]))
    out = np.empty((len(batch), len(DEFINITIONS)))
    origin = np.array(batch.origin)
    _stack(batch.whole, finite, batch.inside, boxes, origin, brightest, sphere, prefix, row, out)
    return out


FAMILY = Family(
    "local_intensity",
    "Local intensity",
    describe,
    compute,
    ibsi=True,
    symbols="The sphere has a volume of 1 cm3, radius 6.2 mm.",
    brightness=True,
    # IBSI draws the sphere around a bright pixel across the edge of the mask
    beyond_mask=True,
)


class Sphere(NamedTuple):
    """Pixels whose centres lie in the sphere.

    Attributes
    ----------
    rows : ndarray of int64, shape (r, 3)
        Offset along z and y, and half the width, of each row of pixels.
    margin : ndarray of int64, shape (3,)
        How far the sphere reaches along each axis.
    n_pixels : float
        Number of its pixels.
    """

    rows: np.ndarray
    margin: np.ndarray
    n_pixels: float


@lru_cache(maxsize=64)
def sphere_of(spacing: tuple[float, ...], shape: tuple[int, ...], flat: bool) -> Sphere:
    """List the pixels of the sphere, as far as an image (z, y, x) of this shape has them."""
    # a pixel exactly on the sphere must not depend on rounding
    reach = RADIUS * (1 + 1e-12) / np.array(spacing)
    most = np.minimum(np.array(shape) - 1, reach.astype(np.int64))
    z = np.arange(1) if flat else np.arange(-most[0], most[0] + 1)
    y = np.arange(-most[1], most[1] + 1)
    dz, dy = (grid.ravel() for grid in np.meshgrid(z, y, indexing="ij"))
    left = 1 - (dz / reach[0]) ** 2 - (dy / reach[1]) ** 2
    keep = left >= 0
    half = np.minimum((np.sqrt(left[keep]) * reach[2]).astype(np.int64), most[2])
    rows = np.stack([dz[keep], dy[keep], half], axis=1)
    return Sphere(rows, rows.max(axis=0), float((2 * half + 1).sum()))


@jit
def _stack(
    whole: np.ndarray,
    finite: np.ndarray,
    inside: np.ndarray,
    boxes: np.ndarray,
    origin: np.ndarray,
    brightest: np.ndarray,
    sphere: Sphere,
    prefix: np.ndarray,
    row: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill `out` (n, 2) with both peaks."""
    margin = sphere.margin
    for k in range(inside.shape[0]):
        box = boxes[k]
        x0, x1 = box[2, 0], box[2, 1]
        # against the maximum, so that the mean of a flat region is exact
        reference = brightest[k]
        full = _fill_prefix(whole[k], finite[k], reference, box, origin, margin, prefix)
        local = -np.inf
        top = -np.inf
        total = row[0, : x1 - x0]
        number = row[1, : x1 - x0]
        number[:] = sphere.n_pixels
        for z in range(box[0, 0], box[0, 1]):
            for y in range(box[1, 0], box[1, 1]):
                here = inside[k, z, y, x0:x1]
                first = 0
                while first < here.size and not here[first]:
                    first += 1
                if first == here.size:
                    continue
                at_z = z - box[0, 0] + margin[0]
                at_y = y - box[1, 0] + margin[1]
                _window(prefix[0], at_z, at_y, sphere, total)
                if not full:
                    _window(prefix[1], at_z, at_y, sphere, number)
                pixels = whole[k, origin[0] + z, origin[1] + y, origin[2] + x0 :]
                for x in range(first, here.size):
                    if here[x]:
                        mean = total[x] / number[x]
                        top = max(top, mean)
                        if pixels[x] == reference:
                            local = max(local, mean)
        out[k, 0] = reference + local
        out[k, 1] = reference + top


@jit_helper
def _fill_prefix(
    whole: np.ndarray,
    finite: np.ndarray,
    reference: float,
    box: np.ndarray,
    origin: np.ndarray,
    margin: np.ndarray,
    prefix: np.ndarray,
) -> bool:
    """Sum and count the pixels of each row up to a column; say whether none is missing."""
    missing = False
    x0 = origin[2] + box[2, 0] - margin[2]
    width = box[2, 1] - box[2, 0] + 2 * margin[2]
    for i in range(box[0, 1] - box[0, 0] + 2 * margin[0]):
        for j in range(box[1, 1] - box[1, 0] + 2 * margin[1]):
            z = origin[0] + box[0, 0] - margin[0] + i
            y = origin[1] + box[1, 0] - margin[1] + j
            known = 0 <= z < whole.shape[0] and 0 <= y < whole.shape[1]
            total = 0.0
            number = 0
            for m in range(width):
                x = x0 + m
                if known and 0 <= x < whole.shape[2] and finite[z, y, x]:
                    total += whole[z, y, x] - reference
                    number += 1
                else:
                    missing = True
                prefix[0, i, j, m + 1] = total
                prefix[1, i, j, m + 1] = number
    return not missing


@jit_helper
def _window(prefix: np.ndarray, z: int, y: int, sphere: Sphere, out: np.ndarray) -> None:
    """Sum over the sphere around each pixel of a row."""
    rows, margin = sphere.rows, sphere.margin[2]
    n = out.size
    out[:] = 0.0
    for r in range(rows.shape[0]):
        row = prefix[z + rows[r, 0], y + rows[r, 1]]
        half = rows[r, 2]
        before = row[margin - half : margin - half + n]
        after = row[margin + half + 1 : margin + half + 1 + n]
        for x in range(n):
            out[x] += after[x] - before[x]
