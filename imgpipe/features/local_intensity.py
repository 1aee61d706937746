"""Local intensity (IBSI family 9ST6): the mean around bright pixels, robust against noise.

The mean runs over the pixels whose centre lies in a sphere of 1 cm3 (radius 6.2 mm; in an image a
disc of that radius) around a pixel of the mask, those outside the mask included.
"""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

ROWS = (
    ("local_peak", "VJGA", "intensity", "Mean around the brightest pixel."),
    ("global_peak", "0F91", "intensity", "Highest mean around any pixel."),
)
FORMULAS = (
    "mean over the sphere at the maximum; the highest of several",
    "max over the mask of the mean over the sphere",
)
RADIUS = 10 * (3 / (4 * np.pi)) ** (1 / 3)
"""Radius of a sphere of 1 cm3, mm."""


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Two peaks."""
    return [
        Feature(f"local_intensity_{name}", "local_intensity", ibsi, None, unit, text)
        for name, ibsi, unit, text in ROWS
    ]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Peaks of each image of a stack.

    Where the sphere reaches beyond the image, or holds NaN or infinite pixels outside the mask,
    the mean is that of the other pixels. Both peaks are defined for every image.
    """
    spacing = np.ones(3)
    spacing[3 - plan.ndim :] = plan.spacing
    rows = _sphere(spacing, batch.whole.shape[1:], plan.ndim == 2)
    finite = np.isfinite(batch.whole) if batch.finite is None else batch.finite
    out = np.empty((len(batch), len(ROWS)))
    _stack(batch.whole, finite, batch.inside, np.array(batch.origin), rows, out)
    return out


FAMILY = Family("local_intensity", "Local intensity", describe, compute, ibsi=True)


def _sphere(spacing: np.ndarray, shape: tuple[int, ...], flat: bool) -> np.ndarray:
    """Rows (dz, dy, half width) of pixels whose centres lie in the sphere."""
    # a pixel exactly on the sphere must not depend on rounding
    reach = RADIUS * (1 + 1e-12) / spacing
    most = np.minimum(np.array(shape) - 1, reach.astype(np.int64))
    z = np.arange(1) if flat else np.arange(-most[0], most[0] + 1)
    y = np.arange(-most[1], most[1] + 1)
    dz, dy = (grid.ravel() for grid in np.meshgrid(z, y, indexing="ij"))
    left = 1 - (dz / reach[0]) ** 2 - (dy / reach[1]) ** 2
    keep = left >= 0
    half = np.minimum((np.sqrt(left[keep]) * reach[2]).astype(np.int64), most[2])
    return np.stack([dz[keep], dy[keep], half], axis=1)


@jit
def _stack(
    whole: np.ndarray,
    finite: np.ndarray,
    inside: np.ndarray,
    origin: np.ndarray,
    rows: np.ndarray,
    out: np.ndarray,
) -> None:
    """Fill `out` (n, 2) with both peaks."""
    margin = np.empty(3, np.int64)
    for a in range(3):
        margin[a] = rows[:, a].max()
    for k in range(inside.shape[0]):
        low, high = _box(inside[k])
        reference = _brightest(whole[k], inside[k], origin)
        # against the maximum, so that the mean of a flat region is exact
        sums, numbers, full = _prefix(whole[k], finite[k], reference, origin + low - margin,
                                      origin + high + margin)  # fmt: skip
        local = -np.inf
        top = -np.inf
        width = high[2] - low[2] + 1
        total = np.empty(width)
        number = np.empty(width)
        for z in range(low[0], high[0] + 1):
            for y in range(low[1], high[1] + 1):
                row = inside[k, z, y, low[2] : high[2] + 1]
                if not row.any():
                    continue
                at_z = z - low[0] + margin[0]
                at_y = y - low[1] + margin[1]
                _window(sums, at_z, at_y, margin[2], rows, total)
                if full:
                    number[:] = (2 * rows[:, 2] + 1).sum()
                else:
                    _window(numbers, at_z, at_y, margin[2], rows, number)
                pixels = whole[k, origin[0] + z, origin[1] + y]
                for x in range(width):
                    if row[x]:
                        mean = total[x] / number[x]
                        top = max(top, mean)
                        if pixels[origin[2] + low[2] + x] == reference:
                            local = max(local, mean)
        out[k, 0] = reference + local
        out[k, 1] = reference + top


@jit_helper
def _box(inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last index of the mask along each axis."""
    low = np.array(inside.shape)
    high = np.zeros(3, np.int64)
    for z in range(inside.shape[0]):
        for y in range(inside.shape[1]):
            for x in range(inside.shape[2]):
                if inside[z, y, x]:
                    low[0], high[0] = min(low[0], z), max(high[0], z)
                    low[1], high[1] = min(low[1], y), max(high[1], y)
                    low[2], high[2] = min(low[2], x), max(high[2], x)
    return low, high


@jit_helper
def _brightest(whole: np.ndarray, inside: np.ndarray, origin: np.ndarray) -> float:
    """Maximum inside the mask."""
    top = -np.inf
    for z in range(inside.shape[0]):
        for y in range(inside.shape[1]):
            pixels = whole[origin[0] + z, origin[1] + y]
            for x in range(inside.shape[2]):
                if inside[z, y, x]:
                    top = max(top, pixels[origin[2] + x])
    return top


@jit_helper
def _prefix(
    whole: np.ndarray, finite: np.ndarray, reference: float, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Sum and count the pixels of each row up to a column; say whether none is missing."""
    size = high - low + 1
    sums = np.zeros((size[0], size[1], size[2] + 1))
    numbers = np.zeros((size[0], size[1], size[2] + 1))
    missing = False
    for i in range(size[0]):
        for j in range(size[1]):
            z = low[0] + i
            y = low[1] + j
            if not (0 <= z < whole.shape[0] and 0 <= y < whole.shape[1]):
                missing = True
                continue
            total = 0.0
            number = 0
            for m in range(size[2]):
                x = low[2] + m
                if 0 <= x < whole.shape[2] and finite[z, y, x]:
                    total += whole[z, y, x] - reference
                    number += 1
                else:
                    missing = True
                sums[i, j, m + 1] = total
                numbers[i, j, m + 1] = number
    return sums, numbers, not missing


@jit_helper
def _window(
    prefix: np.ndarray, z: int, y: int, margin: int, rows: np.ndarray, out: np.ndarray
) -> None:
    """Sum over the sphere around each pixel of a row."""
    n = out.size
    out[:] = 0.0
    for r in range(rows.shape[0]):
        row = prefix[z + rows[r, 0], y + rows[r, 1]]
        half = rows[r, 2]
        before = row[margin - half : margin - half + n]
        after = row[margin + half + 1 : margin + half + 1 + n]
        for x in range(n):
            out[x] += after[x] - before[x]
