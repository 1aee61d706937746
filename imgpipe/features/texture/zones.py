"""Zones: connected pixels of one gray level, with their size and their distance from the edge.

Size and distance zone matrices come from the same zones, which are found once for a stack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.texture.bordered import add_defined, average_defined, steps
from imgpipe.features.texture.counts import list_features

_MOST_COUNTS = 2**28  # 2 GiB


@dataclass(frozen=True)
class Zones:
    """All zones of a stack; those of image k are rows ``bounds[k]`` to ``bounds[k + 1]``.

    Attributes
    ----------
    table : ndarray of int32, shape (zones, 4)
        Gray level, size in pixels, smallest distance of a pixel from the edge, and slice.
    bounds : ndarray of int64, shape (n + 1,)
        First row of each image.
    pixels : ndarray of int64, shape (n, depth)
        Number of pixels inside, per slice.
    """

    table: np.ndarray
    bounds: np.ndarray
    pixels: np.ndarray


def zones_of(batch: Batch, flat: bool) -> Zones:
    """Zones within slices (8 neighbours) or in the volume (26 neighbours)."""
    key = "zones_2d" if flat else "zones_3d"
    if key not in batch.shared:
        distance = np.empty(batch.levels.shape, np.int32)
        _edge_distance(batch.morphological_mask, flat, distance)
        table = np.empty((int(batch.counts.sum()), 4), np.int32)
        bounds = np.zeros(len(batch) + 1, np.int64)
        _find(batch.levels, distance, flat, table, bounds)
        pixels = np.count_nonzero(batch.levels, axis=(2, 3))
        batch.shared[key] = Zones(table[: bounds[-1]].copy(), bounds, pixels)
    found = batch.shared[key]
    assert isinstance(found, Zones)
    return found


def zone_values(batch: Batch, codes: list[str], column: int, n_features: int) -> np.ndarray:
    """Features (n, codes, f) of the matrix of gray level and `column` of the zones."""
    out = np.empty((len(batch), len(codes), n_features))
    for k, code in enumerate(codes):
        zones = zones_of(batch, flat=code != "KOBO")
        _features(zones.table, zones.bounds, zones.pixels, column, code == "8QNN", out[:, k])
    return out


def zone_matrices(batch: Batch, code: str, column: int) -> np.ndarray:
    """Counts (m, g, j) of the zones of the first image by gray level and `column`."""
    zones = zones_of(batch, flat=code != "KOBO")
    table = zones.table.astype(np.int64)
    shape = (int(batch.n_levels[0]), int(table[:, column].max()))
    slices = [table]
    if code == "8QNN":
        slices = [table[table[:, 3] == z] for z in np.unique(table[:, 3])]
    if len(slices) * shape[0] * shape[1] > _MOST_COUNTS:
        raise InputError(
            f"{len(slices)} x {shape[0]} x {shape[1]} counts (matrix, gray level, column) are too "
            "many for memory; use fewer bins or a smaller mask"
        )
    out = np.zeros((len(slices), *shape), np.int64)
    for counts, part in zip(out, slices, strict=True):
        np.add.at(counts, (part[:, 0] - 1, part[:, column] - 1), 1)
    return out


@jit
def _features(
    table: np.ndarray,
    bounds: np.ndarray,
    pixels: np.ndarray,
    column: int,
    by_slice: bool,
    out: np.ndarray,
) -> None:
    """Features of each image, those of slices averaged where `by_slice`."""
    one = np.empty(17)
    for k in range(out.shape[0]):
        rows = table[bounds[k] : bounds[k + 1]]
        total = np.zeros(out.shape[1])
        defined = np.zeros(out.shape[1], np.int64)
        start = 0
        for z in range(pixels.shape[1] if by_slice else 1):
            stop = start if by_slice else len(rows)
            while stop < len(rows) and rows[stop, 3] == z:
                stop += 1
            if stop > start:
                part = rows[start:stop]
                n_pixels = pixels[k, z] if by_slice else pixels[k].sum()
                list_features(part[:, 0], part[:, column], n_pixels, one)
                add_defined(one[: total.size], total, defined)
            start = stop
        average_defined(total, defined, out[k])


@jit
def _edge_distance(masks: np.ndarray, flat: bool, out: np.ndarray) -> None:
    """Steps through faces from each pixel to the nearest outside the mask; the image ends there.

    Within slices where `flat`. Pixels outside have 0.
    """
    n, depth, height, width = masks.shape
    for k in range(n):
        mask = masks[k]
        d = out[k]
        for z in range(depth):
            for y in range(height):
                for x in range(width):
                    if not mask[z, y, x]:
                        d[z, y, x] = 0
                        continue
                    near = d[z, y, x - 1] if x > 0 else 0
                    near = min(near, d[z, y - 1, x] if y > 0 else 0)
                    if not flat:
                        near = min(near, d[z - 1, y, x] if z > 0 else 0)
                    d[z, y, x] = near + 1
        for z in range(depth - 1, -1, -1):
            for y in range(height - 1, -1, -1):
                for x in range(width - 1, -1, -1):
                    here = d[z, y, x]
                    if here <= 1:
                        continue
                    near = d[z, y, x + 1] if x < width - 1 else 0
                    near = min(near, d[z, y + 1, x] if y < height - 1 else 0)
                    if not flat:
                        near = min(near, d[z + 1, y, x] if z < depth - 1 else 0)
                    d[z, y, x] = min(here, near + 1)


@jit
def _find(
    levels: np.ndarray, distance: np.ndarray, flat: bool, table: np.ndarray, bounds: np.ndarray
) -> None:
    """Fill the table with the zones of all images, each in the order of its first pixel."""
    n, depth, height, width = levels.shape
    box = np.zeros((depth + 2, height + 2, width + 2), np.int32)
    parent = np.empty(box.size, np.int32)
    forward = steps(box.shape, flat)
    rows = 0
    for k in range(n):
        box[1:-1, 1:-1, 1:-1] = levels[k]
        _join(box, forward, parent)
        rows = _measure(box, parent, distance[k], table, rows)
        bounds[k + 1] = rows


@jit_helper
def _root(parent: np.ndarray, p: int) -> int:
    """First pixel of the zone of `p`; halves the path on the way."""
    while parent[p] != p:
        parent[p] = parent[parent[p]]
        p = parent[p]
    return p


@jit_helper
def _join(box: np.ndarray, forward: np.ndarray, parent: np.ndarray) -> None:
    """Union-find over the pixels of a bordered box: `parent` leads to the first of each zone."""
    levels = box.reshape(-1)
    width = box.shape[2]
    # straight up or back: whatever it touches among the earlier neighbours is joined already
    straight = forward[2] if forward.size == 4 else forward[8]
    for z in range(1, box.shape[0] - 1):
        for y in range(1, box.shape[1] - 1):
            start = (z * box.shape[1] + y) * width
            for p in range(start + 1, start + width - 1):
                level = levels[p]
                if level == 0:
                    continue
                if levels[p - straight] == level:
                    parent[p] = _root(parent, p - straight)
                    continue
                root = p
                for d in range(forward.size):
                    q = p - forward[d]
                    if levels[q] == level:
                        other = _root(parent, q)
                        if other < root:
                            parent[root] = other
                            root = other
                        elif other > root:
                            parent[other] = root
                parent[p] = root


@jit_helper
def _measure(
    box: np.ndarray, parent: np.ndarray, distance: np.ndarray, table: np.ndarray, rows: int
) -> int:
    """Append level, size, distance and slice of each zone to the table, from row `rows` on."""
    levels = box.reshape(-1)
    _, height, width = box.shape
    for z in range(1, box.shape[0] - 1):
        for y in range(1, height - 1):
            start = (z * height + y) * width
            near = distance[z - 1, y - 1]
            for x in range(1, width - 1):
                p = start + x
                if levels[p] == 0:
                    continue
                # what lies outside the mask of the shape is at its edge
                d = max(near[x - 1], 1)
                first = parent[p]
                if first == p:
                    row = rows
                    rows += 1
                    table[row, 0] = levels[p]
                    table[row, 1] = 1
                    table[row, 2] = d
                    table[row, 3] = z - 1
                    # roots come before the rest of their zone, so their place can hold the row
                    parent[p] = ~row
                else:
                    while first >= 0:
                        first = parent[first]
                    row = ~first
                    table[row, 1] += 1
                    table[row, 2] = min(table[row, 2], d)
                    parent[p] = ~row
    return rows
