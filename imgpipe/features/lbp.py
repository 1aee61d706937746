"""Uniform local binary patterns: how often which kind of edge, corner, spot or flat surrounds a pixel."""  # noqa: E501

from functools import cache

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import ExtractionPlan

CIRCLES = ((8, 1), (16, 2))
"""Number of points and radius in pixels of each circle of neighbours."""
_STRIP = 1024  # pixels whose codes are worked out at a time, in the fastest cache


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Share of each of the P + 2 patterns, for each circle."""
    return [
        Feature(f"lbp_p{p}_r{r}_{k:02d}", "lbp", None, None, "1", _text(p, r, k))
        for p, r in CIRCLES
        for k in range(p + 2)
    ]


def _text(p: int, r: int, k: int) -> str:
    around = f"of {p} neighbours at radius {r}"
    if k == p + 1:
        return f"Share of pixels with no uniform pattern {around}."
    return f"Share of pixels with {k} {around} in a row at least as bright, the others darker."


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Rotation-invariant uniform patterns of each image, those of a volume pooled over slices.

    A pixel counts where the square of 2R + 1 pixels around it lies in the mask, so that nothing
    outside the mask or the image is used. Neighbours between pixels are interpolated bilinearly.
    Undefined, hence NaN: every share where no pixel counts, as in images smaller than 2R + 1.

    References
    ----------
    T. Ojala, M. Pietikainen, T. Maenpaa, "Multiresolution gray-scale and rotation invariant
    texture classification with local binary patterns", IEEE Trans. PAMI 24 (2002).
    """
    values = batch.values.reshape(-1, *batch.values.shape[2:])
    masks = batch.mask.reshape(values.shape)
    height, width = batch.values.shape[2:]
    run, codes = np.empty(width, np.int64), np.empty(_STRIP, np.int64)
    blocks = []
    whole = bool(masks.all())
    for points, radius in CIRCLES:
        offsets, weights = taps(points, radius)
        # a slice is one long row, so that loops are long; what wraps round an edge does not count
        shifts = offsets @ np.array([width, 1])
        valid = np.zeros((len(values), values[0].size), bool)
        if whole:
            inner = valid.reshape(masks.shape)
            inner[:, radius : height - radius, radius : width - radius] = True
        else:
            _whole_squares(masks, 2 * radius + 1, run, valid)
        counts = np.zeros((len(values), points + 2), np.int64)
        margin = radius * width + radius
        _count(values, valid, margin, shifts, weights, table(points), codes, counts)
        counts = counts.reshape(len(batch), -1, points + 2).sum(axis=1)
        blocks.append(counts / counts.sum(axis=1, keepdims=True))
    return np.concatenate(blocks, axis=1)


FAMILY = Family("lbp", "Local binary patterns", describe, compute, ibsi=False, default=True)


@cache
def taps(points: int, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets (P, 4, 2) in (y, x) and weights (P, 4) of the pixels around each point of the circle.

    Points on pixels have the weights 1, 0, 0, 0.
    """
    angle = 2 * np.pi * np.arange(points) / points
    where = np.round(radius * np.stack([-np.sin(angle), np.cos(angle)], axis=1), 5)
    base = np.floor(where)
    f = where - base
    corners = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
    weights = np.stack([np.prod(np.where(corner, f, 1 - f), axis=1) for corner in corners], axis=1)
    # multiples of 2^-20 make sums over integer pixels exact: ties do not depend on the order of
    # the terms, so turned and flipped images have equal patterns
    weights = np.round(weights * 2**20) / 2**20
    offsets = (base[:, None, :] + corners).astype(np.int64)
    # points on pixels need one tap; it comes first, and the unused ones stay in reach
    offsets[weights == 0] = 0
    return offsets, weights


@cache
def table(points: int) -> np.ndarray:
    """Pattern of each code: the number of ones if at most two neighbouring bits differ, else P + 1."""  # noqa: E501
    codes = np.arange(2**points)
    turned = (codes >> 1) | ((codes & 1) << (points - 1))
    changes = np.bitwise_count(codes ^ turned)
    return np.where(changes <= 2, np.bitwise_count(codes), points + 1).astype(np.uint8)


@jit
def _whole_squares(masks: np.ndarray, size: int, run: np.ndarray, valid: np.ndarray) -> None:
    """Mark the pixels of each slice whose surrounding square of `size` pixels lies in the mask."""
    n, height, width = masks.shape
    for k in range(n):
        run[:] = 0
        for y in range(height):
            streak = 0
            for x in range(width):
                run[x] = run[x] + 1 if masks[k, y, x] else 0
                streak = streak + 1 if run[x] >= size else 0
                if streak >= size:
                    valid[k, (y - size // 2) * width + x - size // 2] = True


@jit
def _count(
    values: np.ndarray,
    valid: np.ndarray,
    margin: int,
    shifts: np.ndarray,
    weights: np.ndarray,
    table: np.ndarray,
    codes: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Count the patterns of each slice."""
    for k in range(values.shape[0]):
        pixels = values[k].reshape(-1)
        for start in range(margin, pixels.size - margin, codes.size):
            strip = codes[: min(codes.size, pixels.size - margin - start)]
            _encode(pixels, start, shifts, weights, strip)
            for j in range(strip.size):
                if valid[k, start + j]:
                    counts[k, table[strip[j]]] += 1


@jit_helper
def _encode(
    pixels: np.ndarray, start: int, shifts: np.ndarray, weights: np.ndarray, codes: np.ndarray
) -> None:
    """Code of the pixels from `start` on: a bit for each point at least as bright."""
    m = codes.size
    centre = pixels[start : start + m]
    codes[:] = 0
    for p in range(weights.shape[0]):
        bit = 1 << p
        a = pixels[start + shifts[p, 0] :]
        if weights[p, 0] == 1:
            for j in range(m):
                codes[j] += bit if a[j] >= centre[j] else 0
            continue
        b = pixels[start + shifts[p, 1] :]
        c = pixels[start + shifts[p, 2] :]
        d = pixels[start + shifts[p, 3] :]
        wa, wb, wc, wd = weights[p, 0], weights[p, 1], weights[p, 2], weights[p, 3]
        for j in range(m):
            # differences first: in a flat region their sum is exactly zero
            x = centre[j]
            more = (wa * (a[j] - x) + wb * (b[j] - x)) + (wc * (c[j] - x) + wd * (d[j] - x))
            codes[j] += bit if more >= 0 else 0
